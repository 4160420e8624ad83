//! Before the lock: reading the sealed values, foreseeing refusals, opening and sealing (rule 21).

use super::Encapsulated;
use crate::{
    app::App,
    caller::Caller,
    http::Refusal,
    operations::view::View,
    sequencer::release::{Item, Sealed, action},
};
use claviger_crypto::{
    keys::{KeyGeneration, SecretVersion},
    sealing::{ReleaseBinding, seal_value},
};
use claviger_ledger::lease::CiphertextHash;
use claviger_model::{
    ids::{EventId, SecretId},
    secret::Secret,
};
use claviger_protocol::release::ReleaseItem;
use claviger_storage::versions::{CurrentVersion, SealedVersion};
use std::collections::HashMap;

/// A call's items, ready for the lock, and the sealed bytes of each.
pub struct Prepared {
    /// For the sequencer.
    pub items: Vec<Item>,
    /// In the same order: version and sealed bytes; empty where nothing was sealed.
    pub sealed: Vec<(u64, Vec<u8>)>,
}

/// Prepares every item. What does not exist and what will be refused is not sealed, so that both take the same time.
///
/// # Errors
/// When the tables cannot be read or a stored value does not open.
pub async fn prepare(
    app: &App,
    caller: &Caller,
    encapsulated: &Encapsulated,
    wanted: &[ReleaseItem],
) -> Result<Prepared, Refusal> {
    let mut view = View::open(app, caller).await?;
    let ids: Vec<SecretId> = wanted.iter().map(|item| item.secret).collect();
    let found = view.db().secrets(&ids).await?;
    let found: HashMap<_, _> = found.into_iter().map(|secret| (secret.id, secret)).collect();
    let mut foreseen = Vec::with_capacity(wanted.len());
    for item in wanted {
        foreseen.push(foresee(&mut view, found.get(&item.secret), item).await?);
    }
    let current: Vec<_> = wanted
        .iter()
        .zip(&foreseen)
        .filter(|(item, path)| path.is_some() && item.version.is_none())
        .map(|(item, _)| item.secret)
        .collect();
    let current = if current.is_empty() {
        Vec::new()
    } else {
        view.db().current_sealed(&current).await?
    };
    let current: HashMap<_, _> = current
        .into_iter()
        .map(|row| (row.sealed.version.secret, row))
        .collect();

    let mut prepared = Prepared {
        items: Vec::with_capacity(wanted.len()),
        sealed: Vec::with_capacity(wanted.len()),
    };
    for (item, path) in wanted.iter().zip(foreseen) {
        let mut value = None;
        if let Some(path) = path {
            value = match item.version {
                None => current
                    .get(&item.secret)
                    .map(|CurrentVersion { scope, sealed }| (path, *scope, sealed.clone())),
                Some(version) => {
                    let row = view.db().sealed_version(item.secret, version).await?;
                    found
                        .get(&item.secret)
                        .zip(row)
                        .map(|(secret, row)| (path, secret.scope, row))
                }
            };
        }
        let (mut sealed, mut bytes) = (None, (0, Vec::new()));
        if let Some((path, scope, row)) = value {
            let event = EventId::random(&*app.entropy);
            let (version, value) = (row.version.version, seal(app, caller, encapsulated, event, &row)?);
            sealed = Some(Sealed {
                event,
                version,
                scope,
                path,
                ciphertext: CiphertextHash::of(&value),
            });
            bytes = (version, value);
        }
        prepared.items.push(Item {
            secret: item.secret,
            purpose: item.purpose,
            version: item.version,
            sealed,
        });
        prepared.sealed.push(bytes);
    }
    Ok(prepared)
}

/// The secret's path, unless a refusal is foreseen.
async fn foresee(
    view: &mut View<'_>,
    secret: Option<&Secret>,
    item: &ReleaseItem,
) -> Result<Option<String>, Refusal> {
    let Some(secret) = secret.filter(|secret| secret.deleted_at.is_none()) else {
        return Ok(None);
    };
    let Some(place) = view.place(secret.scope).await? else {
        return Ok(None);
    };
    let allowed = view.decide(action(item.purpose), &place).await?.decision.allowed;
    Ok(allowed.then(|| place.path_of(&secret.description.name)))
}

fn seal(
    app: &App,
    caller: &Caller,
    encapsulated: &Encapsulated,
    event: EventId,
    row: &SealedVersion,
) -> Result<Vec<u8>, Refusal> {
    let of = SecretVersion {
        secret: row.version.secret,
        version: row.version.version,
    };
    let generation = KeyGeneration::of_data_key(&row.data_key).map_err(Refusal::internal)?;
    let generation = app
        .keys
        .generation(generation)
        .ok_or_else(|| Refusal::internal(format!("the key-encryption key `{generation}` is not loaded")))?;
    let data = generation
        .unwrap_data_key(&row.data_key, of)
        .map_err(Refusal::internal)?;
    let value = data
        .open_value(app.organization, of, &row.envelope)
        .map_err(Refusal::internal)?;
    let key = encapsulated.release_key(event).map_err(Refusal::internal)?;
    let binding = ReleaseBinding {
        organization: app.organization,
        device: caller.device,
        secret: of.secret,
        version: of.version,
        event,
    };
    seal_value(&key, &binding, value.expose(), &*app.entropy).map_err(Refusal::internal)
}

//! Before the lock: reading the sealed values, foreseeing refusals, opening and sealing (rule 21).

use super::Encapsulated;
use crate::{
    app::App,
    caller::Caller,
    http::Refusal,
    keys::ServerKeys,
    operations::view::View,
    sequencer::{
        change::circumstances,
        release::{Item, Sealed, action},
    },
};
use claviger_crypto::{
    keys::{KeyGeneration, SecretVersion},
    sealing::{ReleaseBinding, seal_value},
};
use claviger_ledger::lease::CiphertextHash;
use claviger_model::{
    ids::{EventId, ScopeId, SecretId},
    secret::Secret,
};
use claviger_protocol::release::ReleaseItem;
use claviger_storage::versions::{CurrentVersion, SealedVersion};
use std::{collections::HashMap, sync::Arc};

/// A call's items, ready for the lock, and the sealed bytes of each.
pub struct Prepared {
    /// For the sequencer.
    pub items: Vec<Item>,
    /// In the same order: version and sealed bytes; empty where nothing was sealed.
    pub sealed: Vec<(u64, Vec<u8>)>,
}

/// Prepares every item. What does not exist and what will be refused is not sealed, so that both take the same time. None where a
/// value is under a generation of the key-encryption key that this process does not know, or no longer.
///
/// # Errors
/// When the tables cannot be read or a stored value does not open.
pub async fn prepare(
    app: &App,
    caller: &Caller,
    encapsulated: &Encapsulated,
    wanted: &[ReleaseItem],
) -> Result<Option<Prepared>, Refusal> {
    let keys = app.keys.now();
    let mut view = View::open(app, caller).await?;
    let ids: Vec<SecretId> = wanted.iter().map(|item| item.secret).collect();
    let found = view.db().secrets(&ids).await?;
    let found: HashMap<_, _> = found.into_iter().map(|secret| (secret.id, secret)).collect();
    let mut foreseen: Vec<bool> = Vec::with_capacity(wanted.len());
    for item in wanted {
        foreseen.push(foresee(&mut view, found.get(&item.secret), item).await?);
    }
    let current: Vec<_> = wanted
        .iter()
        .zip(&foreseen)
        .filter(|(item, allowed)| **allowed && item.version.is_none())
        .map(|(item, _)| item.secret)
        .collect();
    let current = if current.is_empty() {
        Vec::new()
    } else {
        view.db().current_sealed(&current).await?
    };
    let current: HashMap<_, _> = current
        .into_iter()
        .map(|row| (row.sealed.version.secret, app.values.keep(row)))
        .collect();

    let mut prepared = Prepared {
        items: Vec::with_capacity(wanted.len()),
        sealed: Vec::with_capacity(wanted.len()),
    };
    for (item, allowed) in wanted.iter().zip(foreseen) {
        let mut value = None;
        if allowed {
            value = match item.version {
                None => current.get(&item.secret).cloned().map(Value::Current),
                Some(version) => {
                    let row = view.db().sealed_version(item.secret, version).await?;
                    found
                        .get(&item.secret)
                        .zip(row)
                        .map(|(secret, row)| Value::Of(secret.scope, Box::new(row)))
                }
            };
        }
        let with = With {
            app,
            keys: &keys,
            caller,
            encapsulated,
        };
        if !prepared.add(with, item, value.as_ref())? {
            return Ok(None);
        }
    }
    Ok(Some(prepared))
}

/// The same from memory alone; none where a statement is needed, and also where a refusal is foreseen, so that it takes
/// the way of what does not exist. What is remembered wrongly is found out under the lock.
pub fn recall(
    app: &App,
    caller: &Caller,
    encapsulated: &Encapsulated,
    wanted: &[ReleaseItem],
) -> Option<Prepared> {
    let keys = app.keys.now();
    let circumstances = circumstances(caller, &caller.context, app.clock.now());
    let mut values = Vec::with_capacity(wanted.len());
    for item in wanted {
        let value = app.values.get(item.secret).filter(|_| item.version.is_none())?;
        let action = action(item.purpose);
        let principal = &caller.context.principal;
        let allowed = app
            .entitlements
            .foresee(principal, &circumstances, action, value.scope)?;
        values.push(Some(Value::Current(value)).filter(|_| allowed)?);
    }
    let mut prepared = Prepared {
        items: Vec::with_capacity(wanted.len()),
        sealed: Vec::with_capacity(wanted.len()),
    };
    for (item, value) in wanted.iter().zip(&values) {
        let with = With {
            app,
            keys: &keys,
            caller,
            encapsulated,
        };
        // A key that was replaced meanwhile: the tables have the value under the new one.
        prepared
            .add(with, item, Some(value))
            .ok()
            .filter(|known| *known)?;
    }
    Some(prepared)
}

/// A stored value that is to be sealed to the device.
enum Value {
    /// The current version.
    Current(Arc<CurrentVersion>),
    /// A version that was asked for, of a secret at this scope.
    Of(ScopeId, Box<SealedVersion>),
}

/// What a value is sealed with.
#[derive(Clone, Copy)]
struct With<'a> {
    app: &'a App,
    keys: &'a ServerKeys,
    caller: &'a Caller,
    encapsulated: &'a Encapsulated,
}

impl Prepared {
    /// False where the value is under a generation that is not known here.
    fn add(&mut self, with: With<'_>, item: &ReleaseItem, value: Option<&Value>) -> Result<bool, Refusal> {
        let (mut sealed, mut bytes) = (None, (0, Vec::new()));
        if let Some(value) = value {
            let (scope, cursor, row) = match value {
                Value::Current(current) => (current.scope, Some(current.cursor), &current.sealed),
                Value::Of(scope, row) => (*scope, None, &**row),
            };
            let event = EventId::random(&*with.app.entropy);
            let Some(value) = seal(with, event, row)? else {
                return Ok(false);
            };
            let version = row.version.version;
            sealed = Some(Sealed {
                event,
                version,
                scope,
                cursor,
                ciphertext: CiphertextHash::of(&value),
            });
            bytes = (version, value);
        }
        self.items.push(Item {
            secret: item.secret,
            purpose: item.purpose,
            version: item.version,
            sealed,
        });
        self.sealed.push(bytes);
        Ok(true)
    }
}

/// Whether a value is worth sealing: it is there, and no refusal is foreseen.
async fn foresee(view: &mut View<'_>, secret: Option<&Secret>, item: &ReleaseItem) -> Result<bool, Refusal> {
    let Some(secret) = secret.filter(|secret| secret.deleted_at.is_none()) else {
        return Ok(false);
    };
    let Some(place) = view.place(secret.scope).await? else {
        return Ok(false);
    };
    Ok(view.suppose(action(item.purpose), &place).await?.decision.allowed)
}

/// Seals a stored value to the device; none where its generation is not known here.
fn seal(with: With<'_>, event: EventId, row: &SealedVersion) -> Result<Option<Vec<u8>>, Refusal> {
    let With {
        app,
        keys,
        caller,
        encapsulated,
    } = with;
    let of = SecretVersion {
        secret: row.version.secret,
        version: row.version.version,
    };
    let generation = KeyGeneration::of_data_key(&row.data_key).map_err(Refusal::internal)?;
    let Some(generation) = keys.generation(generation) else {
        return Ok(None);
    };
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
    seal_value(&key, &binding, value.expose(), &*app.entropy)
        .map(Some)
        .map_err(Refusal::internal)
}

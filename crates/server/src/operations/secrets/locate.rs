//! Finding the secret that a change is about, and saying what became of it.

use crate::{
    entitlement::Place,
    events::Event,
    sequencer::{Acting, Change, Stop, change::Demand},
};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{action::Action, event::EventKind, ids::SecretId, secret::Secret};
use claviger_protocol::{problem::Code, secrets::SecretRecord};
use claviger_storage::{Reader, StorageError, secrets::SecretFacts};
use std::{collections::HashMap, sync::Arc};

/// A secret and where it stands.
pub struct Located {
    /// The secret.
    pub secret: Secret,
    /// Its scope.
    pub place: Arc<Place>,
    /// The policies that allowed the change.
    pub policies: Vec<String>,
}

/// Which secret, for what.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Which.
    pub secret: SecretId,
    /// The right that is needed.
    pub action: Action,
    /// The event that it will be.
    pub kind: EventKind,
    /// Whether it is looked for in the bin, rather than among the living.
    pub in_bin: bool,
}

/// Finds a secret and demands a right to it.
///
/// # Errors
/// The refusal, which is an event; missing and not to be known of are the same.
pub async fn locate(change: &mut Change, acting: &Acting, wanted: Wanted) -> Result<Located, Stop> {
    let Wanted {
        secret: id,
        action,
        kind,
        in_bin,
    } = wanted;
    let found = change
        .db()
        .secret(id)
        .await?
        .filter(|secret| secret.deleted_at.is_some() == in_bin);
    let Some(secret) = found else {
        return Err(change.unknown(acting, kind, id));
    };
    let Some(place) = change.place(secret.scope).await? else {
        return Err(change.unknown(acting, kind, id));
    };
    let known_by = if in_bin {
        Action::SecretRestore
    } else {
        Action::SecretView
    };
    let object = object(&secret);
    let demand = Demand {
        action,
        place: &place,
        kind,
        known_by,
        object,
        asked: &id,
    };
    let policies = change.demand(acting, demand).await?.policies();
    Ok(Located {
        secret,
        place,
        policies,
    })
}

impl Located {
    /// The event of what is done to it.
    pub fn event(&self, change: &Change, acting: &Acting, kind: EventKind) -> Event {
        change
            .event(acting.who, kind)
            .on(object(&self.secret))
            .decided_by(self.policies.clone())
            .commit(NAME, self.path(), None)
    }

    /// What it is called, with its path.
    pub fn path(&self) -> String {
        self.place.path_of(&self.secret.description.name)
    }
}

/// What is named in the events of a secret.
pub fn object(secret: &Secret) -> Object {
    let version = Some(secret.version).filter(|version| *version > 0);
    Object {
        secret: Some(secret.id),
        scope: Some(secret.scope),
        version,
        ..Object::default()
    }
}

/// A secret as it is synced.
///
/// # Errors
/// Conflict when it has vanished, or when the tables cannot be read.
pub async fn record(change: &mut Change, id: SecretId) -> Result<SecretRecord, Stop> {
    let secret = change.db().secret(id).await?.ok_or(Code::Conflict)?;
    let records = records(change.db(), vec![secret]).await?;
    Ok(records.into_iter().next().ok_or(Code::Conflict)?)
}

/// Secrets as they are synced, in the given order.
///
/// # Errors
/// When the tables cannot be read.
pub async fn records(
    reader: &mut dyn Reader,
    secrets: Vec<Secret>,
) -> Result<Vec<SecretRecord>, StorageError> {
    Ok(with_facts(reader, secrets)
        .await?
        .into_iter()
        .map(|(record, _)| record)
        .collect())
}

/// The same with what else is known of them.
///
/// # Errors
/// When the tables cannot be read.
pub async fn with_facts(
    reader: &mut dyn Reader,
    secrets: Vec<Secret>,
) -> Result<Vec<(SecretRecord, SecretFacts)>, StorageError> {
    if secrets.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = secrets.iter().map(|secret| secret.id).collect();
    let facts = reader.secret_facts(&ids).await?;
    let mut facts: HashMap<_, _> = facts.into_iter().map(|facts| (facts.id, facts)).collect();
    let join = |secret: Secret| {
        let facts = facts.remove(&secret.id)?;
        Some((record_with((secret, facts.clone())), facts))
    };
    Ok(secrets.into_iter().filter_map(join).collect())
}

/// A secret as it is synced, from what was read of it.
pub fn record_with((secret, facts): (Secret, SecretFacts)) -> SecretRecord {
    SecretRecord {
        secret,
        revision: facts.cursor,
        size: facts.size,
    }
}

//! What a batch reads, once for all its calls.

use super::Call;
use crate::entitlement::Epoch;
use claviger_model::{
    ids::{SecretId, SessionId},
    time::Timestamp,
};
use claviger_storage::{Locked, StorageError, sessions::SessionContext, versions::CurrentNumber};
use std::collections::{BTreeSet, HashMap};

/// What is read once for the whole batch.
pub(super) struct Reads {
    pub(super) now: Timestamp,
    pub(super) epoch: Epoch,
    pub(super) number: u64,
    pub(super) contexts: HashMap<SessionId, SessionContext>,
    pub(super) current: HashMap<SecretId, CurrentNumber>,
}

pub(super) async fn read(locked: &mut dyn Locked, calls: &[Call]) -> Result<Reads, StorageError> {
    let sessions: BTreeSet<_> = calls.iter().map(|call| call.caller.session).collect();
    let secrets: BTreeSet<_> = calls
        .iter()
        .flat_map(|call| &call.items)
        .map(|item| item.secret)
        .collect();
    let contexts = locked
        .session_contexts(&sessions.into_iter().collect::<Vec<_>>())
        .await?;
    let current = locked
        .current_numbers(&secrets.into_iter().collect::<Vec<_>>())
        .await?;
    let number = locked.head().epoch;
    Ok(Reads {
        now: locked.now(),
        epoch: Epoch::Committed(number),
        number,
        contexts: contexts
            .into_iter()
            .map(|context| (context.session.id, context))
            .collect(),
        current: current
            .into_iter()
            .map(|current| (current.secret, current))
            .collect(),
    })
}

//! What a batch reads, once for all its calls.

use super::Call;
use crate::{entitlement::Epoch, sequencer::change::proof_use};
use claviger_model::{
    ids::{PrincipalId, SecretId, SessionId},
    time::Timestamp,
};
use claviger_storage::{
    Digest, Locked, StorageError, releases::BatchAsks, sessions::SessionContext, sign_in::ProofUse,
    versions::CurrentNumber,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What is read once for the whole batch.
pub(super) struct Reads {
    pub(super) now: Timestamp,
    pub(super) epoch: Epoch,
    pub(super) number: u64,
    pub(super) contexts: HashMap<SessionId, SessionContext>,
    pub(super) current: HashMap<SecretId, CurrentNumber>,
    /// Of each call, in order.
    pub(super) proofs: Vec<ProofUse>,
    /// Those among them that were used before.
    pub(super) used: HashSet<(Digest, Vec<u8>)>,
}

pub(super) async fn read(locked: &mut dyn Locked, calls: &[Call]) -> Result<Reads, StorageError> {
    let sessions: BTreeSet<SessionId> = calls.iter().map(|call| call.caller.session).collect();
    let secrets: BTreeSet<SecretId> = calls
        .iter()
        .flat_map(|call| &call.items)
        .map(|item| item.secret)
        .collect();
    let subjects: BTreeSet<PrincipalId> = calls.iter().map(|call| call.caller.principal).collect();
    let proofs: Vec<_> = calls.iter().map(|call| proof_use(&call.caller.proof)).collect();
    let read = locked
        .read_for_releases(BatchAsks {
            sessions: &sessions.into_iter().collect::<Vec<_>>(),
            secrets: &secrets.into_iter().collect::<Vec<_>>(),
            proofs: &proofs,
            subjects: &subjects.into_iter().collect::<Vec<_>>(),
        })
        .await?;
    let number = locked.head().epoch;
    Ok(Reads {
        now: locked.now(),
        epoch: Epoch::Committed(number),
        number,
        contexts: read
            .contexts
            .into_iter()
            .map(|context| (context.session.id, context))
            .collect(),
        current: read
            .current
            .into_iter()
            .map(|current| (current.secret, current))
            .collect(),
        proofs,
        used: read.used,
    })
}

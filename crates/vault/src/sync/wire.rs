//! Proofs and openings as they travel, and as they are checked.

use claviger_crypto::{
    commitment::Opening,
    secret::{Key256, SecretString},
};
use claviger_ledger::{hash::NodeHash, label::Label};
use claviger_protocol::{log::OpeningRecord, wire::Bytes};

/// Path and openings.
pub(super) type Parts = (Vec<NodeHash>, Vec<(Label, Opening)>);

/// Those of an entry; nothing when they are malformed.
pub(super) fn parts(entry: &claviger_protocol::log::HistoryEntry) -> Option<Parts> {
    let openings = entry.openings.iter().map(opening).collect::<Option<_>>()?;
    Some((hashes(&entry.proof)?, openings))
}

/// An opening; nothing when it is malformed.
pub(super) fn opening(record: &OpeningRecord) -> Option<(Label, Opening)> {
    let key = Key256::from_slice(&record.key.0)?;
    Some((
        Label::new(&record.field).ok()?,
        Opening::new(key, SecretString::new(record.value.clone())),
    ))
}

/// Hashes of a proof; nothing when one has another length.
pub(super) fn hashes(proof: &[Bytes]) -> Option<Vec<NodeHash>> {
    proof
        .iter()
        .map(|hash| hash.array().map(NodeHash::from_bytes))
        .collect()
}

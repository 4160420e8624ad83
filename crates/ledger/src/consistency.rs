//! Whether a newer tree holds an older one as its beginning (RFC 6962 section 2.1.2).

use crate::checkpoint::Checkpoint;
use crate::hash::NodeHash;
use crate::proof::MAX_HASHES;

/// The newer tree is not the older one with leaves appended, or the proof does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the newer tree is not shown to continue the older one")]
pub struct Inconsistent;

/// Checks a consistency proof between two checkpoints of one log.
///
/// From the tree without leaves, and between equal trees, the proof is empty.
///
/// # Errors
/// When the origins differ, the newer tree is smaller, or the proof does not hold.
pub fn verify_consistency(
    older: &Checkpoint,
    newer: &Checkpoint,
    proof: &[NodeHash],
) -> Result<(), Inconsistent> {
    if older.origin != newer.origin || proof.len() > MAX_HASHES {
        return Err(Inconsistent);
    }
    if older.size == 0 {
        let empty = older.root == NodeHash::EMPTY && proof.is_empty();
        let same = newer.size > 0 || newer.root == older.root;
        return if empty && same { Ok(()) } else { Err(Inconsistent) };
    }
    let proof = proof.iter().copied().map(Into::into).collect();
    tlog_tiles::check_tree(
        &proof,
        newer.size,
        newer.root.into(),
        older.size,
        older.root.into(),
    )
    .map_err(|_| Inconsistent)
}

#[cfg(test)]
mod tests;

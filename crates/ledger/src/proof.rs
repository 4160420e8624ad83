//! Proofs that a leaf is in the log, which verify offline (C2SP tlog-proof).

use crate::checkpoint::{Checkpoint, CheckpointError, MAX_LENGTH, VerifiedCheckpoint};
use crate::hash::NodeHash;
use crate::log_key::VerifierKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// A path in a tree of 2⁶⁴ leaves has no more hashes.
pub const MAX_HASHES: usize = 64;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An inclusion proof with the signed checkpoint that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// Bytes beside the proof, which nothing authenticates.
    pub extra: Option<Vec<u8>>,
    /// The leaf's index in the log, from 0.
    pub index: u64,
    /// The audit path, from the leaf's sibling up.
    pub hashes: Vec<NodeHash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not of the C2SP form.
    #[error("the proof is malformed")]
    Malformed,
    /// Its checkpoint is refused.
    #[error("the checkpoint of the proof is refused")]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error("the proof does not fit the leaf")]
    NotIncluded,
}

impl InclusionProof {
    /// Reads the C2SP form.
    ///
    /// # Errors
    /// When the text has another form, or more hashes than any tree needs.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        if text.len() > MAX_LENGTH.saturating_mul(2) {
            return Err(ProofError::Malformed);
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Malformed)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Malformed);
        }
        let mut line = lines.next().ok_or(ProofError::Malformed)?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            extra = Some(STANDARD.decode(encoded).map_err(|_| ProofError::Malformed)?);
            line = lines.next().ok_or(ProofError::Malformed)?;
        }
        let index = read_index(line.strip_prefix("index ").ok_or(ProofError::Malformed)?)?;
        let hashes = lines
            .map(|line| line.parse().map_err(|_| ProofError::Malformed))
            .collect::<Result<Vec<NodeHash>, _>>()?;
        if hashes.len() > MAX_HASHES {
            return Err(ProofError::Malformed);
        }
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks that the log has this leaf, under a checkpoint that the log has signed.
    ///
    /// # Errors
    /// When the checkpoint is refused, or the path does not fit.
    pub fn verify(
        &self,
        leaf: &[u8],
        log: &VerifierKey,
        witnesses: &[VerifierKey],
    ) -> Result<VerifiedCheckpoint, ProofError> {
        let verified = Checkpoint::verify(&self.checkpoint, log, witnesses)?;
        verify_path(
            NodeHash::of_leaf(leaf),
            self.index,
            &self.hashes,
            &verified.checkpoint,
        )?;
        Ok(verified)
    }
}

/// Checks a leaf's path to a checkpoint that was verified before.
///
/// # Errors
/// When the path does not lead there.
pub fn verify_path(
    leaf: NodeHash,
    index: u64,
    hashes: &[NodeHash],
    checkpoint: &Checkpoint,
) -> Result<(), ProofError> {
    if hashes.len() > MAX_HASHES {
        return Err(ProofError::Malformed);
    }
    let hashes = hashes.iter().copied().map(Into::into).collect();
    tlog_tiles::check_record(
        &hashes,
        checkpoint.size,
        checkpoint.root.into(),
        index,
        leaf.into(),
    )
    .map_err(|_| ProofError::NotIncluded)
}

impl fmt::Display for InclusionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Reads an ASCII decimal without leading zeros or signs.
fn read_index(text: &str) -> Result<u64, ProofError> {
    let index: u64 = text.parse().map_err(|_| ProofError::Malformed)?;
    if index.to_string() == text {
        Ok(index)
    } else {
        Err(ProofError::Malformed)
    }
}

#[cfg(test)]
mod tests;

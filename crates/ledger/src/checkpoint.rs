//! Checkpoints: signed heads of the log (C2SP tlog-checkpoint over signed-note).

use crate::cosignature::{self, Cosignature};
use crate::hash::NodeHash;
use crate::log_key::{KeyKind, LogKey, VerifierKey};
use serde::{Deserialize, Serialize};
use signed_note::{Note, Signature};

/// The longest signed checkpoint that is read, in bytes; leaves room for dozens of cosignatures.
pub const MAX_LENGTH: usize = 32 * 1024;

/// The head of a log: how many leaves, and their root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root of the tree.
    pub root: NodeHash,
}

/// A checkpoint whose signature by the log was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    /// The head.
    pub checkpoint: Checkpoint,
    /// Cosignatures of the witnesses that were given, checked.
    pub cosignatures: Vec<Cosignature>,
    /// Signature lines by keys that were not given, `name+id`; nothing is known about them.
    pub unknown: Vec<String>,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Longer than [`MAX_LENGTH`], or not of the C2SP form.
    #[error("the checkpoint is malformed")]
    Malformed,
    /// It is a checkpoint of another log.
    #[error("the checkpoint belongs to another log")]
    Origin,
    /// The log's key has not signed it.
    #[error("the checkpoint is not signed by the log")]
    Unsigned,
    /// The log's or a known witness's signature does not fit.
    #[error("a signature of the checkpoint is not valid")]
    Signature,
    /// Not a key for checkpoints of a log.
    #[error("the key is not the key of a log")]
    KeyKind,
}

impl Checkpoint {
    /// Signs the checkpoint; the origin must be the key's name.
    ///
    /// # Errors
    /// When it is not, or cannot be written down.
    pub fn sign(&self, key: &LogKey) -> Result<String, CheckpointError> {
        self.sign_by(&[key])
    }

    /// Signs the checkpoint with several keys of the log: when one follows another, both sign for the log that they hand over.
    ///
    /// # Errors
    /// As [`Checkpoint::sign`].
    pub fn sign_by(&self, keys: &[&LogKey]) -> Result<String, CheckpointError> {
        let text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        let mut signatures = Vec::with_capacity(keys.len());
        for key in keys {
            let verifier = key.verifier();
            if self.origin != verifier.name() {
                return Err(CheckpointError::Origin);
            }
            let signature = Signature::new(
                verifier.name().to_owned(),
                verifier.id(),
                key.sign(text.as_bytes()),
            );
            signatures.push(signature.map_err(|_| CheckpointError::Malformed)?);
        }
        let note = Note::new(text.as_bytes(), &signatures).map_err(|_| CheckpointError::Malformed)?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Malformed)
    }

    /// Reads a signed checkpoint without checking any signature.
    ///
    /// # Errors
    /// When it is not of the C2SP form.
    pub fn parse_unverified(signed: &str) -> Result<Self, CheckpointError> {
        read(signed).map(|(_, checkpoint, _)| checkpoint)
    }

    /// Reads a signed checkpoint and checks the log's signature and those of the given witnesses.
    ///
    /// Lines by other keys are tolerated and named.
    ///
    /// # Errors
    /// When it is not of the C2SP form, of another log, or a signature by a known key does not fit.
    pub fn verify(
        signed: &str,
        log: &VerifierKey,
        witnesses: &[VerifierKey],
    ) -> Result<VerifiedCheckpoint, CheckpointError> {
        if log.kind() != KeyKind::Log {
            return Err(CheckpointError::KeyKind);
        }
        let (text, checkpoint, signatures) = read(signed)?;
        if checkpoint.origin != log.name() {
            return Err(CheckpointError::Origin);
        }
        let (mut signed_by_log, mut cosignatures, mut unknown) = (false, Vec::new(), Vec::new());
        for signature in &signatures {
            let made_by = |key: &VerifierKey| key.name() == signature.name() && key.id() == signature.id();
            if made_by(log) {
                log.public()
                    .verify(&text, signature.signature())
                    .map_err(|_| CheckpointError::Signature)?;
                signed_by_log = true;
            } else if let Some(witness) = witnesses
                .iter()
                .find(|key| key.kind() == KeyKind::Witness && made_by(key))
            {
                let checked = cosignature::check(witness, &text, signature.signature());
                cosignatures.push(checked.ok_or(CheckpointError::Signature)?);
            } else {
                unknown.push(format!("{}+{:08x}", signature.name(), signature.id()));
            }
        }
        if signed_by_log {
            Ok(VerifiedCheckpoint {
                checkpoint,
                cosignatures,
                unknown,
            })
        } else {
            Err(CheckpointError::Unsigned)
        }
    }
}

/// Splits a signed note into its text, the checkpoint in it, and its signature lines.
fn read(signed: &str) -> Result<(Vec<u8>, Checkpoint, Vec<Signature>), CheckpointError> {
    if signed.len() > MAX_LENGTH {
        return Err(CheckpointError::Malformed);
    }
    let note = Note::from_bytes(signed.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
    let text = note.text().to_vec();
    let parsed = tlog_tiles::Checkpoint::from_bytes(&text).map_err(|_| CheckpointError::Malformed)?;
    let (_, lines) = signed.rsplit_once("\n\n").ok_or(CheckpointError::Malformed)?;
    let signatures = lines
        .lines()
        .map(|line| Signature::from_bytes(line.as_bytes()).map_err(|_| CheckpointError::Malformed))
        .collect::<Result<_, _>>()?;
    let checkpoint = Checkpoint {
        origin: parsed.origin().to_owned(),
        size: parsed.size(),
        root: (*parsed.hash()).into(),
    };
    Ok((text, checkpoint, signatures))
}

#[cfg(test)]
mod tests;

//! The pin: the last checkpoint that a device saw, which every later one must continue.

use crate::checkpoint::{Checkpoint, VerifiedCheckpoint};
use crate::consistency::verify_consistency;
use crate::hash::NodeHash;
use serde::{Deserialize, Serialize};

/// A pinned checkpoint, kept sealed on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin(Checkpoint);

/// What a checkpoint means for the pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// It continues the pinned one; this is the pin from now on.
    To(Pin),
    /// It is the pinned one, or one that the pinned one continues; the pin stays.
    Stay,
}

/// Why a checkpoint contradicts the pin; each is shown to the person, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// The log has fewer entries than the device saw, and the pinned log is not shown to continue it.
    #[error("the log has {shown} entries, and this device has seen {known}")]
    Shortened {
        /// Entries that the device saw.
        known: u64,
        /// Entries that are shown now.
        shown: u64,
    },
    /// Two different logs of the same length.
    #[error("the log with {size} entries is not the one that this device has seen")]
    Forked {
        /// Entries of both.
        size: u64,
    },
    /// Longer, but not shown to continue what the device saw.
    #[error("the log with {shown} entries is not shown to continue the {known} that this device has seen")]
    Inconsistent {
        /// Entries that the device saw.
        known: u64,
        /// Entries that are shown now.
        shown: u64,
    },
    /// A log with another origin, as after a restore.
    #[error("the log is `{shown}`, and this device has seen `{known}`")]
    OtherLog {
        /// The origin that the device saw.
        known: String,
        /// The origin that is shown now.
        shown: String,
    },
}

impl Pin {
    /// Pins the first checkpoint that a device sees.
    pub fn first(verified: &VerifiedCheckpoint) -> Self {
        Self(verified.checkpoint.clone())
    }

    /// The pinned head.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.0
    }

    /// Compares a later checkpoint with the pin; the proof leads from the smaller tree to the larger one.
    ///
    /// # Errors
    /// When the checkpoint contradicts the pin.
    pub fn advance(&self, to: &VerifiedCheckpoint, proof: &[NodeHash]) -> Result<Advance, PinError> {
        let (pinned, shown) = (&self.0, &to.checkpoint);
        if pinned.origin != shown.origin {
            return Err(PinError::OtherLog {
                known: pinned.origin.clone(),
                shown: shown.origin.clone(),
            });
        }
        let (known, size) = (pinned.size, shown.size);
        if size == known {
            return if shown.root == pinned.root {
                Ok(Advance::Stay)
            } else {
                Err(PinError::Forked { size })
            };
        }
        if size < known {
            return match verify_consistency(shown, pinned, proof) {
                Ok(()) => Ok(Advance::Stay),
                Err(_) => Err(PinError::Shortened { known, shown: size }),
            };
        }
        match verify_consistency(pinned, shown, proof) {
            Ok(()) => Ok(Advance::To(Self(shown.clone()))),
            Err(_) => Err(PinError::Inconsistent { known, shown: size }),
        }
    }
}

#[cfg(test)]
mod tests;

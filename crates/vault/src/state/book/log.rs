//! How the audit log stands, as far as this device checked it.

use crate::view::state::LogState;
use claviger_model::time::Timestamp;

/// What was checked, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LogStanding {
    /// Whole, unproven or violated, in words.
    pub(crate) state: LogState,
    /// The newest number of the person's own history that was verified; as many entries were checked.
    pub(crate) verified: u64,
    /// When it was checked last.
    pub(crate) checked_at: Option<Timestamp>,
    /// The pinned checkpoint.
    pub(crate) checkpoint: Option<PinnedCheckpoint>,
    /// Whether a witness has cosigned it; no witness is configured yet, so never.
    pub(crate) witnessed: bool,
}

/// The checkpoint that every later one must continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PinnedCheckpoint {
    /// The log's name.
    pub(crate) origin: String,
    /// Its leaves.
    pub(crate) size: u64,
    /// When this device saw it.
    pub(crate) at: Timestamp,
}

impl Default for LogStanding {
    fn default() -> Self {
        Self {
            state: LogState::Unproven {
                words: UNCHECKED.to_owned(),
            },
            verified: 0,
            checked_at: None,
            checkpoint: None,
            witnessed: false,
        }
    }
}

const UNCHECKED: &str = "This device has not checked the log yet. It does so with the next connection.";

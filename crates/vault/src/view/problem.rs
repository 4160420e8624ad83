//! What went wrong, for a person.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A refused or failed command; the page decides severity, words and action from its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct Problem {
    /// Stable, camelCase.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What exactly, where that may be said.
    pub detail: Option<String>,
    /// What to do.
    pub remedy: Option<String>,
}

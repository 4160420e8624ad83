//! What a search finds.

use super::{list::SecretRow, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Search reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchReply {
    /// Secrets.
    pub secrets: Vec<SecretHit>,
    /// People.
    pub people: Vec<PersonHit>,
}

/// Matches are indices of Unicode code points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretHit {
    /// Row.
    pub row: SecretRow,
    /// In `envName ?? title`.
    pub name_matches: Vec<u32>,
    /// Path matches.
    pub path_matches: Vec<u32>,
}

/// Person hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonHit {
    /// Person.
    pub person: PersonRef,
    /// Name matches.
    pub name_matches: Vec<u32>,
    /// Secrets of theirs within sight.
    pub owns: u32,
}

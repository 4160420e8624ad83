//! The values that have to change.

use super::{
    super::{ConcernedSecret, HoldingWay},
    CaseVoice,
};
use crate::view::state::PersonRef;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where a rotation of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RotationStands {
    /// The value is as it was.
    Open,
    /// The value changed.
    Changed,
    /// An Owner accepts that it does not change.
    Accepted,
    /// The secret was erased.
    Gone,
}

/// A value that has to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseRotation {
    /// Whose value.
    pub secret: ConcernedSecret,
    /// The version that was current.
    pub version: u32,
    /// The way that showed most of it.
    pub way: HoldingWay,
    /// How bad it is, from 1 to 100.
    pub risk: u32,
    /// Who answers for the secret.
    pub owner: Option<PersonRef>,
    /// Until when it has to change.
    pub due_at: i64,
    /// Where it stands.
    pub stands: RotationStands,
    /// How it was settled; null while it is open.
    pub settled: Option<CaseVoice>,
}

/// Values that have to change, the riskiest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseRotations {
    /// The page.
    pub rotations: Vec<CaseRotation>,
    /// For more of them.
    pub next: Option<String>,
}

/// How far the rotations of one owner are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OwnerProgress {
    /// Whose secrets; null for those that nobody owns.
    pub owner: Option<PersonRef>,
    /// All of them.
    pub all: u32,
    /// Those that are open.
    pub open: u32,
    /// Those that were accepted as they are.
    pub accepted: u32,
    /// Until when the first of the open ones has to change.
    pub due_at: Option<i64>,
}

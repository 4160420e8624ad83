//! The values that a case has changed.

use crate::{
    blast::{How, Risk},
    ids::{CaseId, PrincipalId, RequestId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Where a rotation of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RotationState {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Of which case.
    pub case: CaseId,
    /// Whose value.
    pub secret: SecretId,
    /// The version that was current.
    pub version: u64,
    /// The fingerprint of that value.
    pub fingerprint: [u8; 32],
    /// The way that showed most of it.
    pub how: How,
    /// How bad it is.
    pub risk: Risk,
    /// Who answers for the secret.
    pub owner: Option<PrincipalId>,
    /// Until when it has to change.
    pub due_at: Timestamp,
    /// The request that asks for it.
    pub request: Option<RequestId>,
    /// Where it stands.
    pub state: RotationState,
    /// How it was settled; none while it is open.
    pub settled: Option<Settled>,
}

/// How a rotation was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<PrincipalId>,
    /// The version that has another value.
    pub version: Option<u64>,
    /// Why it was accepted.
    pub words: Option<String>,
}

/// How far the rotations of one owner are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Whose secrets; none for those that nobody owns.
    pub owner: Option<PrincipalId>,
    /// All of them.
    pub all: u64,
    /// Those that are open.
    pub open: u64,
    /// Those that were accepted as they are.
    pub accepted: u64,
    /// Until when the first of the open ones has to change.
    pub due_at: Option<Timestamp>,
}

//! The values that have to change.

use super::super::NamedSecret;
use crate::{access::PlaceName, principals::PrincipalRecord};
use claviger_model::{
    blast::{How, Risk},
    ids::{PrincipalId, RequestId, SecretId},
    offboarding::{RotationState, Settled},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `POST /v1/offboarding/cases/{case}/rotations`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationsCall {
    /// Goes on after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<AfterRotation>,
}

/// The last rotation that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterRotation {
    /// Its risk.
    pub risk: Risk,
    /// Its secret.
    pub secret: SecretId,
}

/// Values that have to change, the riskiest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationsReply {
    /// The page.
    pub rotations: Vec<RotationRecord>,
    /// Where it goes on.
    pub next: Option<AfterRotation>,
    /// Whom it names.
    pub principals: Vec<PrincipalRecord>,
    /// Which places.
    pub scopes: Vec<PlaceName>,
    /// Which secrets.
    pub secrets: Vec<NamedSecret>,
}

/// A value that has to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationRecord {
    /// Whose value.
    pub secret: SecretId,
    /// The version that was current.
    pub version: u64,
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
    /// How it was settled.
    pub settled: Option<Settled>,
}

/// `POST /v1/offboarding/cases/{case}/accept`: an Owner accepts that a value stays as it is. Answers with [`RotationRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptRotation {
    /// Whose value.
    pub secret: SecretId,
    /// Why.
    pub reason: String,
}

//! The parts that a leaf is made of.

use crate::label::Label;
use crate::leaf::LeafError;
use claviger_model::ids::{
    DeviceId, EventId, GrantId, KeyId, OrderId, PolicyId, PrincipalId, RequestId, RoleId, ScopeId, SecretId,
    SessionId,
};
use serde::{Deserialize, Serialize};

/// Version 1 of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Version1;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The principal.
    pub principal: PrincipalId,
    /// Whether it is a service identity.
    #[serde(default, skip_serializing_if = "is_false")]
    pub service: bool,
}

/// Whether something was allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused, with a stable code.
    Refused(Label),
}

/// What something was done to; several ids where they say more, such as a secret with its version and scope.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the name of each field is the name of its type")]
pub struct Object {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<PrincipalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A label, such as a state or a code.
    Label(Label),
}

impl Object {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl TryFrom<u64> for Version1 {
    type Error = LeafError;
    fn try_from(version: u64) -> Result<Self, LeafError> {
        if version == 1 {
            Ok(Self)
        } else {
            Err(LeafError::UnknownVersion)
        }
    }
}

impl From<Version1> for u64 {
    fn from(_: Version1) -> Self {
        1
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(crate) const fn is_false(flag: &bool) -> bool {
    !*flag
}

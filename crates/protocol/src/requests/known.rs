//! What one may know of without a right to it.

use crate::principals::PrincipalRecord;
use claviger_model::ids::{PrincipalId, ScopeId, SecretId};
use serde::{Deserialize, Serialize};

/// `POST /v1/known`: what one may know of without a right to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownCall {
    /// The last secret of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<KnownKey>,
}

/// Where a page of known secrets ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownKey {
    /// Its scope.
    pub scope: ScopeId,
    /// The secret.
    pub secret: SecretId,
}

/// A page of what can be known of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownReply {
    /// In the order of scopes and ids; a page may show fewer than it looked at.
    pub secrets: Vec<KnownSecret>,
    /// The scopes that they are in.
    pub scopes: Vec<KnownScope>,
    /// Everyone who is named.
    pub principals: Vec<PrincipalRecord>,
    /// Where the next page begins; none after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<KnownKey>,
}

/// All that shows of a discoverable secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownSecret {
    /// Its id.
    pub secret: SecretId,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub scope: ScopeId,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PrincipalId>,
}

/// A discoverable scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownScope {
    /// Its id.
    pub scope: ScopeId,
    /// Where it stands.
    pub path: String,
    /// Some who can grant here, the nearest first.
    pub can_grant: Vec<PrincipalId>,
}

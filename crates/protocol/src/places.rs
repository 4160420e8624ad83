//! Scopes: the tree of places.

use claviger_model::{
    ids::ScopeId,
    name::Name,
    scope::{Discoverable, EnvironmentClass, Scope},
};
use serde::{Deserialize, Serialize};

/// `GET /v1/scopes`: what the caller may see, parents first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopesReply {
    /// Scopes with a right somewhere at or below them.
    pub scopes: Vec<Scope>,
}

/// `POST /v1/scopes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateScope {
    /// Chosen by the caller, so that a repeated call makes one scope.
    pub id: ScopeId,
    /// Where.
    pub parent: ScopeId,
    /// One segment.
    pub name: Name,
    /// Only for environments; needs `scope.classify`.
    #[serde(default)]
    pub class: Option<EnvironmentClass>,
}

/// `PATCH /v1/scopes/{scope}`: absent = unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditScope {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// A new class; needs `scope.classify`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<EnvironmentClass>,
    /// Who may know of its secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discoverable: Option<Discoverable>,
    /// Maximum age of offline copies in seconds; 0 = none allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_seconds: Option<u32>,
}

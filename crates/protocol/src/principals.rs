//! People, teams and services as others may see them.

use claviger_model::{
    ids::PrincipalId,
    principal::{PrincipalKind, PrincipalState},
    scope::EnvironmentClass,
};
use serde::{Deserialize, Serialize};

/// Enough to show a principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalRecord {
    /// Its id.
    pub id: PrincipalId,
    /// What it is.
    pub kind: PrincipalKind,
    /// Its name.
    pub name: String,
    /// A person's address, as the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its state.
    pub state: PrincipalState,
    /// Of a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<EnvironmentClass>,
    /// Teams it belongs to directly.
    #[serde(default)]
    pub teams: Vec<PrincipalId>,
}

/// `GET /v1/principals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalsReply {
    /// By name.
    pub principals: Vec<PrincipalRecord>,
}

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

/// The most principals of one page.
pub const PAGE: usize = 1_000;

/// `GET /v1/principals` and `GET /v1/principals/after/{principal}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalsReply {
    /// At most [`PAGE`]; pages go by id, within one they are in the order of their names.
    pub principals: Vec<PrincipalRecord>,
    /// More follow after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<PrincipalId>,
}

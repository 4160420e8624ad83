//! Roles and grants.

use crate::wire::Bytes;
use claviger_model::{
    conditions::Conditions,
    grant::Grant,
    ids::{GrantId, PrincipalId, RoleId, ScopeId},
    role::Role,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `GET /v1/roles`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolesReply {
    /// Built-in ones first.
    pub roles: Vec<Role>,
}

/// The most grants of one page.
pub const PAGE: usize = 1_000;

/// `GET /v1/grants` and `GET /v1/grants/after/{grant}` (one's own and those within scopes where the caller has
/// `grant.view`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrantsReply {
    /// Living ones, by id; at most [`PAGE`].
    pub grants: Vec<Grant>,
    /// More follow after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<GrantId>,
}

/// `POST /v1/grants`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiveGrant {
    /// Chosen by the caller, so that a repeated call gives one grant.
    pub id: GrantId,
    /// To whom.
    pub principal: PrincipalId,
    /// What.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Why, in words; not empty.
    pub reason: String,
    /// From when; now when absent.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// Until when.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Under which conditions.
    #[serde(default)]
    pub conditions: Conditions,
    /// [`crate::giving::GrantPlan::digest`] of what was shown; when the effect is another one by now, it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Bytes>,
}

/// `DELETE /v1/grants/{grant}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndGrant {
    /// Why, in words.
    pub reason: String,
}

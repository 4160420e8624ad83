//! Why can I, why can't I.

use crate::{
    access::{AccessPath, PlaceName, Verdict},
    principals::PrincipalRecord,
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A place.
    Scope(ScopeId),
    /// A secret.
    Secret(SecretId),
}

/// `POST /v1/explain`: for oneself, and for others where the caller has `grant.view`; for everything else as if it did not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainCall {
    /// Who; the caller when absent.
    #[serde(default)]
    pub principal: Option<PrincipalId>,
    /// Doing what.
    pub action: Action,
    /// To what.
    pub about: About,
}

/// A grant that reaches them there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainPath {
    /// The grant, and how it reaches them.
    pub path: AccessPath,
    /// Whether its role has the action.
    pub has_action: bool,
    /// Whether it is one of those that decided.
    pub decided: bool,
}

/// What would have to change for a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lacking {
    /// Nothing; it is allowed.
    Nothing,
    /// A role.
    Role,
    /// Another time or other circumstances, or a role without conditions.
    Circumstances,
    /// Nothing that a grant could mend.
    NoGrantHelps,
}

/// [`ExplainCall`]'s answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainReply {
    /// Who.
    pub principal: PrincipalId,
    /// Doing what.
    pub action: Action,
    /// Where it is decided.
    pub scope: ScopeId,
    /// The decision: for oneself under the circumstances of this call.
    pub verdict: Verdict,
    /// Whether it is decided for somebody as well signed in as can be, since nobody knows how they will be.
    pub at_best: bool,
    /// The first moment at which the clock alone may change it.
    pub valid_until: Option<Timestamp>,
    /// Every grant that reaches them there, those that decided first.
    pub paths: Vec<ExplainPath>,
    /// What is missing.
    pub lacking: Lacking,
    /// Roles that would do, the least first.
    pub roles: Vec<RoleId>,
    /// A few people who may give the least of them, those nearest to the place first.
    pub grantors: Vec<PrincipalId>,
    /// Everybody who is named here.
    pub principals: Vec<PrincipalRecord>,
    /// Every place that is named here.
    pub scopes: Vec<PlaceName>,
}

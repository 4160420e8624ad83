//! Roles of one's own, and changes that wait for a second Owner (rule 13).

use crate::{guardrails::GuardrailChange, policy_files::DelegationForm, wire::Bytes};
use claviger_model::{
    action::Action,
    ids::{PolicyId, PrincipalId, ProposalId, RoleId, ScopeId},
    name::Name,
    role::{MayGrant, Role},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// `PUT /v1/roles/{role}`: makes a role or changes one; the id is chosen by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutRole {
    /// What the role shall be.
    pub role: RoleForm,
    /// Why; shown to the second Owner.
    pub reason: String,
    /// The proposal that the call makes if it needs a second Owner; without, it is refused then.
    #[serde(default)]
    pub proposal: Option<ProposalId>,
}

/// What a role shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleForm {
    /// Unique, case aside.
    pub name: Name,
    /// Values and power over access never together.
    pub actions: BTreeSet<Action>,
    /// What its holders may grant; needs `grant.assign` among the actions.
    pub may_grant: MayGrant,
    /// SHA-256 of [`canonical_role`] of the role that is changed, as its author saw it; absent for a new one.
    #[serde(default)]
    pub replaces: Option<Bytes>,
}

/// `DELETE /v1/roles/{role}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteRole {
    /// Why, in words.
    pub reason: String,
}

/// What became of a change that may need a second Owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Changed {
    /// It was made.
    Made,
    /// It waits for a second Owner.
    Proposed {
        /// Under this id.
        proposal: ProposalId,
    },
}

/// A change that may need a second Owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProposedChange {
    /// A role is made or changed.
    Role {
        /// Which.
        id: RoleId,
        /// What it shall be.
        role: RoleForm,
    },
    /// A group of the identity provider stands for a team.
    Group {
        /// Its name at the provider.
        group: String,
        /// The team.
        team: PrincipalId,
    },
    /// A guardrail is made, changed, switched or deleted.
    Guardrail {
        /// Which.
        id: PolicyId,
        /// What becomes of it.
        what: GuardrailChange,
        /// SHA-256 of its canonical form, as its author saw it; absent for a new one.
        #[serde(default)]
        replaces: Option<Bytes>,
    },
    /// A service identity may carry out what files say.
    Delegation {
        /// What exactly.
        delegation: DelegationForm,
    },
}

/// What the author of a change would gain by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widening {
    /// Whose access: the author's own, or a service identity's that they answer for.
    pub principal: PrincipalId,
    /// Where, and below.
    pub scope: ScopeId,
    /// What could be done.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub actions: BTreeSet<Action>,
    /// What could be granted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub may_grant: BTreeSet<RoleId>,
}

/// Where a proposed change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposalState {
    /// Waits for a second Owner.
    Open,
    /// Approved and made.
    Executed,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
    /// Nobody approved it in time.
    Expired,
}

/// A change that waits or waited for a second Owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalRecord {
    /// Its id.
    pub id: ProposalId,
    /// Exactly what is to be done.
    pub change: ProposedChange,
    /// SHA-256 of the canonical form of the change; approving names it.
    pub digest: Bytes,
    /// What its author would gain.
    pub widens: Vec<Widening>,
    /// Why.
    pub reason: String,
    /// Who wants it.
    pub author: PrincipalId,
    /// Since when.
    pub proposed_at: Timestamp,
    /// Until when it can be approved.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: ProposalState,
    /// Who answered.
    #[serde(default)]
    pub answered_by: Option<PrincipalId>,
    /// What they said.
    #[serde(default)]
    pub word: Option<String>,
}

/// `POST /v1/proposals`: a page of them, for those who may manage roles, teams or policies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposalsCall {
    /// The last one of the page before.
    #[serde(default)]
    pub before: Option<ProposalId>,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalsReply {
    /// At most 100.
    pub proposals: Vec<ProposalRecord>,
}

/// `POST /v1/proposals/{proposal}/approve`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveProposal {
    /// [`ProposalRecord::digest`]: what was read is what is approved.
    pub digest: Bytes,
}

/// `POST /v1/proposals/{proposal}/refuse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseProposal {
    /// Why, in words.
    pub words: String,
}

/// The canonical form (RFC 8785) that a role's digest is of.
///
/// # Errors
/// When JSON cannot hold it, which no role causes.
pub fn canonical_role(role: &Role) -> Result<Vec<u8>, serde_json::Error> {
    serde_json_canonicalizer::to_vec(role)
}

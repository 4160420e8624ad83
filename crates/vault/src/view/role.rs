//! Roles, and changes that wait for a second owner.

use super::{access::RoleRef, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// All roles, and what they can be made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RolesView {
    /// Built-in ones first, from least to most.
    pub roles: Vec<RoleView>,
    /// Every action there is.
    pub actions: Vec<ActionView>,
    /// This person may make and change roles.
    pub may_manage: bool,
}

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActionView {
    /// Its code.
    pub code: String,
    /// In words.
    pub words: String,
    /// It touches values.
    pub values: bool,
    /// It is power over others' access, which no role joins with values.
    pub authority: bool,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RoleView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// It cannot be changed.
    pub builtin: bool,
    /// Codes of its actions.
    pub actions: Vec<String>,
    /// What its holders may give; null for every role.
    pub may_grant: Option<Vec<RoleRef>>,
    /// Of the role as it is, handed back to change it.
    pub digest: String,
}

/// A role to be made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RoleEdit {
    /// Null for a new one.
    pub id: Option<String>,
    /// [`RoleView::digest`] of the one that is changed.
    pub replaces: Option<String>,
    /// Name.
    pub name: String,
    /// Codes of its actions.
    pub actions: Vec<String>,
    /// Roles that its holders may give.
    pub may_grant: Vec<String>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeOutcome {
    /// It was made.
    Made,
    /// It waits for a second owner.
    Proposed,
}

/// Where a proposed change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ProposalStands {
    /// Waits.
    Open,
    /// Approved and made.
    Made,
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
    /// Nobody approved it in time.
    Lapsed,
}

/// What is to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ProposalChange {
    /// A role is made or changed.
    #[serde(rename_all = "camelCase")]
    Role {
        /// Its name then.
        name: String,
        /// Whether there is such a role already.
        known: bool,
        /// Codes of its actions then.
        actions: Vec<String>,
        /// Names of the roles that it may give then; null for every role.
        may_grant: Option<Vec<String>>,
    },
    /// A group of the identity provider stands for a team.
    Group {
        /// At the provider.
        group: String,
        /// The team's name.
        team: String,
    },
    /// A guardrail is made, changed, switched or deleted.
    #[serde(rename_all = "camelCase")]
    Guardrail {
        /// Its name then, or now where it goes.
        name: String,
        /// What becomes of it.
        becomes: GuardrailBecomes,
        /// Its text then; null where it stays as it is.
        text: Option<String>,
    },
    /// A service identity may carry out what files say.
    #[serde(rename_all = "camelCase")]
    Delegation {
        /// The service identity's name.
        service: String,
        /// Where; empty for the organization.
        path: String,
        /// Names of the roles that it may give and take.
        may_grant: Vec<String>,
        /// Whether it makes and changes roles.
        roles: bool,
        /// Whether it makes and changes guardrails.
        guardrails: bool,
        /// Until when, in milliseconds.
        ends_at: i64,
    },
}

/// What a proposed change makes of a guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GuardrailBecomes {
    /// There is none yet.
    New,
    /// Another text or name.
    Other,
    /// It decides.
    On,
    /// It decides no more.
    Off,
    /// It goes.
    Deleted,
}

/// What the author would gain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProposalGain {
    /// The author, or a service identity that they answer for.
    pub who: String,
    /// Where, and below; empty for the organization.
    pub path: String,
    /// Codes of the actions.
    pub actions: Vec<String>,
    /// Names of the roles that could be given.
    pub may_grant: Vec<String>,
}

/// A change that waits or waited for a second owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProposalView {
    /// Id.
    pub id: String,
    /// Handed back to approve just this.
    pub digest: String,
    /// What.
    pub change: ProposalChange,
    /// What its author would gain.
    pub gains: Vec<ProposalGain>,
    /// Why.
    pub reason: String,
    /// Who wants it.
    pub author: PersonRef,
    /// It is this person's own.
    pub mine: bool,
    /// Since when.
    pub at: i64,
    /// Until when it can be approved.
    pub lapses_at: i64,
    /// Where it stands.
    pub stands: ProposalStands,
    /// Who answered.
    pub answered_by: Option<String>,
    /// What they said.
    pub words: Option<String>,
}

//! Before a grant is given: what it would allow, which roles would do, who may receive one.

use crate::{access::GuardrailName, principals::PrincipalRecord, problem::Code, wire::Bytes};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId, ScopeId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Answer to `POST /v1/grants/preview`, whose body is [`crate::grants::GiveGrant`]: the plan that giving it executes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantPlan {
    /// SHA-256 of the canonical form of the grant and of all that follows; give it back in
    /// [`crate::grants::GiveGrant::plan`], so that nothing else is given than what was shown.
    pub digest: Bytes,
    /// What follows.
    #[serde(flatten)]
    pub effect: GrantEffect,
}

/// What a grant would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantEffect {
    /// People who would have it.
    pub people: u32,
    /// Service identities that would have it.
    pub services: u32,
    /// What is newly allowed to any of them, as soon as the grant has begun and its conditions are met.
    pub newly: Vec<Newly>,
    /// Where, the first 200 of them by path.
    pub places: Vec<PlaceGained>,
    /// How many more places there are.
    pub further_places: u32,
    /// Whether what each receiver has already was subtracted; if not, all that the grant says counts as new, because
    /// there are too many receivers or the caller may not see what they have.
    pub exact: bool,
    /// What to think of before giving it.
    pub warnings: Vec<Warning>,
}

/// An action that is newly allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newly {
    /// Which.
    pub action: Action,
    /// At how many places.
    pub scopes: u32,
    /// How many secrets stand there today.
    pub secrets: u64,
    /// How many of the receivers gain it somewhere.
    pub receivers: u32,
}

/// A place where something is newly allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceGained {
    /// The scope.
    pub scope: ScopeId,
    /// Its path.
    pub path: String,
    /// Secrets directly in it.
    pub secrets: u64,
}

/// Something to think of before a grant is given. None of them forbids it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "warning", rename_all = "kebab-case")]
pub enum Warning {
    /// The receivers have all of it already.
    NothingNew,
    /// It opens the values of this many secrets, which is much.
    Wide {
        /// How many.
        secrets: u64,
        /// In how many places.
        scopes: u32,
    },
    /// It opens values in production.
    Production {
        /// How many.
        secrets: u64,
    },
    /// It has no end.
    Permanent,
    /// Other people hold the same role at the same place by grants of their own; a team could hold it once.
    TeamWouldDo {
        /// How many others.
        others: u32,
    },
    /// It begins later.
    NotYet {
        /// When.
        from: Timestamp,
    },
    /// It would not count at this hour.
    OutsideHours {
        /// When its hours begin, if they ever do.
        from: Option<Timestamp>,
    },
    /// Guardrails keep back a part of what the role says.
    HeldBack {
        /// By name.
        guardrails: Vec<GuardrailName>,
    },
}

/// `POST /v1/grants/choices`: which roles the caller may give here, and which would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoicesCall {
    /// Where.
    pub scope: ScopeId,
    /// To whom; without, whether the caller's roles allow it to anybody at all.
    #[serde(default)]
    pub principal: Option<PrincipalId>,
    /// What was refused or asked for; without, every role.
    #[serde(default)]
    pub action: Option<Action>,
}

/// The least role first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesReply {
    /// Roles with the action; their contents are in `GET /v1/roles`.
    pub choices: Vec<Choice>,
}

/// A role that could be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which.
    pub role: RoleId,
    /// Why the caller may not give it here; absent when they may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<ChoiceRefused>,
}

/// Why a role cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceRefused {
    /// The code that giving it would answer.
    pub code: Code,
    /// In words.
    pub words: String,
    /// With an end date it could be.
    #[serde(default)]
    pub needs_end: bool,
}

/// `POST /v1/grants/receivers`: who may receive a role here from the caller, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiversCall {
    /// Where.
    pub scope: ScopeId,
    /// What.
    pub role: RoleId,
    /// Part of a name or address; empty for everyone.
    #[serde(default)]
    pub text: String,
    /// [`ReceiversReply::next`] of the page before.
    #[serde(default)]
    pub after: Option<NamePlace>,
    /// The most to answer, up to 100.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Where a page in the order of names goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamePlace {
    /// The last name, as the server compares names.
    pub folded: String,
    /// Whose.
    pub id: PrincipalId,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiversReply {
    /// By name.
    pub receivers: Vec<Receiver>,
    /// Where the next page begins; absent at the end.
    #[serde(default)]
    pub next: Option<NamePlace>,
}

/// Somebody who may receive the role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// Who.
    #[serde(flatten)]
    pub principal: PrincipalRecord,
    /// Only with an end date, since they are from outside.
    #[serde(default)]
    pub needs_end: bool,
}

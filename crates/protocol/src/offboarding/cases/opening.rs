//! Opening a case, rehearsing it, letting it go on, calling it off.

use super::{super::connected::FoundSystem, CaseRecord, EffectRecord};
use crate::{access::PlaceName, principals::PrincipalRecord};
use claviger_model::{
    blast::Numbers,
    ids::{CaseId, PrincipalId, RoleId, ScopeId},
    offboarding::Brake,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `POST /v1/offboarding/cases`: answers with [`OpenedCase`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenCase {
    /// Chosen by the caller, so that a repeated call opens one case.
    pub id: CaseId,
    /// Who leaves.
    pub person: PrincipalId,
    /// Why.
    pub reason: String,
    /// Who takes over the secrets that they own; none = nobody owns them then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heir: Option<PrincipalId>,
    /// Teams that the heir comes into, of those that the rehearsal told; only where it begins with this call, nobody else is in them,
    /// and the caller may put somebody there who gets what they hold. The others are left without anybody, and the case says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<PrincipalId>,
    /// When it begins; none = now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StartAt>,
}

/// A date and time on the clocks of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartAt {
    /// `2026-11-27T18:00:00`. What the clock shows twice means the first time, what it skips the moment after.
    pub local: String,
    /// A zone of the IANA database.
    pub zone: String,
}

/// What came of opening a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedCase {
    /// The case of this person.
    pub case: CaseRecord,
    /// Whether somebody had opened it before: there is one case for one leaver.
    pub merged: bool,
}

/// `POST /v1/offboarding/rehearse`: the same numbers as the action, and no effect. Answers with [`Rehearsal`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearse {
    /// Who would leave.
    pub person: PrincipalId,
    /// Who would take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heir: Option<PrincipalId>,
}

/// What the action would do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The blast radius in numbers.
    pub numbers: Numbers,
    /// How much each kind of effect would be.
    pub effects: Vec<EffectRecord>,
    /// How many values would be queued for a rotation.
    pub rotations: u64,
    /// Whether it would wait for a second pair of eyes.
    pub brake: Option<Brake>,
    /// The teams in which nobody else is, in the order of ids.
    #[serde(default)]
    pub teams: Vec<LonelyTeam>,
    /// Whether there are more than [`super::MOST_LEFT`] of them.
    #[serde(default)]
    pub more_teams: bool,
    /// What connected systems say of them now.
    #[serde(default)]
    pub connected: Vec<FoundSystem>,
    /// Whom it names.
    #[serde(default)]
    pub principals: Vec<PrincipalRecord>,
    /// Which places.
    #[serde(default)]
    pub scopes: Vec<PlaceName>,
}

/// A team in which nobody would be left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LonelyTeam {
    /// The team.
    pub team: PrincipalId,
    /// The service identities that it answers for, the first [`super::MOST_SERVICES`].
    pub services: Vec<PrincipalId>,
    /// How many more.
    pub more_services: u64,
    /// What it holds, and what it gets from teams that it is in, the first [`super::MOST_HELD`].
    pub holds: Vec<TeamHolds>,
    /// How many more.
    pub more_holds: u64,
    /// Whether the caller may put the heir into it, in a case that begins at once.
    pub heir_may: bool,
}

/// What a team gives whoever is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TeamHolds {
    /// Which role.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
}

/// `POST /v1/offboarding/cases/{case}/approve`: what was shown to whoever approves; anything else by now is `stale_plan`. Nobody approves
/// what they opened or altered. Answers with [`CaseRecord`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveCase {
    /// The start of a planned case; none for one that begins with the approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
}

/// `POST /v1/offboarding/cases/{case}/cancel`: before it has begun. Answers with [`CaseRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelCase {
    /// Why.
    pub reason: String,
}

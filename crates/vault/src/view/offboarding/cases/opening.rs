//! Opening a case, and rehearsing it.

use super::{
    super::{connected::FoundSystemView, radius::RadiusNumbers},
    BrakeReason, CaseEffect, CaseView,
};
use crate::view::{access::RoleRef, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// When a planned case begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseStart {
    /// The moment.
    pub at: i64,
    /// The date and time on the clocks of the zone, as it was said.
    pub local: String,
    /// A zone of the IANA database.
    pub zone: String,
}

/// What offboarding somebody would do now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RehearsalView {
    /// To be handed back, so that a repeated call opens one case.
    pub case: String,
    /// The blast radius in numbers.
    pub numbers: RadiusNumbers,
    /// How much each kind of effect would be.
    pub effects: Vec<CaseEffect>,
    /// How many values would be queued for a rotation.
    pub rotations: u32,
    /// Why it would wait for a second pair of eyes.
    pub brake: Option<BrakeReason>,
    /// The teams in which nobody would be left.
    pub teams: Vec<LonelyTeamView>,
    /// Whether there are more of them.
    pub more_teams: bool,
    /// What connected systems say of them now.
    pub connected: Vec<FoundSystemView>,
}

/// A team in which nobody would be left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LonelyTeamView {
    /// The team.
    pub team: PersonRef,
    /// The first of the services that it answers for.
    pub services: Vec<PersonRef>,
    /// How many more.
    pub more_services: u32,
    /// The first of what it gives whoever is in it.
    pub holds: Vec<TeamHoldsView>,
    /// How many more.
    pub more_holds: u32,
    /// Whether this person may put the heir into it, in a case that begins at once.
    pub heir_may: bool,
}

/// What a team gives whoever is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TeamHoldsView {
    /// Which role.
    pub role: RoleRef,
    /// Where.
    pub path: String,
}

/// A date and time on the clocks of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartDraft {
    /// `2026-11-27T18:00`, as a field for date and time has it.
    pub local: String,
    /// A zone of the IANA database.
    pub zone: String,
}

/// A case to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseDraft {
    /// As the rehearsal said.
    pub case: String,
    /// Who leaves.
    pub person: String,
    /// Why.
    pub reason: String,
    /// Who takes over; null for nobody.
    pub heir: Option<String>,
    /// Teams that the heir comes into, of those that the rehearsal said.
    pub teams: Vec<String>,
    /// When it begins; null for now.
    pub start: Option<StartDraft>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenedCaseView {
    /// The case of this person.
    pub case: CaseView,
    /// Whether somebody had opened it before.
    pub merged: bool,
}

//! Opening a case, and rehearsing it.

use super::{super::radius::RadiusNumbers, BrakeReason, CaseEffect, CaseView};
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

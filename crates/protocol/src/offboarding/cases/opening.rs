//! Opening a case, rehearsing it, letting it go on, calling it off.

use super::{CaseRecord, EffectRecord};
use claviger_model::{
    blast::Numbers,
    ids::{CaseId, PrincipalId},
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

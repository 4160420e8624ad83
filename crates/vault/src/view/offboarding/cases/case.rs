//! A case, and the list of them.

use super::{
    super::{connected::CaseSystemView, radius::RadiusNumbers},
    BrakeReason, CaseEffect, CaseStart, CaseStep, OwnerProgress,
};
use crate::view::{access::PrincipalView, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CaseStands {
    /// It begins at a set time.
    Planned,
    /// It waits for a second pair of eyes; meanwhile its person is suspended.
    Braked,
    /// Access is refused; the steps go on.
    Running,
    /// All steps are done; devices or values are still to come.
    Waiting,
    /// Over.
    Done,
    /// Called off before it began.
    Cancelled,
}

/// Cases, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CasesView {
    /// The page.
    pub cases: Vec<CaseRow>,
    /// For more of them.
    pub next: Option<String>,
}

/// A case in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// Who leaves.
    pub person: PersonRef,
    /// Whether the identity provider opened it by itself.
    pub by_provider: bool,
    /// Where it stands.
    pub stands: CaseStands,
    /// Who opened it.
    pub opened_by: Option<PersonRef>,
    /// When.
    pub opened_at: i64,
    /// When it is to begin; null for at once.
    pub start: Option<CaseStart>,
    /// From when everything was refused.
    pub begun_at: Option<i64>,
    /// Why it needs or needed a second pair of eyes.
    pub brake: Option<BrakeReason>,
    /// When it was over.
    pub closed_at: Option<i64>,
    /// Values that still have to change.
    pub open_rotations: u32,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseView {
    /// Its id.
    pub id: String,
    /// Who leaves, and whether they are active now.
    pub person: PrincipalView,
    /// Whether the identity provider opened it by itself.
    pub by_provider: bool,
    /// Where it stands.
    pub stands: CaseStands,
    /// Why.
    pub reason: String,
    /// Who opened it.
    pub opened_by: Option<PersonRef>,
    /// When.
    pub opened_at: i64,
    /// Who takes over.
    pub heir: Option<PersonRef>,
    /// When it is to begin.
    pub start: Option<CaseStart>,
    /// Why it needs a second pair of eyes.
    pub brake: Option<BrakeReason>,
    /// That it has them.
    pub approved: Option<CaseVoice>,
    /// That it has begun.
    pub begun: Option<CaseBegun>,
    /// That it is over.
    pub closed: Option<CaseVoice>,
    /// When the person came back while it waited.
    pub returned_at: Option<i64>,
    /// Until when what it ended can be given again.
    pub undo_until: Option<i64>,
    /// Others who asked for the same.
    pub voices: Vec<CaseVoice>,
    /// The steps, in their order.
    pub steps: Vec<CaseStep>,
    /// How much was done of each kind.
    pub effects: Vec<CaseEffect>,
    /// The devices that it waits for, or waited.
    pub devices: Vec<CaseDeviceView>,
    /// How long those took that reported.
    pub acknowledged: CaseTimes,
    /// The rotations, owner by owner.
    pub owners: Vec<OwnerProgress>,
    /// The connected systems, with the accounts that they told of.
    pub connected: Vec<CaseSystemView>,
    /// The teams in which it left nobody, until somebody is in them again.
    pub left: Vec<LeftTeamView>,
    /// Whether there are more of them.
    pub left_more: bool,
    /// Whether this person may let it go on.
    pub may_approve: bool,
    /// Whether this person may call it off.
    pub may_cancel: bool,
}

/// A team in which nobody is left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LeftTeamView {
    /// The team.
    pub team: PersonRef,
    /// Since when.
    pub since: i64,
    /// The first of the services that it answers for.
    pub services: Vec<PersonRef>,
    /// How many more.
    pub more_services: u32,
}

/// That somebody let a case go on, called it off, or asked for the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseVoice {
    /// Who; null where nobody had to.
    pub by: Option<PersonRef>,
    /// When.
    pub at: i64,
    /// Why, where they said.
    pub reason: Option<String>,
}

/// How a case began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseBegun {
    /// When it was asked for.
    pub clicked_at: i64,
    /// From when everything of the person was refused.
    pub at: i64,
    /// What lies between, in milliseconds.
    pub refused_after_ms: u32,
    /// The blast radius just before; null where it could not be counted, or not yet.
    pub numbers: Option<RadiusNumbers>,
}

/// A device of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseDeviceView {
    /// The device.
    pub id: String,
    /// As its owner called it.
    pub name: String,
    /// Operating system.
    pub system: String,
    /// When it was ordered to destroy everything.
    pub ordered_at: i64,
    /// When an unmodified client that never calls again has destroyed everything.
    pub leased_until: i64,
    /// When its signed word came that it has.
    pub acknowledged_at: Option<i64>,
    /// From the click until then, in milliseconds.
    pub after_ms: Option<u32>,
}

/// How long devices took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseTimes {
    /// Of how many.
    pub count: u32,
    /// Half took no longer.
    pub p50_ms: Option<u32>,
    /// All but one in a hundred took no longer.
    pub p99_ms: Option<u32>,
}

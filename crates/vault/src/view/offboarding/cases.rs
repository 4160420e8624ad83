//! Offboarding cases as the page sees them.

use super::{ConcernedSecret, HoldingWay, connected::CaseSystemView, radius::RadiusNumbers};
use crate::view::{
    access::{PrincipalView, RoleRef},
    state::PersonRef,
};
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

/// Why a case waits for a second pair of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BrakeReason {
    /// The person is protected.
    Protected,
    /// More people than an hour may have.
    Many,
}

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

/// A step of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CaseStepKind {
    /// Disabled; sessions and keys of services ended; devices ordered to destroy everything.
    Access,
    /// Grants and rights to emergency access end.
    Grants,
    /// They leave their teams.
    Teams,
    /// Requests, approvals and proposals are taken back.
    Requests,
    /// Their secrets go to an heir.
    Ownership,
    /// A rotation is queued for each value that they hold.
    Rotations,
    /// It is written down which connected systems are asked.
    Connected,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CaseStepState {
    /// To be done, or half done.
    Open,
    /// It failed and is tried again.
    Failing,
    /// Done.
    Done,
}

/// A step and how it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseStep {
    /// Which.
    pub kind: CaseStepKind,
    /// Where it stands.
    pub state: CaseStepState,
    /// How often it failed.
    pub attempts: u32,
    /// Why it failed last, in words.
    pub said: Option<String>,
    /// When it is tried next.
    pub next_at: Option<i64>,
    /// When it was done.
    pub done_at: Option<i64>,
}

/// What a step does to one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CaseEffectKind {
    /// A session ended.
    Session,
    /// A key of a service ended.
    ServiceKey,
    /// A device was ordered to destroy everything.
    Device,
    /// A grant ended.
    Grant,
    /// A right to emergency access ended.
    EmergencyRight,
    /// They left a team that they were put into here.
    LocalTeam,
    /// They left a team that the provider's groups stand for.
    ProviderTeam,
    /// A request was taken back.
    Request,
    /// An approval was taken back.
    Approval,
    /// A proposal was taken back.
    Proposal,
    /// A secret has another owner, or nobody.
    SecretOwner,
    /// An account in a connected system is gone, or of no use.
    ConnectedAccount,
}

/// How much was done of a kind, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseEffect {
    /// What.
    pub kind: CaseEffectKind,
    /// How much.
    pub all: u32,
    /// How much of it was given again.
    pub restored: u32,
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

/// How far the rotations of one owner are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OwnerProgress {
    /// Whose secrets; null for those that nobody owns.
    pub owner: Option<PersonRef>,
    /// All of them.
    pub all: u32,
    /// Those that are open.
    pub open: u32,
    /// Those that were accepted as they are.
    pub accepted: u32,
    /// Until when the first of the open ones has to change.
    pub due_at: Option<i64>,
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
    /// Whether this person may let it go on.
    pub may_approve: bool,
    /// Whether this person may call it off.
    pub may_cancel: bool,
}

/// Where a rotation of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RotationStands {
    /// The value is as it was.
    Open,
    /// The value changed.
    Changed,
    /// An Owner accepts that it does not change.
    Accepted,
    /// The secret was erased.
    Gone,
}

/// A value that has to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseRotation {
    /// Whose value.
    pub secret: ConcernedSecret,
    /// The version that was current.
    pub version: u32,
    /// The way that showed most of it.
    pub way: HoldingWay,
    /// How bad it is, from 1 to 100.
    pub risk: u32,
    /// Who answers for the secret.
    pub owner: Option<PersonRef>,
    /// Until when it has to change.
    pub due_at: i64,
    /// Where it stands.
    pub stands: RotationStands,
    /// How it was settled; null while it is open.
    pub settled: Option<CaseVoice>,
}

/// Values that have to change, the riskiest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseRotations {
    /// The page.
    pub rotations: Vec<CaseRotation>,
    /// For more of them.
    pub next: Option<String>,
}

/// What the newest case of somebody ended, as far as one may give it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedOfView {
    /// The case.
    pub case: String,
    /// What it ended.
    pub access: EndedAccessView,
}

/// What a case ended that can be given again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedAccessView {
    /// Grants of their own.
    pub grants: Vec<EndedGrantView>,
    /// Teams that people here had put them into.
    pub teams: Vec<EndedTeamView>,
}

/// A membership of a team that a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedTeamView {
    /// The team.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether they were put into it again.
    pub restored: bool,
}

/// A grant that a case ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedGrantView {
    /// The grant.
    pub id: String,
    /// Its role.
    pub role: RoleRef,
    /// Where it was given.
    pub path: String,
    /// Until when it would have counted.
    pub ends_at: Option<i64>,
    /// What had to hold besides, in words.
    pub conditions: Vec<String>,
    /// Whether it was given again.
    pub restored: bool,
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

/// The brake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BrakeView {
    /// More people than this in an hour wait for a second pair of eyes.
    pub people_per_hour: u32,
    /// People who always wait for one.
    pub protected: Vec<PersonRef>,
}

//! Offboarding cases.

use super::{NamedDevice, NamedSecret, connected::CaseSystemRecord};
use crate::{access::PlaceName, principals::PrincipalRecord};
use claviger_model::{
    blast::{How, Numbers, Risk},
    ids::{CaseId, DeviceId, GrantId, OrderId, PrincipalId, RequestId, SecretId},
    offboarding::{
        Approved, Brake, CaseState, Cause, Closed, EffectKind, Progress, RotationState, Settled, Start,
        StepKind, StepState, Voice,
    },
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Cases, and rotations, of one page.
pub const PAGE: u32 = 200;
/// People who can be on the list of the protected ones.
pub const MOST_PROTECTED: usize = 1_000;
/// Grants and memberships that one call gives again.
pub const MOST_RESTORED: usize = 200;

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

/// `POST /v1/offboarding/cases/list`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasesCall {
    /// Only those that are not over.
    #[serde(default)]
    pub open: bool,
    /// Goes on before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<CaseId>,
}

/// Cases, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasesReply {
    /// The page.
    pub cases: Vec<CaseLine>,
    /// Whether there are more.
    pub more: bool,
    /// Whom it names.
    pub principals: Vec<PrincipalRecord>,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLine {
    /// Its id.
    pub id: CaseId,
    /// Who leaves.
    pub person: PrincipalId,
    /// Who or what opened it.
    pub cause: Cause,
    /// Where it stands.
    pub state: CaseState,
    /// By whom.
    pub opened_by: Option<PrincipalId>,
    /// When.
    pub opened_at: Timestamp,
    /// When it is to begin.
    pub start: Option<Start>,
    /// When everything was refused from.
    pub begun_at: Option<Timestamp>,
    /// Why it waits for a second pair of eyes.
    pub brake: Option<Brake>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// Rotations that are open.
    pub open_rotations: u64,
}

/// What the caller may do to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseVerb {
    /// Let it go on.
    Approve,
    /// Call it off.
    Cancel,
}

/// `GET /v1/offboarding/cases/{case}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// Its id.
    pub id: CaseId,
    /// Who leaves.
    pub person: PrincipalId,
    /// Who or what opened it.
    pub cause: Cause,
    /// Where it stands.
    pub state: CaseState,
    /// Why.
    pub reason: String,
    /// By whom.
    pub opened_by: Option<PrincipalId>,
    /// When.
    pub opened_at: Timestamp,
    /// Who takes over.
    pub heir: Option<PrincipalId>,
    /// When it is to begin.
    pub start: Option<Start>,
    /// Why it needs a second pair of eyes.
    pub brake: Option<Brake>,
    /// That it has them.
    pub approved: Option<Approved>,
    /// That it has begun.
    pub begun: Option<BegunRecord>,
    /// That it is over.
    pub closed: Option<Closed>,
    /// When the person came back while it waited: it goes on to its end, and they can be offboarded again.
    #[serde(default)]
    pub returned_at: Option<Timestamp>,
    /// Until when what it ended can be given again.
    pub undo_until: Option<Timestamp>,
    /// Others who asked for the same.
    pub voices: Vec<Voice>,
    /// The steps, in their order.
    pub steps: Vec<StepRecord>,
    /// How much was done of each kind.
    pub effects: Vec<EffectRecord>,
    /// The devices that it waits for, or waited.
    pub devices: Vec<CaseDeviceRecord>,
    /// How long they took.
    pub acknowledged: Times,
    /// The rotations, owner by owner.
    pub rotations: Vec<Progress>,
    /// The connected systems, with the accounts that they told of.
    #[serde(default)]
    pub connected: Vec<CaseSystemRecord>,
    /// What the caller may do to it.
    pub may: Vec<CaseVerb>,
    /// Whom it names.
    pub principals: Vec<PrincipalRecord>,
    /// Which devices.
    pub named_devices: Vec<NamedDevice>,
}

/// How a case began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunRecord {
    /// When somebody or something asked for it.
    pub clicked_at: Timestamp,
    /// From when everything of the person was refused: each session's next call.
    pub at: Timestamp,
    /// What lies between, in milliseconds.
    pub refused_after_ms: u64,
    /// The blast radius just before; none where it could not be counted, or not yet.
    pub numbers: Option<Numbers>,
    /// SHA-256 of its canonical form.
    pub digest: Option<crate::wire::Bytes>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Which.
    pub kind: StepKind,
    /// Where it stands.
    pub state: StepState,
    /// How often it failed.
    pub attempts: u32,
    /// The stable code of the last failure.
    pub said: Option<String>,
    /// When it is tried next; none when it is done.
    pub next_at: Option<Timestamp>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// How much was done of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectRecord {
    /// What.
    pub kind: EffectKind,
    /// How much.
    pub all: u64,
    /// How much of it was given again.
    pub restored: u64,
}

/// A device of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDeviceRecord {
    /// The device.
    pub device: DeviceId,
    /// The order to destroy everything.
    pub order: OrderId,
    /// When it was issued.
    pub ordered_at: Timestamp,
    /// When an unmodified client that never calls again has destroyed everything.
    pub leased_until: Timestamp,
    /// When the device's signed word came that it has.
    pub acknowledged_at: Option<Timestamp>,
    /// From the click until then, in milliseconds.
    pub after_ms: Option<u64>,
}

/// How long something took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Times {
    /// Of how many.
    pub count: u64,
    /// Half took no longer.
    pub p50_ms: Option<u64>,
    /// All but one in a hundred took no longer.
    pub p99_ms: Option<u64>,
}

impl Times {
    /// The nearest-rank percentiles of these spans.
    pub fn of(mut spans: Vec<u64>) -> Self {
        spans.sort_unstable();
        let rank = |percent: usize| {
            let rank = (spans.len() * percent).div_ceil(100).max(1);
            spans.get(rank - 1).copied()
        };
        Self {
            count: u64::try_from(spans.len()).unwrap_or(u64::MAX),
            p50_ms: rank(50),
            p99_ms: rank(99),
        }
    }
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

/// `POST /v1/offboarding/cases/{case}/rotations`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationsCall {
    /// Goes on after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<AfterRotation>,
}

/// The last rotation that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterRotation {
    /// Its risk.
    pub risk: Risk,
    /// Its secret.
    pub secret: SecretId,
}

/// Values that have to change, the riskiest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationsReply {
    /// The page.
    pub rotations: Vec<RotationRecord>,
    /// Where it goes on.
    pub next: Option<AfterRotation>,
    /// Whom it names.
    pub principals: Vec<PrincipalRecord>,
    /// Which places.
    pub scopes: Vec<PlaceName>,
    /// Which secrets.
    pub secrets: Vec<NamedSecret>,
}

/// A value that has to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationRecord {
    /// Whose value.
    pub secret: SecretId,
    /// The version that was current.
    pub version: u64,
    /// The way that showed most of it.
    pub how: How,
    /// How bad it is.
    pub risk: Risk,
    /// Who answers for the secret.
    pub owner: Option<PrincipalId>,
    /// Until when it has to change.
    pub due_at: Timestamp,
    /// The request that asks for it.
    pub request: Option<RequestId>,
    /// Where it stands.
    pub state: RotationState,
    /// How it was settled.
    pub settled: Option<Settled>,
}

/// `POST /v1/offboarding/cases/{case}/accept`: an Owner accepts that a value stays as it is. Answers with [`RotationRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptRotation {
    /// Whose value.
    pub secret: SecretId,
    /// Why.
    pub reason: String,
}

/// `POST /v1/offboarding/cases/{case}/restore`: gives ended grants again, each by somebody who may give it, and memberships of local
/// teams, each by somebody who may put them into it; all or none. The person has to be enabled before, which restores nothing. Answers
/// with [`RestoredGrants`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreGrants {
    /// The grants that the case ended.
    #[serde(default)]
    pub grants: Vec<GrantId>,
    /// The local teams that the case took them out of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<PrincipalId>,
    /// Why.
    pub reason: String,
}

/// What was given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredGrants {
    /// The new grants, in the order of the ended ones.
    pub grants: Vec<GrantId>,
    /// The teams that they are in again.
    #[serde(default)]
    pub teams: Vec<PrincipalId>,
}

/// `GET /v1/offboarding/cases/{case}/grants`: the grants that a case ended, and the local teams that it took its person out of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndedGrants {
    /// Each with what it was given again as.
    pub grants: Vec<EndedGrant>,
    /// Teams that people here had put them into; those of the provider's groups are the provider's to give.
    #[serde(default)]
    pub teams: Vec<EndedTeam>,
    /// Which places.
    pub scopes: Vec<PlaceName>,
}

/// `GET /v1/offboarding/people/{person}/ended`: what the person's newest case ended not longer than 30 days ago, as far as the caller
/// may give such things; nothing to anybody else, as of a person who never left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndedOf {
    /// The case, where there is anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// What it ended.
    pub ended: EndedGrants,
}

/// A grant that a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedGrant {
    /// The grant as it ended.
    pub grant: claviger_model::grant::Grant,
    /// The new grant.
    pub restored_as: Option<GrantId>,
}

/// A membership that a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedTeam {
    /// The team.
    pub team: PrincipalId,
    /// What it is called.
    pub name: String,
    /// Whether they were put into it again by way of the case.
    pub restored: bool,
}

/// `POST /v1/people/{person}/enable`: somebody who left comes back. Nothing that they had comes back with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnablePerson {
    /// Why.
    pub reason: String,
}

/// `GET` and `PUT /v1/offboarding/settings`: the brake. Only Owners write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffboardingSettings {
    /// More people than this in an hour wait for a second pair of eyes.
    pub people_per_hour: u32,
    /// People who always wait for one.
    pub protected: Vec<PrincipalId>,
}

impl Default for OffboardingSettings {
    fn default() -> Self {
        Self {
            people_per_hour: 10,
            protected: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let times = |spans: Vec<u64>| {
            let times = Times::of(spans);
            (times.count, times.p50_ms, times.p99_ms)
        };
        assert_eq!(times(vec![]), (0, None, None));
        assert_eq!(times(vec![7]), (1, Some(7), Some(7)));
        assert_eq!(times((1..=200).rev().collect()), (200, Some(100), Some(198)));
    }
}

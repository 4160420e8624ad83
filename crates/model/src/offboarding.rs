//! Offboarding cases: all of somebody's access is taken away, step by step, and what they hold is changed.

use crate::{
    blast::{How, Numbers, Risk},
    ids::{CaseId, DeviceId, OrderId, PrincipalId, RequestId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// For so long after a case began, what it ended can be given again in one go.
pub const UNDO_WITHIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// Who opened a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Somebody who conducts offboarding.
    Admin,
    /// The identity provider, by itself (rule 5).
    Provider,
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseState {
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

impl CaseState {
    /// Whether it is over.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }

    /// Whether access was taken away.
    pub const fn has_begun(self) -> bool {
        matches!(self, Self::Running | Self::Waiting | Self::Done)
    }
}

/// Why a case waits for a second pair of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Brake {
    /// The person is on the list of those who are protected.
    Protected,
    /// More people than an hour may have.
    Many,
}

/// The steps, in their order. Each is one transaction or several, and can be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// The person is disabled, their sessions and the keys of services that they made end, their devices are ordered to destroy
    /// everything; in the transaction that begins the case.
    Access,
    /// Their grants and rights to emergency access end.
    Grants,
    /// They leave their teams.
    Teams,
    /// Their requests, approvals and proposals are taken back.
    Requests,
    /// Their secrets go to an heir.
    Ownership,
    /// A rotation is queued for each value that they hold and that is current.
    Rotations,
    /// It is written down which connected systems are asked for their accounts.
    Connected,
}

impl StepKind {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::Access,
        Self::Grants,
        Self::Teams,
        Self::Requests,
        Self::Ownership,
        Self::Rotations,
        Self::Connected,
    ];

    /// The code that stands in tables and events.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Grants => "grants",
            Self::Teams => "teams",
            Self::Requests => "requests",
            Self::Ownership => "ownership",
            Self::Rotations => "rotations",
            Self::Connected => "connected",
        }
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// To be done, or half done.
    Open,
    /// It failed and is tried again.
    Failing,
    /// Done.
    Done,
}

/// A step of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Of which case.
    pub case: CaseId,
    /// Which.
    pub kind: StepKind,
    /// Where it stands.
    pub state: StepState,
    /// How often it failed.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// The stable code of the last failure; empty for none.
    pub said: String,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// How long a step that failed so often rests: a second, doubled each time, five minutes at most.
pub fn rest_after(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.saturating_sub(1).min(8)).min(Duration::from_secs(300))
}

/// What a step did to one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectKind {
    /// A session ended.
    Session,
    /// A key of a service ended.
    ServiceKey,
    /// A device was ordered to destroy everything.
    Device,
    /// A grant ended; it stays in the history of grants and can be given again.
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
    /// A secret has another owner; none where the heir may not know of it.
    SecretOwner,
    /// An account in a connected system is gone, or of no use; it was looked for afterwards.
    ConnectedAccount,
}

impl EffectKind {
    /// Whether it can be given again within 30 days. Sessions and devices never.
    pub const fn can_be_restored(self) -> bool {
        matches!(self, Self::Grant | Self::LocalTeam)
    }
}

/// That a step did something to one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// In which case.
    pub case: CaseId,
    /// What was done.
    pub kind: EffectKind,
    /// To what, by its id.
    pub object: [u8; 16],
    /// The heir of a secret, the order of a device.
    pub detail: Option<[u8; 16]>,
    /// When.
    pub at: Timestamp,
    /// That it was given again.
    pub restored: Option<Restored>,
}

/// That something was given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// By whom.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// As which new grant.
    pub as_grant: Option<crate::ids::GrantId>,
}

/// When a planned case begins, as it was said and as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The moment.
    pub at: Timestamp,
    /// The local date and time, `2026-11-27T18:00:00`.
    pub local: String,
    /// The time zone of the IANA database.
    pub zone: String,
}

/// That somebody else let a case go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Who.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
}

/// How a case began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// When somebody or something asked for it.
    pub clicked_at: Timestamp,
    /// When everything of the person was refused from.
    pub at: Timestamp,
    /// The blast radius just before; none where it could not be counted, which is no reason to wait.
    pub counted: Option<Counted>,
}

/// A blast radius in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// In numbers.
    pub numbers: Numbers,
    /// SHA-256 of its canonical form.
    pub digest: [u8; 32],
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// Who called it off; none for a case that is done.
    pub by: Option<PrincipalId>,
    /// Why.
    pub reason: Option<String>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Who leaves.
    pub person: PrincipalId,
    /// Who or what opened it.
    pub cause: Cause,
    /// Where it stands.
    pub state: CaseState,
    /// Why; text of a person.
    pub reason: String,
    /// By whom; none for the provider.
    pub opened_by: Option<PrincipalId>,
    /// When.
    pub opened_at: Timestamp,
    /// Who takes over what they own.
    pub heir: Option<PrincipalId>,
    /// When it is to begin; none for at once.
    pub start: Option<Start>,
    /// Why it needs a second pair of eyes.
    pub brake: Option<Brake>,
    /// That it has them.
    pub approved: Option<Approved>,
    /// That it has begun.
    pub begun: Option<Begun>,
    /// That it is over.
    pub closed: Option<Closed>,
    /// When its person came back while it waited: it goes on to its end, and stands in the way of no other one.
    pub returned_at: Option<Timestamp>,
    /// When a job looks at it next.
    pub look_at: Option<Timestamp>,
}

/// Somebody else who asked for the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Who.
    pub principal: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether they altered what the case will do.
    pub altered: bool,
}

/// A device of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDevice {
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
}

impl CaseDevice {
    /// Whether there is nothing left to wait for.
    pub fn is_settled(&self, now: Timestamp) -> bool {
        self.acknowledged_at.is_some() || self.leased_until <= now
    }
}

/// Where a rotation of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RotationState {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Of which case.
    pub case: CaseId,
    /// Whose value.
    pub secret: SecretId,
    /// The version that was current.
    pub version: u64,
    /// The fingerprint of that value.
    pub fingerprint: [u8; 32],
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
    /// How it was settled; none while it is open.
    pub settled: Option<Settled>,
}

/// How a rotation was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<PrincipalId>,
    /// The version that has another value.
    pub version: Option<u64>,
    /// Why it was accepted.
    pub words: Option<String>,
}

/// How far the rotations of one owner are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Whose secrets; none for those that nobody owns.
    pub owner: Option<PrincipalId>,
    /// All of them.
    pub all: u64,
    /// Those that are open.
    pub open: u64,
    /// Those that were accepted as they are.
    pub accepted: u64,
    /// Until when the first of the open ones has to change.
    pub due_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_rests_longer_each_time_but_never_for_long() {
        let rests: Vec<_> = [1, 2, 3, 8, 9, 10, 500]
            .map(|attempts| rest_after(attempts).as_secs())
            .into();
        assert_eq!(rests, [1, 2, 4, 128, 256, 256, 256]);
    }

    #[test]
    fn codes_are_those_of_the_serialized_forms() {
        for kind in StepKind::ALL {
            assert_eq!(serde_json::json!(kind), kind.code());
        }
    }

    #[test]
    fn a_device_is_settled_by_its_word_or_by_the_end_of_its_longest_lease() {
        let at = Timestamp::from_millis;
        let device = CaseDevice {
            device: DeviceId::from_bytes([1; 16]),
            order: OrderId::from_bytes([2; 16]),
            ordered_at: at(5),
            leased_until: at(100),
            acknowledged_at: None,
        };
        assert_eq!([99, 100].map(|now| device.is_settled(at(now))), [false, true]);
        let told = CaseDevice {
            acknowledged_at: Some(at(7)),
            ..device
        };
        assert!(told.is_settled(at(8)));
    }
}

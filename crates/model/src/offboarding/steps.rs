//! The steps of a case, and what each did.

use crate::{
    ids::{CaseId, PrincipalId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    /// The heir came into a team of theirs in which nobody else was, put there by whoever opened the case.
    HeirTeam,
    /// Nobody who is active is left in a team in which they were, directly or by another team.
    TeamLeft,
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
    /// The heir of a secret or in a team, the order of a device.
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
}

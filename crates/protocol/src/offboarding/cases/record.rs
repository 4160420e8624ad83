//! Cases as they are told.

use super::super::{NamedDevice, connected::CaseSystemRecord};
use crate::principals::PrincipalRecord;
use claviger_model::{
    blast::Numbers,
    ids::{CaseId, DeviceId, OrderId, PrincipalId},
    offboarding::{
        Approved, Brake, CaseState, Cause, Closed, EffectKind, Progress, Start, StepKind, StepState, Voice,
    },
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Cases, and rotations, of one page.
pub const PAGE: u32 = 200;

/// Teams without anybody that are told, or named for the heir, at most.
pub const MOST_LEFT: usize = 100;
/// Services of one team that are told at most.
pub const MOST_SERVICES: usize = 20;
/// Grants of one team that are told at most.
pub const MOST_HELD: usize = 20;

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
    /// The teams in which it left nobody, as long as nobody is in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<LeftTeam>,
    /// Whether there are more than [`MOST_LEFT`] of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_more: bool,
    /// What the caller may do to it.
    pub may: Vec<CaseVerb>,
    /// Whom it names.
    pub principals: Vec<PrincipalRecord>,
    /// Which devices.
    pub named_devices: Vec<NamedDevice>,
}

/// A team in which a case left nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftTeam {
    /// The team.
    pub team: PrincipalId,
    /// When the last one was taken out of it.
    pub since: Timestamp,
    /// The service identities that it answers for, the first [`MOST_SERVICES`].
    pub services: Vec<PrincipalId>,
    /// How many more.
    pub more_services: u64,
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

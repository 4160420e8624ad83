//! What a case does, step by step.

use serde::{Deserialize, Serialize};
use specta::Type;

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
    /// The heir came into a team in which nobody else was.
    HeirTeam,
    /// Nobody is left in a team.
    TeamLeft,
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

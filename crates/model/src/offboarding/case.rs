//! A case: who leaves, why, when, and where it stands.

use crate::{
    blast::Numbers,
    ids::{CaseId, PrincipalId},
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

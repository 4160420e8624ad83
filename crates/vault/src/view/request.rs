//! Requests for a rotation and for access.

use super::{list::SecretRef, problem::Problem, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Rotation request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RotationRequest {
    /// Id.
    pub id: String,
    /// Secret.
    pub secret: SecretRef,
    /// Reason.
    pub reason: String,
    /// By.
    pub by: PersonRef,
    /// At.
    pub at: i64,
    /// Mine.
    pub mine: bool,
    /// Whether this person can approve, refuse or fulfil it.
    pub can_answer: bool,
    /// Whether this person can fulfil it with a new version.
    pub can_fulfil: bool,
    /// Whether this person can approve it, so that it can be fulfilled.
    pub can_approve: bool,
    /// Whether somebody has to approve it before it can be fulfilled.
    pub waits_for_approval: bool,
    /// State.
    pub state: RequestState,
}

/// A request for access.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessRequest {
    /// Id.
    pub id: String,
    /// The role that is asked for.
    pub role: String,
    /// Its name.
    pub role_name: String,
    /// The place.
    pub place: String,
    /// Where that is; empty for the whole organization.
    pub path: String,
    /// The secret for whose sake it is asked.
    pub secret: Option<SecretRef>,
    /// For how long.
    pub seconds: u32,
    /// Whether it prolongs earlier access.
    pub extends: bool,
    /// Reason.
    pub reason: String,
    /// By.
    pub by: PersonRef,
    /// At.
    pub at: i64,
    /// Mine.
    pub mine: bool,
    /// State.
    pub state: AccessState,
    /// Who approved so far.
    pub steps: Vec<ApprovalStep>,
    /// How many have to approve.
    pub needed: u32,
    /// Some who can.
    pub approvers: Vec<PersonRef>,
    /// When it lapses without an answer.
    pub lapses_at: Option<i64>,
    /// What it became.
    pub given: Option<GivenAccess>,
    /// What this person can do about it.
    pub can: RequestVerbs,
}

/// What can be done about a request for access.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestVerbs {
    /// Approve.
    pub approve: bool,
    /// Refuse.
    pub refuse: bool,
    /// Take back.
    pub withdraw: bool,
    /// Hand back what it gave.
    pub hand_back: bool,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalStep {
    /// By.
    pub by: String,
    /// At.
    pub at: i64,
    /// What they said; empty for nothing.
    pub words: String,
}

/// What a request became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GivenAccess {
    /// The role's name, perhaps less than was asked for.
    pub role_name: String,
    /// Where, perhaps below what was asked for.
    pub path: String,
    /// When it ends by itself.
    pub ends_at: i64,
    /// When it was ended before.
    pub ended_at: Option<i64>,
    /// By whom; none for the person who asked.
    pub ended_by: Option<String>,
    /// Whether a rule approved it.
    pub by_rule: bool,
}

/// How a request for access stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum AccessState {
    /// Open.
    Open,
    /// Approved; what it gave may be over.
    #[serde(rename_all = "camelCase")]
    Approved {
        /// At.
        at: i64,
        /// By.
        by: String,
        /// Whether it still gives anything.
        lives: bool,
    },
    /// Nobody answered in time.
    #[serde(rename_all = "camelCase")]
    Lapsed {
        /// At.
        at: i64,
    },
    /// Refused.
    #[serde(rename_all = "camelCase")]
    Refused {
        /// At.
        at: i64,
        /// By.
        by: String,
        /// Words.
        words: String,
    },
    /// Taken back.
    #[serde(rename_all = "camelCase")]
    Withdrawn {
        /// At.
        at: i64,
    },
}

/// A request of either kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Request {
    /// For a rotation.
    Rotation(RotationRequest),
    /// For access.
    Access(Box<AccessRequest>),
}

/// What could be asked for at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessOptions {
    /// The place.
    pub place: String,
    /// Where that is.
    pub path: String,
    /// How many secrets it would reach, where the person may know.
    pub reaches: Option<u32>,
    /// From least to most.
    pub roles: Vec<AccessOption>,
    /// How many have to approve.
    pub steps: u32,
}

/// A role that could be asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccessOption {
    /// The role.
    pub role: String,
    /// Its name.
    pub name: String,
    /// The codes of the actions that it would newly allow.
    pub newly: Vec<String>,
    /// Some who can approve it.
    pub approvers: Vec<PersonRef>,
    /// For at most so long a rule approves it at once.
    pub at_once_seconds: Option<u32>,
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskAccess {
    /// The role.
    pub role: String,
    /// The place.
    pub place: String,
    /// The secret for whose sake it is asked.
    pub secret: Option<String>,
    /// For how long.
    pub seconds: u32,
    /// Why.
    pub reason: String,
    /// The request whose access it prolongs.
    pub extends: Option<String>,
}

/// An approval, perhaps of less; none = as asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApproveAccess {
    /// A lesser role.
    pub role: Option<String>,
    /// A place below.
    pub place: Option<String>,
    /// A shorter time.
    pub seconds: Option<u32>,
    /// A word to whoever asked.
    pub words: String,
}

/// What helps to answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestEvidence {
    /// What it would newly allow.
    pub newly: Vec<NewlyAllowed>,
    /// Earlier requests of this person at this place.
    pub same_person: SimilarRequests,
    /// And of others.
    pub others: SimilarRequests,
    /// When this person last read a value there.
    pub last_read_at: Option<i64>,
    /// When anybody did.
    pub last_read_by_anyone_at: Option<i64>,
    /// Whether the person is from outside.
    pub outside: bool,
    /// Lesser roles that could be given instead.
    pub lesser: Vec<Choice>,
    /// Places below that it could be given at instead.
    pub below: Vec<Choice>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// An action that would newly be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewlyAllowed {
    /// The action's code.
    pub action: String,
    /// In how many places.
    pub places: u32,
    /// For how many secrets.
    pub secrets: u32,
}

/// How requests like this one were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SimilarRequests {
    /// All.
    pub asked: u32,
    /// Approved.
    pub approved: u32,
    /// Refused.
    pub refused: u32,
}

/// What became of one answer among many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AnswerOutcome {
    /// The request.
    pub id: String,
    /// Why it could not be answered so.
    pub problem: Option<Problem>,
}

/// Request state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum RequestState {
    /// Open.
    Open,
    /// Done.
    #[serde(rename_all = "camelCase")]
    Done {
        /// At.
        at: i64,
        /// By.
        by: String,
        /// Version.
        version: u32,
    },
    /// Refused.
    #[serde(rename_all = "camelCase")]
    Refused {
        /// At.
        at: i64,
        /// By.
        by: String,
        /// Words.
        words: String,
    },
    /// Withdrawn.
    #[serde(rename_all = "camelCase")]
    Withdrawn {
        /// At.
        at: i64,
    },
}

/// Requests view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestsView {
    /// Newest first, every state.
    pub mine: Vec<Request>,
    /// To answer.
    pub to_answer: Vec<Request>,
    /// Answered by anyone, where this person may answer.
    pub answered: Vec<Request>,
}

//! Asking for access and answering: what could be asked for, what helps to answer, what became of it.

use super::{problem::Problem, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

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

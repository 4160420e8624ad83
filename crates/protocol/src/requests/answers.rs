//! Answers, one or many.

use super::RequestRecord;
use crate::{problem::Problem, wire::Bytes};
use claviger_model::ids::{RequestId, RoleId, ScopeId};
use serde::{Deserialize, Serialize};

/// The most answers of one call.
pub const MAX_ANSWERS: usize = 100;

/// `POST /v1/requests/{request}/refuse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// Why; not empty, at most [`super::MAX_WORDS`].
    pub words: String,
}

/// `POST /v1/requests/{request}/approve`; absent = as asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// A lesser role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// A scope below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeId>,
    /// A shorter time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// A word to whoever asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// [`super::Terms::digest`] of what the approver looked at; when an approval would stand on something else by now, it is
    /// refused as `stale_plan`. Whoever shows a request to a person sends it; absent = nothing was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Bytes>,
}

/// `POST /v1/requests/answers`: many at once, each with its own outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersCall {
    /// At most [`MAX_ANSWERS`].
    pub answers: Vec<OneAnswer>,
}

/// An answer among many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneAnswer {
    /// To which request.
    pub request: RequestId,
    /// What is said.
    pub answer: Answer,
}

/// Yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Yes, perhaps to less.
    Approve(ApproveRequest),
    /// No.
    Refuse(RefuseRequest),
}

/// The outcomes, in the order of the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersReply {
    /// One for each answer.
    pub outcomes: Vec<Outcome>,
}

/// What became of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The request as it stands now.
    Done(Box<RequestRecord>),
    /// Why it could not be answered so.
    Problem(Box<Problem>),
}

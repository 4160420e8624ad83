//! Requests for a rotation and for access.

use super::{list::SecretRef, state::PersonRef};
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
    /// Whether this person can take it back.
    pub can_withdraw: bool,
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
    Rotation(Box<RotationRequest>),
    /// For access.
    Access(Box<AccessRequest>),
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

/// Requests of any age, page by page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestHistory {
    /// Newest first.
    pub requests: Vec<Request>,
    /// Where the next page begins; none after the last one.
    pub next: Option<String>,
}

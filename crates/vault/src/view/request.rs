//! Requests for a rotation.

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
    /// Can answer.
    pub can_answer: bool,
    /// State.
    pub state: RequestState,
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
    pub mine: Vec<RotationRequest>,
    /// To answer.
    pub to_answer: Vec<RotationRequest>,
    /// Answered by anyone, on secrets this person may rotate.
    pub answered: Vec<RotationRequest>,
}

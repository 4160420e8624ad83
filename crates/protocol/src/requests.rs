//! Requests for a rotation (for access: with the next issue).

use claviger_model::{
    ids::{PrincipalId, RequestId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The longest reason or answer, in bytes.
pub const MAX_WORDS: usize = 2_000;

/// `POST /v1/requests`. Answers with [`RequestRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeRequest {
    /// Chosen by the caller, so that a repeated call makes one request.
    pub id: RequestId,
    /// What is asked for.
    pub want: Want,
    /// Why, in words; not empty, at most [`MAX_WORDS`].
    pub reason: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Want {
    /// A new value.
    Rotation {
        /// Of which secret.
        secret: SecretId,
    },
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum RequestState {
    /// Nobody answered yet.
    Open,
    /// A new version was written.
    Done {
        /// When.
        at: Timestamp,
        /// By whom.
        by: PrincipalId,
        /// The version.
        version: u64,
    },
    /// Somebody said no.
    Refused {
        /// When.
        at: Timestamp,
        /// By whom.
        by: PrincipalId,
        /// Why.
        words: String,
    },
    /// Taken back by its author.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// A request, as its author and those who can answer see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Its id.
    pub id: RequestId,
    /// What is asked for.
    pub want: Want,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub asked_by: PrincipalId,
    /// Since when.
    pub asked_at: Timestamp,
    /// How it stands.
    #[serde(flatten)]
    pub state: RequestState,
}

/// `GET /v1/requests`: mine, and those on secrets that I may rotate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsReply {
    /// Newest first.
    pub requests: Vec<RequestRecord>,
}

/// `POST /v1/requests/{request}/refuse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// Why; not empty, at most [`MAX_WORDS`].
    pub words: String,
}

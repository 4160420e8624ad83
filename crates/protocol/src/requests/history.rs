//! Requests of any age, page by page.

use super::RequestRecord;
use crate::principals::PrincipalRecord;
use claviger_model::{ids::RequestId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The most requests of one page.
pub const HISTORY_PAGE: u32 = 200;

/// `POST /v1/requests/history`: mine, and those at places where I answer, newest first, as far back as they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestHistoryCall {
    /// [`RequestHistoryReply::next`] of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<RequestKey>,
    /// At most so many, [`HISTORY_PAGE`] by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Where a page of requests ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestKey {
    /// When its last request was made.
    pub asked_at: Timestamp,
    /// That request.
    pub request: RequestId,
}

/// A page of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestHistoryReply {
    /// Newest first; a page may show fewer than it looked at.
    pub requests: Vec<RequestRecord>,
    /// Everyone whom they name.
    pub principals: Vec<PrincipalRecord>,
    /// Where the next page begins; none after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<RequestKey>,
}

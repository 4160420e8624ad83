//! Emergency access (rule 14): rights given beforehand, draws, reviews.

use crate::{principals::PrincipalRecord, wire::Bytes};
use claviger_model::{
    emergency::Verdict,
    ids::{DrawId, EmergencyId, GrantId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The longest words of a review, in bytes.
pub const MAX_REVIEW: usize = 2_000;

/// `POST /v1/emergency/rights`: answers with [`RightRecord`]; `POST /v1/emergency/rights/preview` with
/// [`crate::giving::GrantPlan`], of what drawing it would allow as things stand today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiveEmergencyRight {
    /// Chosen by the caller, so that a repeated call gives one right.
    pub id: EmergencyId,
    /// To whom: a person.
    pub principal: PrincipalId,
    /// What they may draw: a role that touches values and has no power over access.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Why.
    pub reason: String,
    /// Until when, 366 days from now at most.
    pub ends_at: Timestamp,
    /// [`crate::giving::GrantPlan::digest`] of what was shown: nothing else is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Bytes>,
}

/// `DELETE /v1/emergency/rights/{right}`: ends what is drawn of it, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndEmergencyRight {
    /// Why.
    pub reason: String,
}

/// `POST /v1/emergency/rights/{right}/draws`: answers with [`DrawRecord`]. It is given back by ending its grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawEmergency {
    /// Chosen by the caller, so that a repeated call draws once.
    pub id: DrawId,
    /// Why.
    pub reason: String,
    /// For how long, in seconds: an hour at most.
    pub seconds: u32,
}

/// `POST /v1/emergency/draws/{draw}/review`: by somebody else, when it is over. Answers with [`DrawRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewEmergency {
    /// What they find.
    pub verdict: Verdict,
    /// In words.
    pub words: String,
}

/// `GET /v1/emergency`: what the caller holds, and what they may look at where they may grant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EmergencyReply {
    /// Rights that have not ended: the caller's own, and of others' the first [`MOST_RIGHTS`] to end.
    pub rights: Vec<RightRecord>,
    /// Where the next page of others' rights begins ([`RightsCall`]); absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_rights: Option<RightPlace>,
    /// The first page of draws: those that last, then those that wait for a review, the oldest of them first, then the reviewed ones
    /// of the last 90 days, the newest first.
    pub draws: Vec<DrawRecord>,
    /// Where the next page begins ([`DrawsCall`]); absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<DrawPlace>,
    /// Whom these name.
    pub principals: Vec<PrincipalRecord>,
}

/// The most rights of others in an answer.
pub const MOST_RIGHTS: u32 = 500;

/// Where a page of others' rights goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightPlace {
    /// When the last right of the page before ends.
    pub ends_at: Timestamp,
    /// That right.
    pub id: EmergencyId,
}

/// `POST /v1/emergency/rights/others`: further rights of others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightsCall {
    /// [`EmergencyReply::next_rights`] or [`RightsReply::next`]; from the beginning without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<RightPlace>,
}

/// A page of others' rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightsReply {
    /// Those that end first come first, up to [`MOST_RIGHTS`].
    pub rights: Vec<RightRecord>,
    /// Where the next page begins; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<RightPlace>,
    /// Whom these name.
    pub principals: Vec<PrincipalRecord>,
}

/// The most draws of a page.
pub const PAGE: u32 = 100;

/// Where a page of draws goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawPlace {
    /// 0 lasts, 1 waits for a review, 2 was reviewed.
    pub part: u8,
    /// The moment by which its part is ordered.
    pub at: i64,
    /// The last draw of the page before.
    pub id: DrawId,
}

/// `POST /v1/emergency/draws`: further draws.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawsCall {
    /// [`EmergencyReply::next`] or [`DrawsReply::next`]; from the beginning without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<DrawPlace>,
    /// The most to look at, up to [`PAGE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of draws; it may have fewer than were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawsReply {
    /// In the order of [`EmergencyReply::draws`].
    pub draws: Vec<DrawRecord>,
    /// Where the next page begins; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<DrawPlace>,
    /// Whom these name.
    pub principals: Vec<PrincipalRecord>,
}

/// A right to emergency access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightRecord {
    /// Its id.
    pub id: EmergencyId,
    /// Whose.
    pub principal: PrincipalId,
    /// What can be drawn.
    pub role: RoleId,
    /// What it is called.
    pub role_name: String,
    /// Where.
    pub scope: ScopeId,
    /// The place's path.
    pub path: String,
    /// Why it was given; for those who may look at grants there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// By whom; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_by: Option<PrincipalId>,
    /// When.
    pub given_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// Whether the caller may end it. The server asks again when it is done.
    pub may_end: bool,
}

/// A draw of emergency access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawRecord {
    /// Its id.
    pub id: DrawId,
    /// Of which right.
    pub right: EmergencyId,
    /// The grant that decides while it lasts; ending it gives the access back.
    pub grant: GrantId,
    /// Who drew.
    pub principal: PrincipalId,
    /// What.
    pub role: RoleId,
    /// What it is called.
    pub role_name: String,
    /// Where.
    pub scope: ScopeId,
    /// The place's path.
    pub path: String,
    /// Why.
    pub reason: String,
    /// When.
    pub drawn_at: Timestamp,
    /// When it is or was over.
    pub over_at: Timestamp,
    /// Until when it has to be reviewed.
    pub review_due: Timestamp,
    /// How often the same person had drawn in the day before.
    #[serde(default)]
    pub again: u32,
    /// The values that were read under it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<ReadRecord>,
    /// What somebody else says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewRecord>,
    /// Whether the caller may end it now.
    pub may_end: bool,
    /// Whether the caller may review it, once it is over.
    pub may_review: bool,
}

/// A value that was read in an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadRecord {
    /// Of which secret.
    pub secret: SecretId,
    /// When first.
    pub at: Timestamp,
    /// The request for its rotation.
    pub request: RequestId,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// By whom.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What they found.
    pub verdict: Verdict,
    /// In words.
    pub words: String,
}

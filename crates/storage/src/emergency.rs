//! Emergency access: rights, draws, and what was read under them (rule 14).

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    emergency::{EmergencyDraw, EmergencyRight, Review},
    grant::Ended,
    ids::{DrawId, EmergencyId, GrantId, PrincipalId, RequestId, ScopeId, SecretId},
    time::Timestamp,
};

/// A value that was read under a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmergencyRead {
    /// Under which.
    pub draw: DrawId,
    /// Of which secret.
    pub secret: SecretId,
    /// When it was read first.
    pub at: Timestamp,
    /// The request for its rotation.
    pub request: RequestId,
}

/// Where a draw stands in the list: those that last come first, then those that wait for a review, the oldest of them first,
/// then the rest, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DrawPlace {
    /// 0 lasts, 1 waits for a review, 2 was reviewed.
    pub part: u8,
    /// When it was drawn, in milliseconds; negative where the newest come first.
    pub at: i64,
    /// Which.
    pub id: DrawId,
}

impl DrawPlace {
    /// The place of a draw at a moment.
    pub fn of(draw: &EmergencyDraw, now: Timestamp) -> Self {
        let part = match &draw.review {
            Some(_) => 2,
            None if draw.closed_at.is_none() && draw.ends_at > now => 0,
            None => 1,
        };
        let at = draw.drawn_at.millis();
        Self {
            part,
            at: if part == 2 { at.saturating_neg() } else { at },
            id: draw.id,
        }
    }
}

/// A page of draws.
#[derive(Debug, Clone, Copy)]
pub struct DrawsPage<'a> {
    /// Whose.
    pub principal: PrincipalId,
    /// And where.
    pub scopes: &'a [ScopeId],
    /// Which last.
    pub now: Timestamp,
    /// From when on those that were reviewed, too.
    pub since: Timestamp,
    /// The last one of the page before.
    pub after: Option<DrawPlace>,
    /// The most of them.
    pub limit: u32,
}

/// A page of rights.
#[derive(Debug, Clone, Copy)]
pub struct RightsPage<'a> {
    /// Of everybody but this one.
    pub but: PrincipalId,
    /// Where.
    pub scopes: &'a [ScopeId],
    /// Which have not ended.
    pub now: Timestamp,
    /// The last one of the page before, and when it ends.
    pub after: Option<(Timestamp, EmergencyId)>,
    /// The most of them.
    pub limit: u32,
}

/// Reads of emergency access.
#[async_trait]
pub trait EmergencyReads {
    /// One right, ended or not.
    async fn emergency_right(&mut self, id: EmergencyId) -> Result<Option<EmergencyRight>>;
    /// The rights of somebody that have not ended, in the order of their ends.
    async fn emergency_rights_of(
        &mut self,
        principal: PrincipalId,
        now: Timestamp,
    ) -> Result<Vec<EmergencyRight>>;
    /// Rights at some scopes that have not ended, in the order of their ends.
    async fn emergency_rights_at(&mut self, page: RightsPage<'_>) -> Result<Vec<EmergencyRight>>;
    /// One draw.
    async fn emergency_draw(&mut self, id: DrawId) -> Result<Option<EmergencyDraw>>;
    /// The draw that became a grant.
    async fn emergency_draw_of(&mut self, grant: GrantId) -> Result<Option<EmergencyDraw>>;
    /// The draws of a right that are not over.
    async fn emergency_draws_open(
        &mut self,
        right: EmergencyId,
        now: Timestamp,
    ) -> Result<Vec<EmergencyDraw>>;
    /// How often somebody has drawn since a moment.
    async fn emergency_draws_since(&mut self, principal: PrincipalId, since: Timestamp) -> Result<u32>;
    /// A page of somebody's draws and of those at some places, in the order of [`DrawPlace`]: those that nobody reviewed, and all
    /// since a moment.
    async fn emergency_draws(&mut self, page: DrawsPage<'_>) -> Result<Vec<EmergencyDraw>>;
    /// Draws that nobody reviewed and that were made after one moment and not after another, the earliest first.
    async fn emergency_draws_unreviewed(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<EmergencyDraw>>;
    /// Counts every change of rights, draws and reads: two reads with the same number saw the same.
    async fn emergency_changes(&mut self) -> Result<u64>;
    /// Draws that ended by themselves and were not seen to, oldest first.
    async fn emergency_draws_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<EmergencyDraw>>;
    /// What was read under these draws, oldest first.
    async fn emergency_reads(&mut self, draws: &[DrawId]) -> Result<Vec<EmergencyRead>>;
    /// Whether a request asks for the rotation of what was read under a draw.
    async fn is_of_an_emergency(&mut self, request: RequestId) -> Result<bool>;
}

/// Writes of emergency access.
#[async_trait]
pub trait EmergencyWrites {
    /// Gives a right; [`crate::Conflict::IdTaken`].
    async fn insert_emergency_right(&mut self, right: &EmergencyRight) -> Result<()>;
    /// Ends a right; [`crate::Conflict::Changed`] when it has ended already or does not exist.
    async fn end_emergency_right(&mut self, id: EmergencyId, end: &Ended) -> Result<()>;
    /// Draws a right: its grant is given already.
    async fn insert_emergency_draw(&mut self, draw: &EmergencyDraw) -> Result<()>;
    /// What a draw gave was ordered away; whether it was not before.
    async fn close_emergency_draw(&mut self, grant: GrantId, at: Timestamp) -> Result<bool>;
    /// Reviews a draw; [`crate::Conflict::Changed`] when somebody has, or there is none.
    async fn review_emergency_draw(&mut self, id: DrawId, review: &Review) -> Result<()>;
    /// Remembers that a value was read; the first time counts.
    async fn insert_emergency_read(&mut self, read: &EmergencyRead) -> Result<()>;
}

//! Emergency access: rights, draws, what was read.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Result, StorageError,
    emergency::{DrawsPage, EmergencyRead, EmergencyReads, RightsPage},
    raw_id::{RawId as _, raw_or_null},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    emergency::{EmergencyDraw, EmergencyRight, Review, Verdict},
    grant::Ended,
    ids::{DrawId, EmergencyId, GrantId, PrincipalId, RequestId},
    time::Timestamp,
};

macro_rules! rights {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            emergency_right_columns!(),
            " FROM emergency_rights y WHERE ",
            $condition
        )
    };
}

macro_rules! draws {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            emergency_draw_columns!(),
            " FROM emergency_draws w JOIN emergency_rights y ON y.id = w.emergency_right WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl EmergencyReads for Handle {
    async fn emergency_right(&mut self, id: EmergencyId) -> Result<Option<EmergencyRight>> {
        let row = sqlx::query(rights!("y.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), right)
    }

    async fn emergency_rights_of(
        &mut self,
        principal: PrincipalId,
        now: Timestamp,
    ) -> Result<Vec<EmergencyRight>> {
        let rows = sqlx::query(rights!(
            "y.principal = $1 AND y.ended_at IS NULL AND y.ends_at > $2 ORDER BY y.ends_at, y.id"
        ))
        .bind(principal.raw())
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, right)
    }

    async fn emergency_rights_at(&mut self, page: RightsPage<'_>) -> Result<Vec<EmergencyRight>> {
        let after = page.after;
        let rows = sqlx::query(rights!(concat!(
            "y.ended_at IS NULL AND y.ends_at > $2 AND y.principal <> $3 AND y.scope ",
            any!("$1"),
            " AND (y.ends_at > $4 OR (y.ends_at = $4 AND y.id > $5)) ORDER BY y.ends_at, y.id LIMIT $6"
        )))
        .bind(ids(page.scopes))
        .bind(page.now.millis())
        .bind(page.but.raw())
        .bind(after.map_or(i64::MIN, |(ends_at, _)| ends_at.millis()))
        .bind(raw_or_null(after.map(|(_, id)| id).as_ref()).unwrap_or_default())
        .bind(i64::from(page.limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, right)
    }

    async fn emergency_draw(&mut self, id: DrawId) -> Result<Option<EmergencyDraw>> {
        let row = sqlx::query(draws!("w.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), draw)
    }

    async fn emergency_draw_of(&mut self, grant: GrantId) -> Result<Option<EmergencyDraw>> {
        let row = sqlx::query(draws!("w.given = $1"))
            .bind(grant.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), draw)
    }

    async fn emergency_draws_open(
        &mut self,
        right: EmergencyId,
        now: Timestamp,
    ) -> Result<Vec<EmergencyDraw>> {
        let rows = sqlx::query(draws!(
            "w.emergency_right = $1 AND w.closed_at IS NULL AND w.ends_at > $2 ORDER BY w.drawn_at, w.id"
        ))
        .bind(right.raw())
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, draw)
    }

    async fn emergency_draws_since(&mut self, principal: PrincipalId, since: Timestamp) -> Result<u32> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM emergency_draws w JOIN emergency_rights y ON y.id = w.emergency_right \
             WHERE y.principal = $1 AND w.drawn_at > $2",
        )
        .bind(principal.raw())
        .bind(since.millis())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn emergency_draws(&mut self, page: DrawsPage<'_>) -> Result<Vec<EmergencyDraw>> {
        // The part and the moment of `DrawPlace::of`, in SQL.
        let after = page.after;
        let rows = sqlx::query(concat!(
            "SELECT ",
            emergency_draw_columns!(),
            " FROM (SELECT w.*, CASE WHEN w.reviewed_at IS NOT NULL THEN 2 WHEN w.closed_at IS NULL AND w.ends_at > $3 THEN 0 \
             ELSE 1 END AS part, CASE WHEN w.reviewed_at IS NOT NULL THEN -w.drawn_at ELSE w.drawn_at END AS at \
             FROM emergency_draws w WHERE w.reviewed_at IS NULL OR w.drawn_at >= $4) w \
             JOIN emergency_rights y ON y.id = w.emergency_right WHERE (y.principal = $1 OR y.scope ",
            any!("$2"),
            ") AND (w.part > $5 OR (w.part = $5 AND (w.at > $6 OR (w.at = $6 AND w.id > $7)))) \
             ORDER BY w.part, w.at, w.id LIMIT $8"
        ))
        .bind(page.principal.raw())
        .bind(ids(page.scopes))
        .bind(page.now.millis())
        .bind(page.since.millis())
        .bind(after.map_or(-1, |after| i64::from(after.part)))
        .bind(after.map_or(i64::MIN, |after| after.at))
        .bind(raw_or_null(after.map(|after| after.id).as_ref()).unwrap_or_default())
        .bind(i64::from(page.limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, draw)
    }

    async fn emergency_draws_unreviewed(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<EmergencyDraw>> {
        let rows = sqlx::query(draws!(
            "w.reviewed_at IS NULL AND w.drawn_at > $1 AND w.drawn_at <= $2 ORDER BY w.drawn_at, w.id LIMIT $3"
        ))
        .bind(after.millis())
        .bind(until.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, draw)
    }

    async fn emergency_changes(&mut self) -> Result<u64> {
        let row = sqlx::query("SELECT c.number FROM emergency_changes c WHERE c.one = 1")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn emergency_draws_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<EmergencyDraw>> {
        let rows = sqlx::query(draws!(
            "w.closed_at IS NULL AND w.ends_at <= $1 ORDER BY w.ends_at, w.id LIMIT $2"
        ))
        .bind(now.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, draw)
    }

    async fn is_of_an_emergency(&mut self, request: RequestId) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM emergency_reads x WHERE x.request = $1 LIMIT 1")
            .bind(request.raw())
            .fetch_optional(self.db())
            .await?;
        Ok(found.is_some())
    }

    async fn emergency_reads(&mut self, of: &[DrawId]) -> Result<Vec<EmergencyRead>> {
        let rows = sqlx::query(concat!(
            "SELECT x.draw, x.secret, x.read_at, x.request FROM emergency_reads x WHERE x.draw ",
            any!("$1"),
            " ORDER BY x.read_at, x.secret"
        ))
        .bind(ids(of))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(EmergencyRead {
                draw: cells.id()?,
                secret: cells.id()?,
                at: cells.time()?,
                request: cells.id()?,
            })
        })
    }
}

fn half(column: &str) -> StorageError {
    StorageError::Corrupt {
        column: column.to_owned(),
        source: said("half an answer"),
    }
}

/// Reads `emergency_right_columns!`.
fn right(cells: &mut Cells<'_>) -> Result<EmergencyRight> {
    let right = EmergencyRight {
        id: cells.id()?,
        principal: cells.id()?,
        role: cells.id()?,
        scope: cells.id()?,
        reason: cells.take()?,
        given_by: cells.id()?,
        given_at: cells.time()?,
        ends_at: cells.time()?,
        ended: None,
    };
    let (at, by) = (cells.time_or_null()?, cells.id_or_null::<PrincipalId>()?);
    let ended = match (at, by, cells.take::<Option<String>>()?) {
        (Some(at), Some(by), Some(reason)) => Some(Ended { at, by, reason }),
        (None, None, None) => None,
        _ => return Err(half("ended_at")),
    };
    Ok(EmergencyRight { ended, ..right })
}

/// Reads `emergency_draw_columns!`.
fn draw(cells: &mut Cells<'_>) -> Result<EmergencyDraw> {
    let draw = EmergencyDraw {
        id: cells.id()?,
        right: cells.id()?,
        grant: cells.id()?,
        principal: cells.id()?,
        role: cells.id()?,
        scope: cells.id()?,
        reason: cells.take()?,
        drawn_at: cells.time()?,
        ends_at: cells.time()?,
        closed_at: cells.time_or_null()?,
        again: cells.number()?,
        review: None,
    };
    let (by, at) = (cells.id_or_null::<PrincipalId>()?, cells.time_or_null()?);
    let (verdict, words) = (cells.code_or_null::<Verdict>()?, cells.take::<Option<String>>()?);
    let review = match (by, at, verdict, words) {
        (Some(by), Some(at), Some(verdict), Some(words)) => Some(Review {
            by,
            at,
            verdict,
            words,
        }),
        (None, None, None, None) => None,
        _ => return Err(half("reviewed_by")),
    };
    Ok(EmergencyDraw { review, ..draw })
}

//! Writes of emergency access.

use super::{handle::Handle, ids};
use crate::{
    Conflict, Result,
    codes::Coded as _,
    emergency::{EmergencyRead, EmergencyWrites},
    raw_id::RawId as _,
};
use async_trait::async_trait;
use claviger_model::{
    emergency::{EmergencyDraw, EmergencyRight, Review},
    grant::Ended,
    ids::{DrawId, EmergencyId, GrantId},
    time::Timestamp,
};

#[async_trait]
impl EmergencyWrites for Handle {
    async fn insert_emergency_right(&mut self, right: &EmergencyRight) -> Result<()> {
        sqlx::query(
            "INSERT INTO emergency_rights (id, principal, role, scope, reason, given_by, given_at, ends_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(right.id.raw())
        .bind(right.principal.raw())
        .bind(right.role.raw())
        .bind(right.scope.raw())
        .bind(&right.reason)
        .bind(right.given_by.raw())
        .bind(right.given_at.millis())
        .bind(right.ends_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn end_emergency_right(&mut self, id: EmergencyId, end: &Ended) -> Result<()> {
        let done = sqlx::query(
            "UPDATE emergency_rights SET ended_at = $2, ended_by = $3, ended_reason = $4 \
             WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(id.raw())
        .bind(end.at.millis())
        .bind(end.by.raw())
        .bind(&end.reason)
        .execute(self.db())
        .await?;
        changed(done.rows_affected())
    }

    async fn insert_emergency_draw(&mut self, draw: &EmergencyDraw) -> Result<()> {
        sqlx::query(
            "INSERT INTO emergency_draws (id, emergency_right, given, reason, drawn_at, ends_at, closed_at, again) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(draw.id.raw())
        .bind(draw.right.raw())
        .bind(draw.grant.raw())
        .bind(&draw.reason)
        .bind(draw.drawn_at.millis())
        .bind(draw.ends_at.millis())
        .bind(draw.closed_at.map(Timestamp::millis))
        .bind(i64::from(draw.again))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn close_emergency_draw(&mut self, grant: GrantId, at: Timestamp) -> Result<bool> {
        Ok(close_all(self, &[grant], at).await? > 0)
    }

    async fn review_emergency_draw(&mut self, id: DrawId, review: &Review) -> Result<()> {
        let done = sqlx::query(
            "UPDATE emergency_draws SET reviewed_by = $2, reviewed_at = $3, verdict = $4, review_words = $5 \
             WHERE id = $1 AND reviewed_at IS NULL",
        )
        .bind(id.raw())
        .bind(review.by.raw())
        .bind(review.at.millis())
        .bind(review.verdict.text())
        .bind(&review.words)
        .execute(self.db())
        .await?;
        changed(done.rows_affected())
    }

    async fn insert_emergency_read(&mut self, read: &EmergencyRead) -> Result<()> {
        sqlx::query(
            "INSERT INTO emergency_reads (draw, secret, read_at, request) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (draw, secret) DO NOTHING",
        )
        .bind(read.draw.raw())
        .bind(read.secret.raw())
        .bind(read.at.millis())
        .bind(read.request.raw())
        .execute(self.db())
        .await?;
        Ok(())
    }
}

/// The grants ended, and what they gave was ordered away.
pub async fn close(handle: &mut Handle, grants: &[GrantId], at: Timestamp) -> Result<()> {
    close_all(handle, grants, at).await?;
    Ok(())
}

async fn close_all(handle: &mut Handle, grants: &[GrantId], at: Timestamp) -> Result<u64> {
    let done = sqlx::query(concat!(
        "UPDATE emergency_draws SET closed_at = $1 WHERE closed_at IS NULL AND given ",
        any!("$2")
    ))
    .bind(at.millis())
    .bind(ids(grants))
    .execute(handle.db())
    .await?;
    Ok(done.rows_affected())
}

/// The grant ends earlier by itself.
pub async fn shorten(handle: &mut Handle, grant: GrantId, ends_at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE emergency_draws SET ends_at = $2 WHERE given = $1 AND ends_at > $2")
        .bind(grant.raw())
        .bind(ends_at.millis())
        .execute(handle.db())
        .await?;
    Ok(())
}

fn changed(rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(Conflict::Changed.into());
    }
    Ok(())
}

//! Reads of the rotations that cases wait for.

use super::{
    super::{
        cells::{Cells, all, one},
        handle::Handle,
    },
    row::rotation,
};
use crate::{Result, offboarding::RotationReads, raw_id::RawId as _};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, RequestId, SecretId},
    offboarding::{Progress, Rotation},
    time::Timestamp,
};
use std::time::Duration;

macro_rules! rotations {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            rotation_columns!(),
            " FROM offboarding_rotations t WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl RotationReads for Handle {
    async fn case_rotations(
        &mut self,
        id: CaseId,
        after: Option<(u8, SecretId)>,
        limit: u32,
    ) -> Result<Vec<Rotation>> {
        let (risk, secret) = after.map_or((i64::MAX, None), |(risk, secret)| (i64::from(risk), Some(secret)));
        let rows = sqlx::query(rotations!(
            "t.offboarding = $1 AND (t.risk < $2 OR (t.risk = $2 AND t.secret > $3)) \
             ORDER BY t.risk DESC, t.secret LIMIT $4"
        ))
        .bind(id.raw())
        .bind(risk)
        .bind(secret.as_ref().map_or(&[][..], |secret| secret.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, rotation)
    }

    async fn case_rotation(&mut self, id: CaseId, secret: SecretId) -> Result<Option<Rotation>> {
        let row = sqlx::query(rotations!("t.offboarding = $1 AND t.secret = $2"))
            .bind(id.raw())
            .bind(secret.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), rotation)
    }

    async fn open_rotations_of(&mut self, secret: SecretId) -> Result<Vec<Rotation>> {
        let rows = sqlx::query(rotations!(
            "t.secret = $1 AND t.state = 'open' ORDER BY t.offboarding"
        ))
        .bind(secret.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, rotation)
    }

    async fn rotation_asked_by(&mut self, request: RequestId) -> Result<Option<Rotation>> {
        // The newest case, where more than one asks by the same request.
        let row = sqlx::query(rotations!(
            "t.request = $1 ORDER BY t.due_at DESC, t.offboarding LIMIT 1"
        ))
        .bind(request.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), rotation)
    }

    async fn rotations_falling_due(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        again: Option<Duration>,
        limit: u32,
    ) -> Result<Vec<Rotation>> {
        // Without repetition no whole span fits between a due date and now.
        let span = again.map_or(i64::MAX, |span| {
            i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
        });
        let rows = sqlx::query(rotations!(
            "t.state = 'open' AND t.due_at <= $2 AND (t.due_at > $1 OR ($2 - t.due_at) / $3 > ($1 - t.due_at) / $3) \
             ORDER BY t.due_at, t.offboarding, t.secret LIMIT $4"
        ))
        .bind(after.millis())
        .bind(until.millis())
        .bind(span)
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, rotation)
    }

    async fn count_open_rotations(&mut self, id: CaseId) -> Result<u64> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM offboarding_rotations t WHERE t.offboarding = $1 AND t.state = 'open'",
        )
        .bind(id.raw())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn rotation_progress(&mut self, id: CaseId) -> Result<Vec<Progress>> {
        let rows = sqlx::query(
            "SELECT t.owner, COUNT(*), COUNT(CASE WHEN t.state = 'open' THEN 1 END), \
             COUNT(CASE WHEN t.state = 'accepted' THEN 1 END), MIN(CASE WHEN t.state = 'open' THEN t.due_at END) \
             FROM offboarding_rotations t WHERE t.offboarding = $1 GROUP BY t.owner",
        )
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        let mut progress = all(&rows, |cells| {
            Ok(Progress {
                owner: cells.id_or_null()?,
                all: cells.number()?,
                open: cells.number()?,
                accepted: cells.number()?,
                due_at: cells.time_or_null()?,
            })
        })?;
        progress.sort_by_key(|of| of.owner);
        Ok(progress)
    }
}

//! Reads of offboarding cases.

mod rotations;
mod row;
mod steps;

pub(super) use row::NOT_COUNTED;

use super::{
    cells::{Cells, all, one},
    handle::Handle,
};
use crate::{
    Digest, Result,
    offboarding::{BeforeCase, CaseReads, DueCase, Span},
    raw_id::RawId as _,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, PrincipalId},
    offboarding::{Case, Voice},
    time::Timestamp,
};
use row::{case, span};

macro_rules! cases {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            case_columns!(),
            " FROM offboarding_cases a WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl CaseReads for Handle {
    async fn case(&mut self, id: CaseId) -> Result<Option<Case>> {
        let row = sqlx::query(cases!("a.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), case)
    }

    async fn open_case_of(&mut self, person: PrincipalId) -> Result<Option<Case>> {
        let row = sqlx::query(cases!(
            "a.person = $1 AND a.closed_at IS NULL AND a.returned_at IS NULL"
        ))
        .bind(person.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), case)
    }

    async fn last_case_of(&mut self, person: PrincipalId) -> Result<Option<Case>> {
        let row = sqlx::query(cases!(
            "a.person = $1 ORDER BY a.opened_at DESC, a.id DESC LIMIT 1"
        ))
        .bind(person.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), case)
    }

    async fn cases(&mut self, open: bool, before: Option<BeforeCase>, limit: u32) -> Result<Vec<Case>> {
        let (at, id) = before.map_or((i64::MAX, None), |before| {
            (before.opened_at.millis(), Some(before.id))
        });
        let rows = sqlx::query(cases!(
            "($1 = 0 OR a.closed_at IS NULL) AND (a.opened_at < $2 OR (a.opened_at = $2 AND a.id < $3)) \
             ORDER BY a.opened_at DESC, a.id DESC LIMIT $4"
        ))
        .bind(i64::from(open))
        .bind(at)
        .bind(id.as_ref().map_or(&[][..], |id| id.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, case)
    }

    async fn cases_due(
        &mut self,
        now: Timestamp,
        after: Option<DueCase>,
        limit: u32,
    ) -> Result<Vec<DueCase>> {
        let at = after.map_or(i64::MIN, |after| after.look_at.millis());
        let rows = sqlx::query(
            "SELECT a.look_at, a.id FROM offboarding_cases a WHERE a.look_at <= $1 \
             AND (a.look_at > $2 OR (a.look_at = $2 AND a.id > $3)) ORDER BY a.look_at, a.id LIMIT $4",
        )
        .bind(now.millis())
        .bind(at)
        .bind(after.as_ref().map_or(&[][..], |after| after.id.raw()))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(DueCase {
                look_at: cells.time()?,
                id: cells.id()?,
            })
        })
    }

    async fn cases_holding(&mut self, fingerprint: &Digest) -> Result<Vec<Case>> {
        let rows = sqlx::query(cases!(
            "a.state IN ('running', 'waiting') AND a.person IN (SELECT h.principal FROM secret_versions v \
             JOIN holdings h ON h.secret = v.secret AND h.version = v.version WHERE v.fingerprint = $1) ORDER BY a.id"
        ))
        .bind(fingerprint.as_slice())
        .fetch_all(self.db())
        .await?;
        all(&rows, case)
    }

    async fn is_any_unqueued(&mut self, id: CaseId, person: PrincipalId) -> Result<bool> {
        let row = sqlx::query(
            "SELECT 1 FROM secret_versions c WHERE c.stage = 'current' AND c.fingerprint IN (SELECT v.fingerprint \
             FROM holdings h JOIN secret_versions v ON v.secret = h.secret AND v.version = h.version \
             WHERE h.principal = $2) AND NOT EXISTS (SELECT 1 FROM offboarding_rotations t \
             WHERE t.offboarding = $1 AND t.secret = c.secret) LIMIT 1",
        )
        .bind(id.raw())
        .bind(person.raw())
        .fetch_optional(self.db())
        .await?;
        Ok(row.is_some())
    }

    async fn cases_begun_since(&mut self, moment: Timestamp) -> Result<u64> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM offboarding_cases a WHERE a.begun_at >= $1) \
             + (SELECT COUNT(*) FROM offboarding_cases a WHERE a.closed_at IS NULL AND a.state = 'braked' \
             AND a.opened_at >= $1)",
        )
        .bind(moment.millis())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn voices_of(&mut self, id: CaseId) -> Result<Vec<Voice>> {
        let rows = sqlx::query(
            "SELECT v.principal, v.at, v.reason, v.altered FROM offboarding_voices v WHERE v.offboarding = $1 \
             ORDER BY v.at, v.principal",
        )
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(Voice {
                principal: cells.id()?,
                at: cells.time()?,
                reason: cells.take()?,
                altered: cells.flag()?,
            })
        })
    }

    async fn refusals_measured(&mut self, since: Timestamp, limit: u32) -> Result<Vec<Span>> {
        let rows = sqlx::query(
            "SELECT a.clicked_at, a.begun_at FROM offboarding_cases a WHERE a.begun_at >= $1 \
             ORDER BY a.begun_at DESC LIMIT $2",
        )
        .bind(since.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, span)
    }

    async fn purges_measured(&mut self, since: Timestamp, limit: u32) -> Result<Vec<Span>> {
        let rows = sqlx::query(
            "SELECT a.clicked_at, o.acknowledged_at FROM offboarding_cases a \
             JOIN offboarding_devices d ON d.offboarding = a.id JOIN orders o ON o.id = d.order_id \
             WHERE a.begun_at >= $1 AND o.acknowledged_at IS NOT NULL ORDER BY a.begun_at DESC LIMIT $2",
        )
        .bind(since.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, span)
    }
}

//! Notes on guardrails.

use super::{cells::all, handle::Handle};
use crate::{
    Result,
    guardrails::{GuardrailNote, GuardrailReads, GuardrailWrites},
    raw_id::{RawId as _, int},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{PolicyId, PrincipalId},
    time::Timestamp,
};

#[async_trait]
impl GuardrailReads for Handle {
    async fn guardrail_notes(&mut self) -> Result<Vec<GuardrailNote>> {
        let rows = sqlx::query(
            "SELECT n.guardrail, n.changed_by, n.changed_at, n.failures, n.failed_at FROM guardrail_notes n \
             ORDER BY n.guardrail",
        )
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            let guardrail = cells.id()?;
            let (by, at) = (cells.id_or_null()?, cells.time_or_null()?);
            Ok(GuardrailNote {
                guardrail,
                changed: by.zip(at),
                failures: cells.number()?,
                failed_at: cells.time_or_null()?,
            })
        })
    }
}

#[async_trait]
impl GuardrailWrites for Handle {
    async fn note_guardrail_change(&mut self, id: PolicyId, by: PrincipalId, at: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO guardrail_notes (guardrail, changed_by, changed_at, failures) VALUES ($1, $2, $3, 0) \
             ON CONFLICT (guardrail) DO UPDATE SET changed_by = excluded.changed_by, changed_at = excluded.changed_at, \
             failures = 0, failed_at = NULL",
        )
        .bind(id.raw())
        .bind(by.raw())
        .bind(at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn note_guardrail_failures(&mut self, id: PolicyId, count: u64, at: Timestamp) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO guardrail_notes (guardrail, failures, failed_at) \
             SELECT g.id, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM guardrails g WHERE g.id = $1 \
             ON CONFLICT (guardrail) DO UPDATE SET failures = guardrail_notes.failures + excluded.failures, \
             failed_at = excluded.failed_at",
        )
        .bind(id.raw())
        .bind(int(count))
        .bind(at.millis())
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

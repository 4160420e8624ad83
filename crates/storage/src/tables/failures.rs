//! Counts of failed calls without a caller.

use super::{
    Db,
    cells::{Cells, all},
    handle::Handle,
};
use crate::{
    Result,
    failures::{FailureCount, FailureReads, FailureWrites},
    raw_id::int,
};
use async_trait::async_trait;
use claviger_model::time::Timestamp;
use sqlx::QueryBuilder;
use std::collections::BTreeMap;

#[async_trait]
impl FailureReads for Handle {
    async fn failures_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<FailureCount>> {
        let rows = sqlx::query(
            "SELECT f.minute, f.kind, f.prefix, f.failures FROM failure_counts f WHERE f.minute < $1 \
             ORDER BY f.minute, f.kind, f.prefix LIMIT $2",
        )
        .bind(moment.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, count)
    }
}

#[async_trait]
impl FailureWrites for Handle {
    async fn count_failures(&mut self, counts: &[FailureCount]) -> Result<()> {
        // PostgreSQL refuses to update a row twice in one statement.
        let mut sums: BTreeMap<(Timestamp, &str, &str), u64> = BTreeMap::new();
        for count in counts {
            let sum = sums
                .entry((count.minute, &count.kind, &count.prefix))
                .or_default();
            *sum = sum.saturating_add(count.count);
        }
        if sums.is_empty() {
            return Ok(());
        }
        let mut query =
            QueryBuilder::<Db>::new("INSERT INTO failure_counts (minute, kind, prefix, failures) ");
        query.push_values(sums, |mut row, ((minute, kind, prefix), failures)| {
            row.push_bind(minute.millis())
                .push_bind(kind)
                .push_bind(prefix)
                .push_bind(int(failures));
        });
        query.push(
            " ON CONFLICT (minute, kind, prefix) DO UPDATE SET failures = failure_counts.failures + excluded.failures",
        );
        query.build().execute(self.db()).await?;
        Ok(())
    }

    async fn take_failures_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<FailureCount>> {
        let rows = sqlx::query(
            "DELETE FROM failure_counts WHERE (minute, kind, prefix) IN \
             (SELECT f.minute, f.kind, f.prefix FROM failure_counts f WHERE f.minute < $1 \
             ORDER BY f.minute, f.kind, f.prefix LIMIT $2) RETURNING minute, kind, prefix, failures",
        )
        .bind(moment.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        let mut taken = all(&rows, count)?;
        taken.sort();
        Ok(taken)
    }
}

fn count(cells: &mut Cells<'_>) -> Result<FailureCount> {
    Ok(FailureCount {
        minute: cells.time()?,
        kind: cells.take()?,
        prefix: cells.take()?,
        count: cells.number()?,
    })
}

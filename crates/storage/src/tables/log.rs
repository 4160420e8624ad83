//! Reads of the log, and the little that may be erased from it.

use super::{
    Connection,
    cells::{Cells, all, one},
    handle::Handle,
    numbers,
};
use crate::{
    Digest, Result,
    log::{LogEntry, LogFilter, LogReads, LogWrites, Opening, SubjectEntry},
    raw_id::{RawId as _, int},
};
use async_trait::async_trait;
use claviger_ledger::edge::{FullTile, TileId};
use claviger_model::ids::{EventId, PrincipalId};
use std::collections::HashMap;

#[async_trait]
impl LogReads for Handle {
    async fn event_by_id(&mut self, id: EventId) -> Result<Option<LogEntry>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            entry_columns!(),
            " FROM log_events e WHERE e.event = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        let entry: Vec<_> = one(row.as_ref(), entry)?.into_iter().collect();
        Ok(with_openings(self.db(), entry).await?.pop())
    }

    async fn events_from(&mut self, index: u64, limit: u32) -> Result<Vec<LogEntry>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            entry_columns!(),
            " FROM log_events e WHERE e.idx >= $1 ORDER BY e.idx LIMIT $2"
        ))
        .bind(int(index))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        with_openings(self.db(), all(&rows, entry)?).await
    }

    async fn events_of_subject(
        &mut self,
        subject: PrincipalId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<SubjectEntry>> {
        let rows = sqlx::query(concat!(
            "SELECT s.seq, ",
            entry_columns!(),
            " FROM log_subjects s JOIN log_events e ON e.idx = s.idx \
             WHERE s.subject = $1 AND s.seq > $2 ORDER BY s.seq LIMIT $3"
        ))
        .bind(subject.raw())
        .bind(int(after))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        subject_entries(self.db(), all(&rows, numbered)?).await
    }

    async fn events_of_subject_before(
        &mut self,
        subject: PrincipalId,
        before: u64,
        limit: u32,
    ) -> Result<Vec<SubjectEntry>> {
        let rows = sqlx::query(concat!(
            "SELECT s.seq, ",
            entry_columns!(),
            " FROM log_subjects s JOIN log_events e ON e.idx = s.idx \
             WHERE s.subject = $1 AND s.seq < $2 ORDER BY s.seq DESC LIMIT $3"
        ))
        .bind(subject.raw())
        .bind(int(before))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        subject_entries(self.db(), all(&rows, numbered)?).await
    }

    async fn last_of_subject(&mut self, subject: PrincipalId) -> Result<(u64, Option<Digest>)> {
        let row = sqlx::query(
            "SELECT s.seq, s.leaf_hash FROM log_subjects s WHERE s.subject = $1 ORDER BY s.seq DESC LIMIT 1",
        )
        .bind(subject.raw())
        .fetch_optional(self.db())
        .await?;
        let last = one(row.as_ref(), |cells| Ok((cells.number()?, Some(cells.digest()?))))?;
        Ok(last.unwrap_or((0, None)))
    }

    async fn events_matching(
        &mut self,
        filter: &LogFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<LogEntry>> {
        let entries = super::log_search::search(self.db(), filter, before, limit).await?;
        with_openings(self.db(), entries).await
    }

    async fn tile(&mut self, id: TileId) -> Result<Option<FullTile>> {
        Ok(self.tiles(&[id]).await?.pop())
    }

    async fn tiles(&mut self, ids: &[TileId]) -> Result<Vec<FullTile>> {
        let mut found = Vec::with_capacity(ids.len());
        let mut levels: Vec<u8> = ids.iter().map(|id| id.level).collect();
        levels.sort_unstable();
        levels.dedup();
        for level in levels {
            let of_level: Vec<i64> = ids
                .iter()
                .filter(|id| id.level == level)
                .map(|id| int(id.index))
                .collect();
            let rows = sqlx::query(concat!(
                "SELECT t.level, t.tile, t.hashes FROM log_tiles t WHERE t.level = $1 AND t.tile ",
                any_text!("$2")
            ))
            .bind(i64::from(level))
            .bind(numbers(&of_level))
            .fetch_all(self.db())
            .await?;
            found.extend(all(&rows, |cells| {
                let id = TileId {
                    level: cells.number()?,
                    index: cells.number()?,
                };
                Ok(FullTile {
                    id,
                    hashes: cells.take()?,
                })
            })?);
        }
        Ok(found)
    }

    async fn first_opening(&mut self) -> Result<Option<u64>> {
        let row = sqlx::query("SELECT MIN(o.idx) FROM log_openings o")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number_or_null()
    }

    async fn leaf_hashes(&mut self, from: u64, until: u64) -> Result<Vec<Digest>> {
        let rows = sqlx::query(
            "SELECT e.leaf_hash FROM log_events e WHERE e.idx >= $1 AND e.idx < $2 ORDER BY e.idx",
        )
        .bind(int(from))
        .bind(int(until))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.digest())
    }
}

#[async_trait]
impl LogWrites for Handle {
    async fn erase_openings_before(&mut self, index: u64) -> Result<u64> {
        let done = sqlx::query("DELETE FROM log_openings WHERE idx < $1")
            .bind(int(index))
            .execute(self.db());
        Ok(done.await?.rows_affected())
    }

    async fn erase_openings_about(&mut self, about: PrincipalId) -> Result<u64> {
        let done = sqlx::query("DELETE FROM log_openings WHERE about = $1")
            .bind(about.raw())
            .execute(self.db());
        Ok(done.await?.rows_affected())
    }

    async fn set_log_origin(&mut self, origin: &str) -> Result<()> {
        let held = self.held()?;
        held.log_changed = true;
        origin.clone_into(&mut held.head.origin);
        Ok(())
    }
}

/// Reads `entry_columns!`.
pub fn entry(cells: &mut Cells<'_>) -> Result<LogEntry> {
    Ok(LogEntry {
        index: cells.number()?,
        event: cells.id()?,
        at: cells.time()?,
        kind: cells.code()?,
        outcome: cells.code()?,
        actor: cells.id_or_null()?,
        leaf: cells.take()?,
        leaf_hash: cells.digest()?,
        openings: Vec::new(),
    })
}

fn numbered(cells: &mut Cells<'_>) -> Result<(u64, LogEntry)> {
    Ok((cells.number()?, entry(cells)?))
}

async fn subject_entries(db: &mut Connection, found: Vec<(u64, LogEntry)>) -> Result<Vec<SubjectEntry>> {
    let (seqs, entries): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let entries = with_openings(db, entries).await?;
    Ok(seqs
        .into_iter()
        .zip(entries)
        .map(|(seq, entry)| SubjectEntry { seq, entry })
        .collect())
}

async fn with_openings(db: &mut Connection, mut entries: Vec<LogEntry>) -> Result<Vec<LogEntry>> {
    if entries.is_empty() {
        return Ok(entries);
    }
    let indexes: Vec<i64> = entries.iter().map(|entry| int(entry.index)).collect();
    let rows = sqlx::query(concat!(
        "SELECT o.idx, o.field, o.about, o.opening_key, o.value FROM log_openings o WHERE o.idx ",
        any_text!("$1"),
        " ORDER BY o.idx, o.field"
    ))
    .bind(numbers(&indexes))
    .fetch_all(db)
    .await?;
    let mut openings: HashMap<u64, Vec<Opening>> = HashMap::new();
    for (index, opening) in all(&rows, opening)? {
        openings.entry(index).or_default().push(opening);
    }
    for entry in &mut entries {
        entry.openings = openings.remove(&entry.index).unwrap_or_default();
    }
    Ok(entries)
}

fn opening(cells: &mut Cells<'_>) -> Result<(u64, Opening)> {
    let index = cells.number()?;
    let (field, about, key, value) = (cells.take()?, cells.id_or_null()?, cells.digest()?, cells.take()?);
    Ok((
        index,
        Opening {
            field,
            about,
            key,
            value,
        },
    ))
}

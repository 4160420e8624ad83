//! Devices' journals.

use super::{
    Db,
    cells::{Cells, all, one},
    handle::Handle,
};
use crate::{
    Digest, Result,
    journal::{JournalEntry, JournalOutcome, JournalReads, JournalWrites},
    raw_id::{RawId as _, int},
};
use async_trait::async_trait;
use claviger_model::ids::DeviceId;
use sqlx::QueryBuilder;
use std::collections::{BTreeMap, BTreeSet};

/// Entries in one statement at most.
const AT_ONCE: usize = 500;

#[async_trait]
impl JournalReads for Handle {
    async fn journal(&mut self, device: DeviceId, after: u64, limit: u32) -> Result<Vec<JournalEntry>> {
        let rows = sqlx::query(
            "SELECT j.device, j.seq, j.hash, j.body, j.received_at FROM journal j \
             WHERE j.device = $1 AND j.seq > $2 ORDER BY j.seq LIMIT $3",
        )
        .bind(device.raw())
        .bind(int(after))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(JournalEntry {
                device: cells.id()?,
                seq: cells.number()?,
                hash: cells.digest()?,
                body: cells.take()?,
                received_at: cells.time()?,
            })
        })
    }
}

#[async_trait]
impl JournalWrites for Handle {
    async fn put_journal(&mut self, entries: &[JournalEntry]) -> Result<Vec<JournalOutcome>> {
        let mut fresh = BTreeSet::new();
        for some in entries.chunks(AT_ONCE) {
            let mut query =
                QueryBuilder::<Db>::new("INSERT INTO journal (device, seq, hash, body, received_at) ");
            query.push_values(some, |mut row, entry| {
                row.push_bind(entry.device.raw())
                    .push_bind(int(entry.seq))
                    .push_bind(entry.hash.as_slice())
                    .push_bind(entry.body.as_slice())
                    .push_bind(entry.received_at.millis());
            });
            query.push(" ON CONFLICT (device, seq) DO NOTHING RETURNING device, seq");
            let rows = query.build().fetch_all(self.db()).await?;
            fresh.extend(all(&rows, |cells| {
                Ok((cells.id::<DeviceId>()?, cells.number::<u64>()?))
            })?);
        }
        let mut outcomes = Vec::with_capacity(entries.len());
        let mut devices = BTreeSet::new();
        for entry in entries {
            devices.insert(entry.device);
            // Of two entries with one number in the same list, the first was stored.
            let outcome = if fresh.remove(&(entry.device, entry.seq)) {
                JournalOutcome::New
            } else if self.stored_hash(entry.device, entry.seq).await? == Some(entry.hash) {
                JournalOutcome::Known
            } else {
                JournalOutcome::Contradicts
            };
            outcomes.push(outcome);
        }
        for device in devices {
            self.move_journal_head(device).await?;
        }
        Ok(outcomes)
    }
}

impl Handle {
    async fn stored_hash(&mut self, device: DeviceId, seq: u64) -> Result<Option<Digest>> {
        let row = sqlx::query("SELECT j.hash FROM journal j WHERE j.device = $1 AND j.seq = $2")
            .bind(device.raw())
            .bind(int(seq))
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), |cells| cells.digest())
    }

    /// Moves a device's journal head over all entries that follow it without a gap.
    async fn move_journal_head(&mut self, device: DeviceId) -> Result<()> {
        let rows = sqlx::query(
            "SELECT j.seq, j.hash FROM devices d JOIN journal j ON j.device = d.id AND j.seq > d.journal_seq \
             WHERE d.id = $1 ORDER BY j.seq",
        )
        .bind(device.raw())
        .fetch_all(self.db())
        .await?;
        let later: BTreeMap<u64, Digest> = all(&rows, |cells| Ok((cells.number()?, cells.digest()?)))?
            .into_iter()
            .collect();
        let Some(first) = later.keys().next().copied() else {
            return Ok(());
        };
        let row = sqlx::query("SELECT d.journal_seq FROM devices d WHERE d.id = $1")
            .bind(device.raw())
            .fetch_one(self.db())
            .await?;
        if first != Cells::of(&row).number::<u64>()? + 1 {
            return Ok(());
        }
        let unbroken = (first..)
            .zip(later)
            .take_while(|(expected, (seq, _))| expected == seq);
        let Some((seq, hash)) = unbroken.map(|(_, entry)| entry).last() else {
            return Ok(());
        };
        sqlx::query("UPDATE devices SET journal_seq = $2, journal_head = $3 WHERE id = $1")
            .bind(device.raw())
            .bind(int(seq))
            .bind(hash.as_slice())
            .execute(self.db())
            .await?;
        Ok(())
    }
}

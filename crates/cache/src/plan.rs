//! Writing a plan: the rows, in one transaction, and what memory becomes after it.

use crate::{
    book::{Book, Edits},
    error::CacheError,
    file,
    page::Id,
    state::{Health, State, stored},
};
use claviger_crypto::secret::Key256;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What a commit writes, and what memory becomes after it.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) next_slot: u64,
    pub(crate) new_keys: BTreeMap<u64, Key256>,
    pub(crate) writes: BTreeMap<u64, (Book, Vec<u8>)>,
    pub(crate) deletes: BTreeSet<u64>,
    pub(crate) wipe: bool,
    pub(crate) places: Vec<(Book, Id, Option<u64>)>,
    pub(crate) sizes: Vec<(Book, u64, Option<usize>)>,
}

impl Plan {
    /// Drops every row.
    pub(crate) fn wiping(next_slot: u64) -> Self {
        Self {
            wipe: true,
            next_slot,
            ..Self::default()
        }
    }

    pub(crate) const fn next_slot(&self) -> u64 {
        self.next_slot
    }

    pub(crate) fn new_keys(&self) -> impl Iterator<Item = (u64, &Key256)> {
        self.new_keys.iter().map(|(slot, key)| (*slot, key))
    }

    /// Whether a slot has a row once the plan is carried out.
    pub(crate) fn keeps(&self, slot: u64, rows: &BTreeMap<u64, Book>) -> bool {
        self.writes.contains_key(&slot)
            || (!self.wipe && rows.contains_key(&slot) && !self.deletes.contains(&slot))
    }

    /// Writes rows, inside the caller's transaction.
    pub(crate) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), CacheError> {
        if self.wipe {
            sqlx::query("DELETE FROM sheets")
                .execute(&mut *connection)
                .await?;
        }
        for slot in &self.deletes {
            sqlx::query("DELETE FROM sheets WHERE slot = $1")
                .bind(stored(*slot))
                .execute(&mut *connection)
                .await?;
        }
        for (slot, (book, sealed)) in &self.writes {
            sqlx::query(
                "INSERT INTO sheets (slot, book, sealed) VALUES ($1, $2, $3)
                 ON CONFLICT (slot) DO UPDATE SET sealed = excluded.sealed",
            )
            .bind(stored(*slot))
            .bind(i64::from(book.number()))
            .bind(sealed.as_slice())
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

impl State {
    /// Carries out edits: all of them or none.
    pub(crate) async fn commit(&mut self, edits: Edits) -> Result<(), CacheError> {
        let plan = self.plan(&edits).await?;
        let destroys = edits.destroy && self.destroys(&plan);
        self.health = Health::Stale;
        let done = if destroys || !plan.new_keys.is_empty() {
            self.rotate(plan).await
        } else {
            self.write(plan).await
        };
        self.health = match &done {
            Ok(()) => Health::Sound,
            Err(error) if error.is_corrupt() => Health::Corrupt,
            Err(_) => Health::Stale,
        };
        done
    }

    fn destroys(&self, plan: &Plan) -> bool {
        self.table
            .dead(plan.next_slot, |slot| plan.keeps(slot, &self.rows))
            .next()
            .is_some()
    }

    /// Carries out a plan for which the key table stays as it is.
    async fn write(&mut self, plan: Plan) -> Result<(), CacheError> {
        file::begin(&mut self.connection).await?;
        plan.write(&mut self.connection).await?;
        sqlx::query("UPDATE key_table SET next_slot = $1 WHERE id = 1")
            .bind(stored(plan.next_slot))
            .execute(&mut self.connection)
            .await?;
        file::commit(&mut self.connection).await?;
        self.take_over(plan);
        Ok(())
    }

    /// Makes memory what the file has become.
    pub(crate) fn take_over(&mut self, plan: Plan) {
        self.next_slot = plan.next_slot;
        if plan.wipe {
            self.rows.clear();
            self.indexes.clear();
        }
        for slot in plan.deletes {
            self.rows.remove(&slot);
            self.broken.remove(&slot);
        }
        self.rows
            .extend(plan.writes.into_iter().map(|(slot, (book, _))| (slot, book)));
        for (book, id, slot) in plan.places {
            let index = self.indexes.entry(book).or_default();
            match slot {
                Some(slot) => index.slots.insert(id, slot),
                None => index.slots.remove(&id),
            };
        }
        for (book, slot, size) in plan.sizes {
            let index = self.indexes.entry(book).or_default();
            match size {
                Some(size) => index.sizes.insert(slot, size),
                None => index.sizes.remove(&slot),
            };
        }
    }
}

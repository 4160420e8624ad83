//! The open cache inside its lock: connection, keys, indexes; finding, recovering and beginning it.

use crate::{
    book::{Book, Index},
    cache::{Device, Parts},
    error::{CacheError, OpenError},
    file::{self, Paths},
    generation::{CacheItem, Step},
    key_table::{KeyTable, Owner},
    plan::Plan,
};
use claviger_crypto::bytes::sha256;
use sqlx::{Row, SqliteConnection};
use std::{collections::BTreeMap, fs::File};

/// How the file and the keyring fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Fresh,
    Fits,
    /// The keyring has no key for the file.
    KeyLost,
    /// The file is older than the keyring remembers, or gone.
    RolledBack,
    /// The file was no sound database.
    Replaced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Sound,
    /// A change broke off; what stands in memory may not be what stands in the file.
    Stale,
    /// SQLite says that the file is damaged.
    Corrupt,
}

pub(crate) struct State {
    pub(crate) device: Device,
    pub(crate) parts: Parts,
    pub(crate) owner: Owner,
    /// None where nothing is stored.
    pub(crate) paths: Option<Paths>,
    pub(crate) connection: SqliteConnection,
    pub(crate) item: CacheItem,
    pub(crate) table: KeyTable,
    pub(crate) digest: [u8; 32],
    pub(crate) next_slot: u64,
    /// Every row of the file.
    pub(crate) rows: BTreeMap<u64, Book>,
    /// Of the books that were read.
    pub(crate) indexes: BTreeMap<Book, Index>,
    /// Pages that do not open.
    pub(crate) broken: BTreeMap<u64, Book>,
    pub(crate) health: Health,
    pub(crate) fault: Option<Step>,
    // After the connection, so that it is let go last.
    _lock: Option<File>,
}

struct TableRow {
    generation: u64,
    next_slot: u64,
    sealed: Vec<u8>,
}

impl State {
    /// Opens the file, or memory where no paths are given.
    pub(crate) async fn open(
        paths: Option<Paths>,
        device: Device,
        parts: Parts,
    ) -> Result<(Self, Found), OpenError> {
        let lock = match &paths {
            Some(paths) => Some(paths.lock().await?),
            None => None,
        };
        let (connection, replaced) = match &paths {
            None => (file::connect_in_memory().await?, false),
            Some(paths) => match paths.connect().await {
                Err(OpenError::Use(error)) if error.is_corrupt() => {
                    paths.remove().map_err(OpenError::Directory)?;
                    (paths.connect().await?, true)
                }
                other => (other?, false),
            },
        };
        let mut state = Self {
            owner: Owner {
                organization: device.organization,
                device: device.id,
            },
            device,
            parts,
            paths,
            connection,
            item: CacheItem::default(),
            table: KeyTable::default(),
            digest: [0; 32],
            next_slot: 0,
            rows: BTreeMap::new(),
            indexes: BTreeMap::new(),
            broken: BTreeMap::new(),
            health: Health::Stale,
            fault: None,
            _lock: lock,
        };
        let found = match state.load().await {
            Err(error) if error.is_corrupt() => {
                state.health = Health::Corrupt;
                state.ready().await?;
                Found::Replaced
            }
            Ok(Found::RolledBack) if replaced => Found::Replaced,
            other => other?,
        };
        Ok((state, found))
    }

    /// Makes the state sound again after a change broke off.
    pub(crate) async fn ready(&mut self) -> Result<(), CacheError> {
        if self.health == Health::Corrupt {
            self.replace().await?;
        }
        if self.health != Health::Sound {
            file::roll_back(&mut self.connection).await;
            self.load().await?;
        }
        Ok(())
    }

    /// Puts an empty file in the place of a damaged one.
    async fn replace(&mut self) -> Result<(), CacheError> {
        let Some(paths) = self.paths.clone() else {
            return Err(CacheError::Interrupted);
        };
        let unwrap = |error| match error {
            OpenError::Use(error) => error,
            _ => CacheError::ReadOnly,
        };
        let memory = file::connect_in_memory().await.map_err(unwrap)?;
        file::close(std::mem::replace(&mut self.connection, memory)).await;
        paths.remove().map_err(|_| CacheError::ReadOnly)?;
        self.connection = paths.connect().await.map_err(unwrap)?;
        self.health = Health::Stale;
        Ok(())
    }

    /// Reads keyring and key table, finishes what a crash left half done, and begins anew where they do not fit.
    async fn load(&mut self) -> Result<Found, CacheError> {
        self.indexes.clear();
        self.broken.clear();
        let kept = self.load_item().await?;
        let row = self.load_row().await?;
        let found = match (kept, row) {
            (None, None) => self.begin(CacheItem::default(), 0).await.map(|()| Found::Fresh)?,
            (None, Some(row)) => self
                .begin(CacheItem::default(), row.generation)
                .await
                .map(|()| Found::KeyLost)?,
            (Some(item), None) => {
                let found = if item.generation == 0 {
                    Found::Fresh
                } else {
                    Found::RolledBack
                };
                self.begin(item, 0).await.map(|()| found)?
            }
            (Some(item), Some(row)) => self.fit(item, row).await?,
        };
        self.health = Health::Sound;
        Ok(found)
    }

    async fn fit(&mut self, item: CacheItem, row: TableRow) -> Result<Found, CacheError> {
        let key = item.key_of(row.generation);
        let table = key.and_then(|key| KeyTable::open(self.owner, row.generation, &key, &row.sealed).ok());
        let Some(table) = table else {
            return self.begin(item, row.generation).await.map(|()| Found::RolledBack);
        };
        self.rows = self.load_rows().await?;
        (self.table, self.next_slot) = (table, row.next_slot);
        self.digest = sha256(&row.sealed);
        let settled = item.settled(row.generation);
        let left_half_done = item.pending.is_some();
        self.item = settled;
        if left_half_done {
            self.save_item().await?;
            file::truncate_log(&mut self.connection).await?;
        }
        Ok(Found::Fits)
    }

    /// Drops whatever is in the file and starts the next generation.
    async fn begin(&mut self, mut item: CacheItem, seen: u64) -> Result<(), CacheError> {
        item.raise(seen, self.parts.entropy.as_ref());
        self.item = item;
        self.table = KeyTable::default();
        self.next_slot = 1;
        let rows = std::mem::take(&mut self.rows);
        drop(rows);
        self.rotate(Plan::wiping(1)).await
    }

    async fn load_row(&mut self) -> Result<Option<TableRow>, CacheError> {
        let row = sqlx::query("SELECT generation, next_slot, sealed FROM key_table WHERE id = 1")
            .fetch_optional(&mut self.connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(TableRow {
            generation: number(row.try_get(0)?),
            next_slot: number(row.try_get(1)?),
            sealed: row.try_get(2)?,
        }))
    }

    async fn load_rows(&mut self) -> Result<BTreeMap<u64, Book>, CacheError> {
        let rows = sqlx::query("SELECT slot, book FROM sheets")
            .fetch_all(&mut self.connection)
            .await?;
        let mut found = BTreeMap::new();
        for row in rows {
            // A number that is no book of this form counts as a damaged page of the book that can be fetched again.
            let book = Book::from_number(row.try_get(1)?).unwrap_or(Book::Secrets);
            found.insert(number(row.try_get(0)?), book);
        }
        Ok(found)
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.paths.is_some()
    }
}

/// Numbers in the file are never negative.
pub(crate) fn number(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// Numbers of ours never reach the sign.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

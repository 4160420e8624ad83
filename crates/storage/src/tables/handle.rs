//! One connection at work: reading, or holding the lock.

use super::{Connection, Db, HEAD_UNDER_LOCK, cells::Cells};
use crate::{Digest, Result, StorageError, known_edge::KnownEdge, log::Head, raw_id::int, translate::said};
use claviger_model::{ids::PrincipalId, time::Timestamp};
use sqlx::{Pool, Transaction, pool::PoolConnection};
use std::{collections::HashMap, sync::Arc};

/// Implements every trait of this crate; what it may do is decided by the trait under which it is handed out.
pub struct Handle {
    link: Link,
    held: Option<Held>,
}

enum Link {
    Plain(PoolConnection<Db>),
    Open(Transaction<'static, Db>),
}

/// What a transaction under the lock knows.
pub struct Held {
    /// The head, with this transaction's changes except for the epoch.
    pub head: Head,
    /// The time that counts.
    pub now: Timestamp,
    /// The log or its origin changed.
    pub log_changed: bool,
    /// An append began and did not end: what it wrote must not be committed.
    pub appending: bool,
    /// The edge of the last append.
    pub known: Arc<KnownEdge>,
    /// The head as this transaction has written it already.
    pub written: Option<Head>,
    /// The last links of subjects, where they were read before the append: none for who has no leaf yet.
    pub links: HashMap<PrincipalId, Option<(u64, Digest)>>,
}

impl Handle {
    /// A connection for single reads.
    pub async fn reader(pool: &Pool<Db>) -> Result<Self> {
        Ok(Self {
            link: Link::Plain(pool.acquire().await?),
            held: None,
        })
    }

    /// A connection for reads of one state.
    pub async fn snapshot(pool: &Pool<Db>, begin: &'static str) -> Result<Self> {
        Ok(Self {
            link: Link::Open(pool.begin_with(begin).await?),
            held: None,
        })
    }

    /// Takes the lock. `own_clock` is the injected time, where the database's does not count.
    pub async fn locked(
        pool: &Pool<Db>,
        begin: &'static str,
        known: Arc<KnownEdge>,
        own_clock: impl FnOnce() -> Option<Timestamp> + Send,
    ) -> Result<Self> {
        let mut transaction = pool.begin_with(begin).await?;
        let row = sqlx::query(HEAD_UNDER_LOCK).fetch_one(&mut *transaction).await?;
        let mut cells = Cells::of(&row);
        let head = head(&mut cells)?;
        let database_time = cells.time()?;
        // Read after the wait for the lock, as the database's is.
        let now = own_clock().unwrap_or(database_time).max(head.last_time);
        let held = Held {
            head,
            now,
            log_changed: false,
            appending: false,
            known,
            written: None,
            links: HashMap::new(),
        };
        Ok(Self {
            link: Link::Open(transaction),
            held: Some(held),
        })
    }

    /// The connection.
    pub fn db(&mut self) -> &mut Connection {
        match &mut self.link {
            Link::Plain(connection) => connection,
            Link::Open(transaction) => transaction,
        }
    }

    /// What the lock gives; the traits with writes are implemented for whoever has it.
    pub fn held(&mut self) -> Result<&mut Held> {
        self.held
            .as_mut()
            .ok_or_else(|| StorageError::Query(said("a write outside the lock")))
    }

    /// The same without the right to change it.
    pub const fn holding(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    /// Writes the head and commits. The head is written even if it stands as it stood: PostgreSQL answers the commit of a
    /// transaction in which something failed with success and a rollback, but refuses the statement before it.
    pub async fn finish(mut self) -> Result<()> {
        if let Some(held) = self.held.take() {
            if held.appending {
                return Err(StorageError::Query(said(
                    "an append to the log failed in this transaction",
                )));
            }
            if held.written.as_ref() != Some(&held.head) {
                self.write_head(&held).await?;
            }
        }
        match self.link {
            Link::Plain(_) => Ok(()),
            Link::Open(transaction) => transaction.commit().await.map_err(StorageError::committing),
        }
    }

    async fn write_head(&mut self, held: &Held) -> Result<()> {
        let head = &held.head;
        if held.log_changed {
            sqlx::query(
                "UPDATE log_head SET next_index = $1, last_time = $2, sync_cursor = $3, sync_floor = $4, origin = $5, \
                 edge = $6, checkpoint = $7 WHERE id = 1",
            )
            .bind(int(head.next_index))
            .bind(head.last_time.millis())
            .bind(int(head.sync_cursor))
            .bind(int(head.sync_floor))
            .bind(&head.origin)
            .bind(&head.edge)
            .bind(&head.checkpoint)
            .execute(self.db())
            .await?;
        } else {
            sqlx::query("UPDATE log_head SET sync_cursor = $1, sync_floor = $2 WHERE id = 1")
                .bind(int(head.sync_cursor))
                .bind(int(head.sync_floor))
                .execute(self.db())
                .await?;
        }
        Ok(())
    }
}

/// Reads `head_columns!`.
pub fn head(cells: &mut Cells<'_>) -> Result<Head> {
    Ok(Head {
        next_index: cells.number()?,
        epoch: cells.number()?,
        last_time: cells.time()?,
        sync_cursor: cells.number()?,
        sync_floor: cells.number()?,
        origin: cells.take()?,
        edge: cells.take()?,
        checkpoint: cells.take()?,
        keys: cells.number()?,
    })
}

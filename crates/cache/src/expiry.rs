//! Time in the cache: contacts with the server, the high-water mark, and what ends by itself (rules 21 and 22).

use crate::{
    book::{Book, Edits},
    boot::BootTime,
    cache::Cache,
    documents,
    error::CacheError,
    high_water::{ClockSetBack, HighWater},
    state::State,
};
use claviger_model::time::Timestamp;
use std::time::Duration;

/// How long names and history may be kept without a contact (rule 21).
pub const NAMES_LEASE: Duration = Duration::from_secs(7 * 24 * 3600);

/// What ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Expired {
    pub(crate) names: bool,
    pub(crate) leases: bool,
}

impl Cache {
    /// The present time as far as it is known: max(wall clock, high-water mark).
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn now(&self) -> Result<Timestamp, CacheError> {
        self.detached(|mut state| async move { state.now().await }).await
    }

    /// Whether offline use is allowed by the clock (rule 22).
    ///
    /// # Errors
    /// The outer one when the cache fails, the inner one when offline use is locked.
    pub async fn check_clock(&self) -> Result<Result<(), ClockSetBack>, CacheError> {
        self.detached(|mut state| async move { state.check_clock().await })
            .await
    }

    /// When the server was last heard of; none before the first contact. The age of everything that is shown offline.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn last_contact(&self) -> Result<Option<Timestamp>, CacheError> {
        self.detached(|mut state| async move { Ok(state.water().await?.map(HighWater::last_contact)) })
            .await
    }

    /// Notes a contact with the server: its time moves the high-water mark and begins the names' lease anew.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn contact(&self, server: Timestamp) -> Result<(), CacheError> {
        self.detached(move |mut state| async move {
            let mut edits = Edits::default();
            state.note_contact(server, &mut edits).await?;
            state.commit(edits).await
        })
        .await
    }

    /// To be called about every minute: moves the mark, destroys leases and names that ended, and the keys of leases and pages
    /// that were replaced. True when leases or names ended.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn tick(&self) -> Result<bool, CacheError> {
        self.detached(|mut state| async move {
            let expired = state.expire().await?;
            state.mend().await?;
            Ok(expired.names || expired.leases)
        })
        .await
    }
}

impl State {
    pub(crate) async fn water(&mut self) -> Result<Option<HighWater>, CacheError> {
        self.read(documents::CLOCK).await
    }

    fn boot(&self) -> Option<BootTime> {
        self.parts.boot.now()
    }

    pub(crate) async fn now(&mut self) -> Result<Timestamp, CacheError> {
        let (wall, boot) = (self.parts.clock.now(), self.boot());
        Ok(self.water().await?.map_or(wall, |water| water.now(wall, boot)))
    }

    pub(crate) async fn check_clock(&mut self) -> Result<Result<(), ClockSetBack>, CacheError> {
        let (wall, boot) = (self.parts.clock.now(), self.boot());
        Ok(self
            .water()
            .await?
            .map_or(Ok(()), |water| water.check(wall, boot)))
    }

    pub(crate) async fn note_contact(
        &mut self,
        server: Timestamp,
        edits: &mut Edits,
    ) -> Result<(), CacheError> {
        let boot = self.boot();
        let water = match self.water().await? {
            Some(water) => water.contact(server, boot),
            None => HighWater::first(server, boot),
        };
        edits.put_document(documents::CLOCK, &water)
    }

    /// Seals the mark as it stands now.
    pub(crate) async fn advance(&mut self, edits: &mut Edits) -> Result<(), CacheError> {
        let boot = self.boot();
        match self.water().await? {
            Some(water) => edits.put_document(documents::CLOCK, &water.advanced(boot)),
            None => Ok(()),
        }
    }

    /// Destroys what ended, and the keys of what was replaced.
    pub(crate) async fn expire(&mut self) -> Result<Expired, CacheError> {
        let now = self.now().await?;
        let mut edits = Edits::default().destroying();
        self.advance(&mut edits).await?;
        let ended: Vec<_> = self
            .lease_heads()
            .await?
            .into_iter()
            .filter(|lease| lease.expires_at <= now)
            .collect();
        for lease in &ended {
            edits.remove(Book::Leases, *lease.secret.as_bytes());
        }
        let contact = self.water().await?.map(HighWater::last_contact);
        let names =
            contact.is_some_and(|contact| now.since(contact) >= NAMES_LEASE) && self.has_names().await?;
        if names {
            forget_names(&mut edits);
        }
        // Moving the mark alone needs no new key for its page.
        edits.destroy = names || !ended.is_empty() || self.has_dead_keys();
        self.commit(edits).await?;
        Ok(Expired {
            names,
            leases: !ended.is_empty(),
        })
    }

    /// The same at the start. Where the disk takes nothing and nothing has ended, the mark alone stays behind: what is stored
    /// can be seen then. Values cannot, since no read can be journaled.
    pub(crate) async fn expire_at_start(&mut self) -> Result<Expired, CacheError> {
        match self.expire().await {
            Err(error @ (CacheError::DiskFull | CacheError::ReadOnly)) => {
                self.ready().await?;
                if self.has_ended().await? {
                    return Err(error);
                }
                tracing::warn!(%error, "the cache opens, and cannot be written");
                Ok(Expired::default())
            }
            done => done,
        }
    }

    /// Whether a lease or the names ended and are still there.
    async fn has_ended(&mut self) -> Result<bool, CacheError> {
        let now = self.now().await?;
        let leases = self.lease_heads().await?;
        let contact = self.water().await?.map(HighWater::last_contact);
        let names = contact.is_some_and(|contact| now.since(contact) >= NAMES_LEASE);
        Ok(leases.iter().any(|lease| lease.expires_at <= now) || (names && self.has_names().await?))
    }

    async fn has_names(&mut self) -> Result<bool, CacheError> {
        let rows = self.rows.values().any(|book| Book::NAMES.contains(book));
        Ok(rows
            || self
                .record(Book::Documents, &documents::ENTITLEMENT.id())
                .await?
                .is_some())
    }

    fn has_dead_keys(&self) -> bool {
        self.table
            .dead(self.next_slot, |slot| self.rows.contains_key(&slot))
            .next()
            .is_some()
    }
}

/// Names and history, and the cursor, so that the next sync brings all of it again.
pub(crate) fn forget_names(edits: &mut Edits) {
    for book in Book::NAMES {
        edits.clear(book);
    }
    edits.remove(Book::Documents, documents::CURSOR.id());
    edits.remove(Book::Documents, documents::ENTITLEMENT.id());
}

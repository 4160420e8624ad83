//! Once a minute: leases and names end, the clock is looked at, the lock and the identity provider's hour come.

use super::{Inner, Live};
use crate::{
    session::read_book,
    view::{event::ChangedArea, state::LockReason},
};
use claviger_cache::CacheError;
use std::sync::Arc;
use tokio::time::MissedTickBehavior;

/// Ticks until it is stopped.
pub(super) async fn keep_ticking(inner: Arc<Inner>, live: Arc<Live>) {
    let mut ticks = tokio::time::interval(inner.parts.timings.tick);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = inner.tick(&live).await {
            tracing::warn!(%error, "leases could not be looked at");
        }
    }
}

impl Inner {
    async fn tick(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), CacheError> {
        if self.is_idle() {
            self.lock_later(LockReason::Idle);
            return Ok(());
        }
        self.keep_presence(None);
        if live.cache.tick().await? {
            self.read_leases(live).await?;
            self.read_names(live).await?;
            self.board.changed(
                &[ChangedArea::Places, ChangedArea::Secrets, ChangedArea::Devices],
                &[],
            );
        }
        if live.ends_at <= self.now() && !live.is_over() {
            self.session_over(live);
        }
        if !self.is_online() && live.cache.check_clock().await?.is_err() {
            self.lock_later(LockReason::Clock);
            return Ok(());
        }
        if self.reassert_is_due(live).await
            && let Err(error) = self.reassert(live).await
        {
            tracing::info!(%error, "the identity provider was not asked again yet");
        }
        Ok(())
    }

    /// Reads anew what can be read offline, after some of it ended.
    ///
    /// # Errors
    /// When the cache fails.
    pub(crate) async fn read_leases(&self, live: &Live) -> Result<(), CacheError> {
        let leases = live.cache.leases().await?;
        live.change_book(|book| {
            book.leases = Arc::new(leases.into_iter().map(|lease| (lease.secret, lease)).collect());
        });
        Ok(())
    }

    /// Shows anew what of the journal is not in the history yet.
    ///
    /// # Errors
    /// When the cache fails.
    pub(crate) async fn read_journal(&self, live: &Live) -> Result<(), CacheError> {
        let tail = live.cache.unsent().await?;
        let changed = live.change_book(|book| {
            let before = Arc::clone(&book.journal);
            book.put_journal(tail, live.device);
            before != book.journal
        });
        if changed {
            self.board.changed(&[ChangedArea::History], &[]);
        }
        Ok(())
    }

    /// Lets names go that ended by themselves, after a week without contact.
    async fn read_names(&self, live: &Live) -> Result<(), CacheError> {
        let ended = live.cache.stored().await?.entitlement.is_none();
        if ended && live.book().entitlement.is_some() {
            let (mut book, cursor) = read_book(&live.cache, live.device).await?;
            live.set_cursor(cursor);
            live.change_book(|old| {
                book.log = old.log.clone();
                *old = book;
            });
        }
        Ok(())
    }

    /// Locks in a task of its own, since this one ends with the lock.
    fn lock_later(self: &Arc<Self>, reason: LockReason) {
        let inner = Arc::clone(self);
        tokio::spawn(async move { inner.lock(reason).await });
    }
}

//! A round of sync, and the loop of them.

use super::{ReleaseError, SyncError};
use crate::{
    account::AccountError,
    problem::cache_problem,
    session::CallError,
    state::{Inner, Live},
    view::event::ChangedArea,
};
use claviger_cache::CacheError;
use std::{sync::Arc, time::Duration};

impl Inner {
    /// Syncs at once and waits for it.
    ///
    /// # Errors
    /// When the server is not reached, or something could not be stored.
    pub(crate) async fn sync_now(self: &Arc<Self>) -> Result<(), SyncError> {
        let live = self.live()?;
        self.sync(&live).await
    }

    /// Asks the background for a sync soon.
    pub(crate) fn hint_sync(&self) {
        if let Ok(live) = self.live() {
            live.wake.notify_one();
        }
    }

    /// One round.
    ///
    /// # Errors
    /// As [`Inner::sync_now`]. A log that does not hold is told to the person and is no error of the round.
    pub(crate) async fn sync(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), SyncError> {
        let _turn = live.sync_turn.lock().await;
        match self.device_round(live).await {
            Ok(true) => {
                self.end_later(live, None);
                return Err(CallError::SignedOut.into());
            }
            Ok(false) => {}
            Err(SyncError::Call(error)) if error.is_offline() => return Err(error.into()),
            // Somebody else answers, or somebody else's keys were put in: nothing of it is taken.
            Err(SyncError::Server(error @ AccountError::KeysChanged)) => return Err(error.into()),
            // What cannot be sent or obeyed now must not keep the rest from coming.
            Err(error) => tracing::warn!(%error, "journal or orders wait for the next round"),
        }
        if live.is_over() {
            return Err(CallError::SessionOver.into());
        }
        let known = live
            .book()
            .me
            .as_ref()
            .is_some_and(|me| me.session.id == live.session_id);
        if !known {
            self.learn_me(live).await?;
            self.show_standing();
        }
        let mut told = 0;
        let stored = loop {
            match self.sync_page(live).await {
                Ok(page) => {
                    told = page.history;
                    if !page.more {
                        break Ok(page.orders);
                    }
                }
                Err(SyncError::Cache(CacheError::OutOfStep { stored })) => live.set_cursor(stored),
                Err(error) => break Err(error),
            }
        };
        let orders = stored?;
        live.synced(self.now());
        self.note_progress(live, None);
        if self.needs_history(live, told).await {
            match self.follow_history(live).await {
                Ok(()) => self.board.changed(&[ChangedArea::History], &[]),
                Err(SyncError::Log(words)) => tracing::error!(words, "the log does not hold"),
                Err(error) => return Err(error),
            }
        }
        self.show_standing();
        match self.renew_kept(live).await {
            Ok(()) => {}
            Err(ReleaseError::Call(error)) if error.is_offline() => return Err(error.into()),
            Err(error) => tracing::warn!(%error, "copies for offline use were not brought up to date"),
        }
        if orders > 0 {
            // Given after this round looked for them.
            live.wake.notify_one();
        }
        Ok(())
    }
}

/// Syncs until it is stopped: after each hint, at the latest at each poll, and when something changes or ends by itself.
pub(crate) async fn keep_in_sync(inner: Arc<Inner>, live: Arc<Live>) {
    let timings = inner.parts.timings;
    let mut pause = timings.reconnect_first;
    loop {
        let wait = match inner.sync(&live).await {
            Ok(()) => {
                pause = timings.reconnect_first;
                if live.cache.is_stored() {
                    inner.note_storage(None);
                }
                until_next(&inner, &live)
            }
            Err(SyncError::Call(error)) if error.is_offline() && !live.is_over() => {
                tracing::debug!(%error, "no way to the server");
                let wait = inner.jittered(pause);
                pause = pause.saturating_mul(2).min(timings.reconnect_last);
                wait
            }
            Err(error) => {
                tracing::warn!(%error, "a sync was not finished");
                if let SyncError::Cache(error) = &error {
                    inner.note_storage(Some(cache_problem(error)));
                }
                timings.poll
            }
        };
        tokio::select! {
            () = live.wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

impl Inner {
    /// A pause, a little shorter at random, so that many devices do not come back in one moment.
    pub(super) fn jittered(&self, pause: Duration) -> Duration {
        let mut random = [0];
        self.parts.entropy.fill(&mut random);
        let [random] = random;
        // Between a half and the whole.
        pause.saturating_mul(256_u32.saturating_add(u32::from(random))) / 512
    }
}

/// Until the poll, until the entitlement changes by itself, or until a copy for offline use wants to be fetched anew.
fn until_next(inner: &Inner, live: &Live) -> Duration {
    let (book, now) = (live.book(), inner.now());
    let changes_at = book
        .entitlement
        .as_ref()
        .and_then(|entitlement| entitlement.valid_until);
    let soonest = changes_at.into_iter().chain(book.renew_at(now)).min();
    let left = soonest.map(|at| at.since(now).max(Duration::from_secs(1)));
    left.map_or(inner.parts.timings.poll, |left| {
        left.min(inner.parts.timings.poll)
    })
}

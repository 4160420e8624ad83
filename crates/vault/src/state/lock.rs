//! Locking: closes the cache and lets keys, tokens and names go. Unlocking takes them from the keyring again.

use super::{Inner, person, place::Locked};
use crate::{
    account::file,
    session::SessionError,
    view::{
        device::Settings,
        state::{Connection, LockReason, UnlockWay},
    },
};
use claviger_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::{path::Path, sync::Arc, sync::atomic::Ordering, time::Duration};

const FILE: &str = "presence.json";

/// Whether the person was there; outlives the program, so that a restart is no way around the lock.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Presence {
    /// The person was last seen.
    active_at: Timestamp,
    /// Locked since then.
    locked: Option<(Timestamp, LockReason)>,
}

/// The lock that was left behind, or that time made since.
pub(super) fn kept(directory: &Path, settings: &Settings, now: Timestamp) -> Option<(Timestamp, LockReason)> {
    let presence: Presence = file::read(directory, FILE).ok().flatten()?;
    if presence.locked.is_some() {
        return presence.locked;
    }
    let patience = settings.lock_after_minutes.map(minutes)?;
    (now.since(presence.active_at) >= patience).then_some((now, LockReason::Idle))
}

impl Inner {
    /// Locks; nothing happens where nobody is signed in.
    pub(crate) async fn lock(self: &Arc<Self>, reason: LockReason) {
        let _turn = self.turn.lock().await;
        if self.place().live.is_some() {
            self.close_locked(self.now(), reason).await;
        }
    }

    /// Locks what is open. The caller has the turn.
    pub(crate) async fn close_locked(self: &Arc<Self>, since: Timestamp, reason: LockReason) {
        let Some(live) = self.place().live.clone() else {
            return;
        };
        let unlock = if live.stored {
            UnlockWay::Device
        } else {
            UnlockWay::SignIn
        };
        let person = person::person(&live.book(), live.principal);
        self.close().await;
        {
            let mut place = self.place();
            place.locked = Some(Locked {
                since,
                reason,
                person,
                unlock,
            });
            // Without a keyring the keys would be lost for good, and with them the way to sign in as the same device.
            if live.stored {
                place.identity = None;
            }
        }
        self.keep_presence(Some((since, reason)));
        self.board
            .change(|state| state.connection = Connection::Connecting);
        self.show_standing();
        self.watch_closed();
    }

    /// Opens again.
    pub(crate) async fn unlock(self: &Arc<Self>) -> Result<(), SessionError> {
        if self.place().locked.is_some() {
            // The watch over the closed cache would hold its file and the turn.
            self.place().tasks = None;
        }
        let _turn = self.turn.lock().await;
        let locked = self.place().locked.clone();
        let Some(locked) = locked else {
            return if self.place().live.is_some() {
                Ok(())
            } else {
                Err(SessionError::SignedOut)
            };
        };
        if locked.unlock == UnlockWay::SignIn {
            return Err(SessionError::SignInFirst);
        }
        let opened = self.reopen().await;
        match opened {
            Ok(true) => {}
            other => {
                self.watch_closed();
                return other.and(Err(SessionError::SignInFirst));
            }
        }
        if let Err(error) = self.check_opened().await {
            self.close_locked(locked.since, LockReason::Clock).await;
            return Err(error);
        }
        self.note_activity();
        self.keep_presence(None);
        Ok(())
    }

    /// The person is there.
    pub(crate) fn note_activity(&self) {
        self.active_at.store(self.now().millis(), Ordering::Relaxed);
    }

    /// Whether nobody was there for as long as the settings allow.
    pub(super) fn is_idle(&self) -> bool {
        let active_at = Timestamp::from_millis(self.active_at.load(Ordering::Relaxed));
        self.settings()
            .lock_after_minutes
            .is_some_and(|after| self.now().since(active_at) >= minutes(after))
    }

    /// Remembers whether the person was there.
    pub(super) fn keep_presence(&self, locked: Option<(Timestamp, LockReason)>) {
        let active_at = Timestamp::from_millis(self.active_at.load(Ordering::Relaxed));
        if let Err(error) = file::write(&self.parts.directory, FILE, &Presence { active_at, locked }) {
            tracing::debug!(%error, "a restart will not know of the lock");
        }
    }

    /// A clock that was set back locks offline use, unless the server is there to go by.
    async fn check_opened(self: &Arc<Self>) -> Result<(), SessionError> {
        let live = self.live().map_err(|_| SessionError::SignedOut)?;
        let Err(set_back) = live.cache.check_clock().await? else {
            return Ok(());
        };
        match self.access(&live).await {
            Ok(_) => Ok(()),
            Err(_) => Err(set_back.into()),
        }
    }
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

//! What the vault is right now: who is there, what is open, what the page was told.
//!
//! [`Inner`] is shared by everything. Changes of who is there (sign-in, lock, order to destroy everything) take [`Inner::turn`],
//! so that they come one after another; everything else works on the [`Live`] that it took at its beginning.

mod board;
pub(crate) mod book;
mod connection;
mod keyring;
mod lifecycle;
mod live;
mod lock;
pub(crate) mod person;
mod place;
mod settings;
mod standing;
mod start;
mod tick;

pub(crate) use board::Board;
pub(crate) use lifecycle::{Lifecycle, Tasks};
pub(crate) use live::{Gone, Live, LiveParts};
pub(crate) use place::Place;

use crate::{session::CallError, vault::VaultParts, view::device::Settings};
use book::Book;
use claviger_cache::Parts;
use claviger_model::time::Timestamp;
use claviger_sign_in::door::Door;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicI64};

/// What all clones of a vault share.
pub(crate) struct Inner {
    /// From outside.
    pub(crate) parts: VaultParts,
    /// What the page is told.
    pub(crate) board: Board,
    /// Held while it changes who is there.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// Lets one sign-in through at a time.
    pub(crate) door: Door,
    place: Mutex<Place>,
    settings: Mutex<Settings>,
    active_at: AtomicI64,
}

impl Inner {
    /// Knows nothing yet.
    pub(crate) fn new(parts: VaultParts) -> Self {
        let now = parts.clock.now();
        Self {
            board: Board::default(),
            turn: tokio::sync::Mutex::default(),
            door: Door::new(),
            place: Mutex::default(),
            settings: Mutex::new(settings::load(&parts.directory)),
            active_at: AtomicI64::new(now.millis()),
            parts,
        }
    }

    /// The wall clock's time, for what is shown; offline leases go by the cache's own.
    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Everything of whoever is signed in and not locked.
    ///
    /// # Errors
    /// When nobody is, or the vault is locked.
    pub(crate) fn live(&self) -> Result<Arc<Live>, CallError> {
        let place = self.place();
        match &place.live {
            Some(live) => Ok(Arc::clone(live)),
            None if place.locked.is_some() => Err(CallError::Locked),
            None => Err(CallError::SignedOut),
        }
    }

    /// Whether the person is still there for whom something was fetched: nothing is handed out behind a lock, or to whoever came since.
    ///
    /// # Errors
    /// When the vault is locked, was since, or nobody is signed in.
    pub(crate) fn still(&self, live: &Arc<Live>) -> Result<(), CallError> {
        if Arc::ptr_eq(&self.live()?, live) {
            Ok(())
        } else {
            Err(CallError::Locked)
        }
    }

    /// A snapshot of what is known; to be let go soon.
    ///
    /// # Errors
    /// As [`Inner::live`].
    pub(crate) fn book(&self) -> Result<Arc<Book>, CallError> {
        self.live().map(|live| live.book())
    }

    /// Where the person stands; never held across an await.
    pub(crate) fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the cache is given.
    pub(crate) fn cache_parts(&self) -> Parts {
        Parts {
            clock: Arc::clone(&self.parts.clock),
            boot: Arc::clone(&self.parts.boot),
            entropy: Arc::clone(&self.parts.entropy),
            keys: Arc::clone(&self.parts.keys),
        }
    }
}

#[cfg(test)]
mod keys_tests;
#[cfg(test)]
mod storage_tests;
#[cfg(test)]
mod tests;

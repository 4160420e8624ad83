//! An open vault: one person on this device, signed in, with the cache open.

use super::book::{Book, Learned};
use crate::{
    account::Server,
    api::Api,
    cases::{Creating, import::ReadFile},
    session::Session,
    sync::{Attempts, LogWatch, Told},
};
use claviger_cache::Cache;
use claviger_crypto::sealing::ReleaseReceiver;
use claviger_model::{
    ids::{DeviceId, PrincipalId, SecretId, SessionId},
    time::Timestamp,
};
use claviger_protocol::problem::Problem;
use claviger_sign_in::{device_keys::DeviceKeys, provider::Provider};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;

/// What is open; dropped at the lock, with tokens and names.
pub(crate) struct Live {
    /// The pinned server.
    pub(crate) server: Arc<Server>,
    /// This device's keys.
    pub(crate) keys: DeviceKeys,
    /// Whether the keyring has them.
    pub(crate) stored: bool,
    /// As the server calls it.
    pub(crate) device: DeviceId,
    /// Who is signed in.
    pub(crate) principal: PrincipalId,
    /// The session.
    pub(crate) session_id: SessionId,
    /// When the identity provider must vouch anew in the browser.
    pub(crate) ends_at: Timestamp,
    /// Speaks to the server.
    pub(crate) api: Api,
    /// Open.
    pub(crate) cache: Cache,
    /// Its tokens.
    pub(crate) session: tokio::sync::Mutex<Session>,
    /// Held while tokens are renewed, and taken before the session.
    pub(crate) refresh_turn: tokio::sync::Mutex<()>,
    /// Held while the provider is asked: its refresh token serves once.
    pub(crate) reassert_turn: tokio::sync::Mutex<()>,
    /// Discovered at its first use.
    pub(crate) provider: tokio::sync::Mutex<Option<Provider>>,
    /// Held by a round of sync.
    pub(crate) sync_turn: tokio::sync::Mutex<()>,
    /// Held while journal and orders are handled.
    pub(crate) device_turn: tokio::sync::Mutex<()>,
    /// Held while copies for offline use are fetched or destroyed, so that each value has one event.
    pub(crate) lease_turn: tokio::sync::Mutex<()>,
    /// Values that could not be kept.
    pub(crate) attempts: Attempts,
    /// What is pinned of the log; held while a checkpoint is compared.
    pub(crate) log: tokio::sync::Mutex<LogWatch>,
    /// Wakes the sync.
    pub(crate) wake: Notify,
    /// The newest HPKE context, by its encapsulated key; in memory only (rule 28).
    pub(crate) receiver: Mutex<Option<(Vec<u8>, ReleaseReceiver)>>,
    /// The cursor to sync from.
    pub(crate) cursor: AtomicU64,
    /// Secrets that were seen since this was opened and are gone; tells what a page that shows one still asks for.
    gone: Mutex<HashMap<SecretId, Gone>>,
    /// The creation whose outcome is not known.
    pub(crate) creating: Creating,
    /// A `.env` file that was read and waits to be imported.
    pub(crate) import: Mutex<Option<ReadFile>>,
    /// The fresh sign-in that the server asked for while a page was shown.
    asked_afresh: Mutex<Option<Problem>>,
    told: Told,
    book: RwLock<Arc<Book>>,
    last_sync: AtomicI64,
    over: AtomicBool,
    ending: AtomicBool,
}

/// Why a secret is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gone {
    /// It was deleted, or the person may not know of it any more.
    Removed,
    /// The person's access ended.
    AccessEnded,
}

/// What a [`Live`] is made of.
pub(crate) struct LiveParts {
    pub(crate) server: Arc<Server>,
    pub(crate) keys: DeviceKeys,
    pub(crate) stored: bool,
    pub(crate) device: DeviceId,
    pub(crate) principal: PrincipalId,
    pub(crate) api: Api,
    pub(crate) cache: Cache,
    pub(crate) session: Session,
    pub(crate) log: LogWatch,
    pub(crate) book: Book,
    pub(crate) cursor: u64,
}

impl Live {
    /// Puts an open vault together.
    pub(crate) fn new(parts: LiveParts) -> Self {
        Self {
            server: parts.server,
            keys: parts.keys,
            stored: parts.stored,
            device: parts.device,
            principal: parts.principal,
            session_id: parts.session.id,
            ends_at: parts.session.ends_at,
            api: parts.api,
            cache: parts.cache,
            session: tokio::sync::Mutex::new(parts.session),
            refresh_turn: tokio::sync::Mutex::default(),
            reassert_turn: tokio::sync::Mutex::default(),
            provider: tokio::sync::Mutex::default(),
            sync_turn: tokio::sync::Mutex::default(),
            device_turn: tokio::sync::Mutex::default(),
            lease_turn: tokio::sync::Mutex::default(),
            attempts: Attempts::default(),
            log: tokio::sync::Mutex::new(parts.log),
            wake: Notify::new(),
            receiver: Mutex::default(),
            cursor: AtomicU64::new(parts.cursor),
            gone: Mutex::default(),
            creating: Creating::default(),
            import: Mutex::default(),
            asked_afresh: Mutex::default(),
            told: Told::default(),
            book: RwLock::new(Arc::new(parts.book)),
            last_sync: AtomicI64::new(i64::MIN),
            over: AtomicBool::new(false),
            ending: AtomicBool::new(false),
        }
    }

    /// What each sync tells anew.
    pub(crate) const fn told(&self) -> &Told {
        &self.told
    }

    /// Notes which fresh sign-in was asked for.
    pub(crate) fn note_asked_afresh(&self, asked: Problem) {
        *self.asked_afresh.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
    }

    /// The fresh sign-in that was asked for last, once.
    pub(crate) fn take_asked_afresh(&self) -> Option<Problem> {
        self.asked_afresh
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// A snapshot of what is known; to be let go soon.
    pub(crate) fn book(&self) -> Arc<Book> {
        Arc::clone(&self.book.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the book; what readers hold stays as it was.
    pub(crate) fn change_book<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut book))
    }

    /// Puts what the server told into the book.
    pub(crate) fn learn(&self, learned: &Learned) {
        self.change_book(|book| book.learn(learned));
    }

    /// Notes why secrets go that were seen; to be called while they are still in the book.
    pub(crate) fn note_gone(&self, secrets: impl IntoIterator<Item = SecretId>, why: Gone) {
        let book = self.book();
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets {
            if book.secrets.contains_key(&secret) {
                gone.insert(secret, why);
            } else if let Some(known) = gone.get_mut(&secret) {
                *known = why.max(*known);
            }
        }
    }

    /// Why a secret went that was seen since this was opened.
    pub(crate) fn gone(&self, secret: SecretId) -> Option<Gone> {
        self.gone
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&secret)
            .copied()
    }

    /// When everything was brought last.
    pub(crate) fn last_sync(&self) -> Option<Timestamp> {
        let millis = self.last_sync.load(Ordering::Relaxed);
        (millis != i64::MIN).then(|| Timestamp::from_millis(millis))
    }

    /// Notes that everything was brought.
    pub(crate) fn synced(&self, at: Timestamp) {
        self.last_sync.store(at.millis(), Ordering::Relaxed);
    }

    /// Whether the session's time is over; offline use goes on.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Notes that the session's time is over.
    pub(crate) fn set_over(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether the caller is the first who ends it.
    pub(crate) fn begin_ending(&self) -> bool {
        !self.ending.swap(true, Ordering::Relaxed)
    }

    /// Lets the keys of releases go; the next one is encapsulated anew.
    pub(crate) fn drop_receiver(&self) {
        *self.receiver.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Lets names, tokens and keys of releases go, even where somebody still holds this.
    pub(crate) fn forget(&self) {
        *self.book.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.drop_receiver();
        *self.import.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Ok(mut session) = self.session.try_lock() {
            session.access = None;
        }
    }
}

//! An open vault: one person on this device, signed in, with the cache open.

use super::book::{Book, Learned};
use crate::{account::Server, api::Api, session::Session, sync::LogWatch};
use claviger_cache::Cache;
use claviger_crypto::sealing::ReleaseReceiver;
use claviger_model::ids::{DeviceId, PrincipalId, SessionId};
use claviger_sign_in::device_keys::DeviceKeys;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::Notify;

/// What is open; dropped at the lock, with tokens and names.
pub(crate) struct Live {
    /// The pinned server.
    pub(crate) server: Arc<Server>,
    /// This device's keys.
    pub(crate) keys: DeviceKeys,
    /// As the server calls it.
    pub(crate) device: DeviceId,
    /// Who is signed in.
    pub(crate) principal: PrincipalId,
    /// The session.
    pub(crate) session_id: SessionId,
    /// Speaks to the server.
    pub(crate) api: Api,
    /// Open.
    pub(crate) cache: Cache,
    /// Its tokens; the lock makes one renewal of many.
    pub(crate) session: tokio::sync::Mutex<Session>,
    /// Held by a round of sync.
    pub(crate) sync_turn: tokio::sync::Mutex<()>,
    /// What is pinned of the log; held while a checkpoint is compared.
    pub(crate) log: tokio::sync::Mutex<LogWatch>,
    /// Wakes the sync.
    pub(crate) wake: Notify,
    /// The newest HPKE context, by its encapsulated key; in memory only (rule 28).
    pub(crate) receiver: Mutex<Option<(Vec<u8>, ReleaseReceiver)>>,
    book: RwLock<Arc<Book>>,
}

/// What a [`Live`] is made of.
pub(crate) struct LiveParts {
    pub(crate) server: Arc<Server>,
    pub(crate) keys: DeviceKeys,
    pub(crate) device: DeviceId,
    pub(crate) principal: PrincipalId,
    pub(crate) api: Api,
    pub(crate) cache: Cache,
    pub(crate) session: Session,
    pub(crate) log: LogWatch,
    pub(crate) book: Book,
}

impl Live {
    /// Puts an open vault together.
    pub(crate) fn new(parts: LiveParts) -> Self {
        Self {
            server: parts.server,
            keys: parts.keys,
            device: parts.device,
            principal: parts.principal,
            session_id: parts.session.id,
            api: parts.api,
            cache: parts.cache,
            session: tokio::sync::Mutex::new(parts.session),
            sync_turn: tokio::sync::Mutex::default(),
            log: tokio::sync::Mutex::new(parts.log),
            wake: Notify::new(),
            receiver: Mutex::default(),
            book: RwLock::new(Arc::new(parts.book)),
        }
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
}

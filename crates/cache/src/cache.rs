//! The cache of one device in one organization.

use crate::{
    book::{Book, Edits},
    boot::BootClock,
    documents,
    error::{CacheError, OpenError},
    file::{self, Paths},
    keyring::{ItemName, KeyStore, MemoryKeyStore},
    opening::Opening,
    state::{Found, State},
};
use claviger_crypto::signing::DeviceKey;
use claviger_ledger::log_key::VerifierKey;
use claviger_model::{
    entropy::Entropy,
    ids::{DeviceId, OrganizationId},
    time::Clock,
};
use claviger_protocol::sync::CacheState;
use std::{path::Path, sync::Arc};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

/// Whose cache it is.
#[derive(Debug, Clone)]
pub struct Device {
    /// The organization.
    pub organization: OrganizationId,
    /// The device.
    pub id: DeviceId,
    /// Signs journal entries and acknowledgements.
    pub key: Arc<DeviceKey>,
    /// The log's key of the pinned enrolment bundle; leases are verified with it.
    pub log: VerifierKey,
}

/// The largest document of the program around, in bytes.
pub const MAX_DOCUMENT: usize = 256 * 1024;

/// What the cache is given from outside.
#[derive(Clone)]
pub struct Parts {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The machine's running time.
    pub boot: Arc<dyn BootClock>,
    /// Randomness for keys and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The keyring.
    pub keys: Arc<dyn KeyStore>,
}

/// The open cache; clones share it.
#[derive(Clone)]
pub struct Cache {
    state: Arc<Mutex<Option<State>>>,
    stored: bool,
}

/// The state while nobody else has it.
pub(crate) type Guard = OwnedMappedMutexGuard<Option<State>, State>;

/// An open cache and how it was found.
pub struct Opened {
    /// The cache.
    pub cache: Cache,
    /// How it was found.
    pub opening: Opening,
}

impl Cache {
    /// Opens or makes the cache of a device in a directory (made with 0700; the file has 0600). Finishes what a crash left
    /// half done, and destroys what ended in the meantime. Where the keyring is locked or absent, everything works from
    /// memory.
    ///
    /// # Errors
    /// When the file is in use, from a newer program, or cannot be read or written.
    pub async fn open(directory: &Path, device: Device, parts: Parts) -> Result<Opened, OpenError> {
        let paths = Paths::of(directory, device.id);
        let opened = match State::open(Some(paths), device.clone(), parts.clone()).await {
            Err(OpenError::Use(CacheError::Keyring(error))) => {
                let cache = Self::in_memory(device, parts).await?;
                return Ok(Opened {
                    cache,
                    opening: Opening::NotStored(error),
                });
            }
            opened => opened?,
        };
        let (mut state, found) = opened;
        let (names_expired, mut damaged) = (state.expire_at_start().await?.names, false);
        for book in [
            Book::Documents,
            Book::Leases,
            Book::Journal,
            Book::Acknowledgements,
        ] {
            state.load_index(book).await?;
        }
        damaged |= state.mend().await?;
        let opening = match found {
            Found::Fresh => Opening::Fresh,
            Found::Fits => Opening::Found {
                names_expired,
                damaged,
            },
            Found::KeyLost => Opening::KeyLost,
            Found::RolledBack => Opening::RolledBack,
            Found::Replaced => Opening::Replaced,
        };
        Ok(Opened {
            cache: Self::of(state),
            opening,
        })
    }

    /// A cache that stores nothing, on purpose.
    ///
    /// # Errors
    /// When the database cannot be made.
    pub async fn in_memory(device: Device, parts: Parts) -> Result<Self, OpenError> {
        let parts = Parts {
            keys: Arc::new(MemoryKeyStore::default()),
            ..parts
        };
        let (state, _) = State::open(None, device, parts).await?;
        Ok(Self::of(state))
    }

    /// Removes the device's file and its keyring item for good, as after an order to destroy everything was acknowledged.
    /// The cache must be closed.
    ///
    /// # Errors
    /// When the keyring or the directory does not do it.
    pub async fn erase(
        directory: &Path,
        organization: OrganizationId,
        device: DeviceId,
        keys: &dyn KeyStore,
    ) -> Result<(), OpenError> {
        let paths = Paths::of(directory, device);
        let lock = paths.lock().await?;
        // The key first: without it the file is noise.
        keys.delete(&ItemName::cache(organization, device))
            .await
            .map_err(CacheError::Keyring)?;
        paths.remove().map_err(OpenError::Directory)?;
        drop(lock);
        Ok(())
    }

    /// Whether anything is stored; if not, leases cannot be kept.
    pub const fn is_stored(&self) -> bool {
        self.stored
    }

    /// Closes the file and forgets the keys, as when the app locks. Later calls fail with [`CacheError::Closed`].
    pub async fn close(&self) {
        let state = self.state.lock().await.take();
        if let Some(state) = state {
            state.close().await;
        }
    }

    /// For the sync call (rule 24); none where nothing is stored.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn state(&self) -> Result<Option<CacheState>, CacheError> {
        let stored = self.stored;
        self.detached(move |state| async move {
            let now = CacheState {
                generation: state.item.generation,
                digest: state.digest.into(),
            };
            Ok(stored.then_some(now))
        })
        .await
    }

    /// A small document of the program's own under a name, such as settings.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let id = documents::foreign(name);
        self.detached(move |mut state| async move {
            let found = state.record(Book::Documents, &id).await?;
            Ok(found.map(|bytes| bytes.to_vec()))
        })
        .await
    }

    /// Writes such a document, or removes it.
    ///
    /// # Errors
    /// When it is larger than [`MAX_DOCUMENT`], or the file cannot be written.
    pub async fn put_document(&self, name: &str, bytes: Option<&[u8]>) -> Result<(), CacheError> {
        let (id, mut edits) = (documents::foreign(name), Edits::default());
        match bytes {
            Some(bytes) if bytes.len() > MAX_DOCUMENT => return Err(CacheError::TooLarge(bytes.len())),
            Some(bytes) => edits.put(Book::Documents, id, bytes.to_vec()),
            None => edits.remove(Book::Documents, id),
        }
        self.detached(move |mut state| async move { state.commit(edits).await })
            .await
    }

    pub(crate) fn of(state: State) -> Self {
        Self {
            stored: state.is_stored(),
            state: Arc::new(Mutex::new(Some(state))),
        }
    }

    /// The state, sound and for oneself.
    pub(crate) async fn guard(&self) -> Result<Guard, CacheError> {
        let guard = Arc::clone(&self.state).lock_owned().await;
        OwnedMutexGuard::try_map(guard, Option::as_mut).map_err(|_| CacheError::Closed)
    }

    /// Runs work to its end even when nobody waits for it any more: a change that is half in the keyring must not stop
    /// because a window was closed.
    pub(crate) async fn detached<T, E, F>(
        &self,
        work: impl FnOnce(Guard) -> F + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<CacheError> + Send + 'static,
        F: Future<Output = Result<T, E>> + Send,
    {
        let cache = self.clone();
        let task = tokio::spawn(async move {
            let mut guard = cache.guard().await?;
            guard.ready().await?;
            work(guard).await
        });
        task.await.map_err(|_| E::from(CacheError::Interrupted))?
    }
}

impl State {
    async fn close(self) {
        file::close(self.connection).await;
    }
}

//! The keys that a process holds, and how it learns of other ones (rules 20 and 33).
//!
//! Another process may rotate a key at any time. The head's number says so with the lock, so that nothing is ever signed
//! or wrapped with a key that was replaced before; outside the lock, a generation that is not known is looked up in the tables.

use super::{
    ServerKeys, ServerKeysError, Stored, open,
    root::{Home, RootError},
};
use crate::http::Refusal;
use claviger_crypto::keys::LocalRootKey;
use claviger_model::ids::OrganizationId;
use claviger_storage::{Locked, StorageError, Store};
use std::sync::{Arc, PoisonError, RwLock};

/// The keys of a process as it knows them.
pub struct HeldKeys {
    home: Home,
    root: RwLock<Arc<LocalRootKey>>,
    organization: OrganizationId,
    now: RwLock<Arc<ServerKeys>>,
}

/// Why the keys that stand in the tables now are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum HeldKeysError {
    /// The database.
    #[error("the server's keys cannot be read")]
    Storage(#[from] StorageError),
    /// The root key.
    #[error("the server's keys were changed, and the root key cannot be used to open them")]
    Root(#[from] RootError),
    /// The keys.
    #[error("the server's keys were changed and do not open")]
    Keys(#[from] ServerKeysError),
}

impl HeldKeys {
    /// Begins with keys that were just opened with the root key of a home.
    pub fn new(home: Home, root: Arc<LocalRootKey>, organization: OrganizationId, keys: ServerKeys) -> Self {
        Self {
            home,
            root: RwLock::new(root),
            organization,
            now: RwLock::new(Arc::new(keys)),
        }
    }

    /// The keys as this process knows them; enough for everything that is not signed or wrapped under the lock.
    pub fn now(&self) -> Arc<ServerKeys> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the lock, with the keys as they stand under it.
    ///
    /// Where the root key was changed, its home is asked with the lock given back: a keyring that asks somebody, or an engine that is
    /// away, keeps nobody else waiting.
    ///
    /// # Errors
    /// When the lock is not to be had, or others stand there than this process knows, and they cannot be opened.
    pub async fn lock(&self, store: &Store) -> Result<(Box<dyn Locked>, Arc<ServerKeys>), HeldKeysError> {
        let mut asked = None;
        loop {
            let mut locked = store.locked().await?;
            let known = self.now();
            if locked.head().keys == known.number() {
                return Ok((locked, known));
            }
            let stored = Stored::read(&mut *locked).await?;
            let root = asked.clone().unwrap_or_else(|| self.root());
            match self.opened(&root, &stored) {
                Ok(keys) => return Ok((locked, keys)),
                Err(ServerKeysError::Root(_)) if asked.is_none() => {
                    drop(locked);
                    asked = Some(Arc::new(self.home.require().await?));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The keys as they stand in the tables, where that is another state than this process knows.
    ///
    /// # Errors
    /// When they cannot be read or opened.
    pub async fn learn(&self, store: &Store) -> Result<Arc<ServerKeys>, HeldKeysError> {
        let mut snapshot = store.snapshot().await?;
        let known = self.now();
        if snapshot.committed_head().await?.keys == known.number() {
            return Ok(known);
        }
        let stored = Stored::read(&mut *snapshot).await?;
        drop(snapshot);
        match self.opened(&self.root(), &stored) {
            // The root was changed too: its home has the new one, or this process goes on no more. No other change waits for a
            // keyring or an engine.
            Err(ServerKeysError::Root(_)) => {
                let root = Arc::new(self.home.require().await?);
                Ok(self.opened(&root, &stored)?)
            }
            opened => Ok(opened?),
        }
    }

    fn root(&self) -> Arc<LocalRootKey> {
        Arc::clone(&self.root.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Opens the keys with a root key, and holds both where they are newer.
    fn opened(&self, root: &Arc<LocalRootKey>, stored: &Stored) -> Result<Arc<ServerKeys>, ServerKeysError> {
        let keys = Arc::new(open(&**root, self.organization, stored)?);
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if now.number() < keys.number() {
            tracing::info!(
                state = keys.number(),
                "the server's keys were changed; this process has the new ones"
            );
            *now = Arc::clone(&keys);
            *self.root.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(root);
        }
        Ok(keys)
    }
}

impl From<HeldKeysError> for Refusal {
    fn from(error: HeldKeysError) -> Self {
        match error {
            HeldKeysError::Storage(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

//! The keys that a process holds, and how it learns of other ones (rules 20 and 33).
//!
//! Another process may rotate a key at any time. The head's number says so with the lock, so that nothing is ever signed
//! or wrapped with a key that was replaced before; outside the lock, a generation that is not known is looked up in the tables.

use super::{
    ServerKeys, ServerKeysError, Stored, open,
    root_file::{self, RootFileError},
};
use crate::http::Refusal;
use claviger_model::ids::OrganizationId;
use claviger_storage::{Locked, StorageError, Store};
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

/// The keys of a process as it knows them.
pub struct HeldKeys {
    root_file: PathBuf,
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
    Root(#[from] RootFileError),
    /// The keys.
    #[error("the server's keys were changed and do not open")]
    Keys(#[from] ServerKeysError),
}

impl HeldKeys {
    /// Begins with keys that were just opened with the root key of a file.
    pub fn new(root_file: PathBuf, organization: OrganizationId, keys: ServerKeys) -> Self {
        Self {
            root_file,
            organization,
            now: RwLock::new(Arc::new(keys)),
        }
    }

    /// The keys as this process knows them; enough for everything that is not signed or wrapped under the lock.
    pub fn now(&self) -> Arc<ServerKeys> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys as they stand in a transaction that holds the lock and has changed none of them yet.
    ///
    /// # Errors
    /// When others stand there than this process knows, and they cannot be opened.
    pub async fn under(&self, locked: &mut dyn Locked) -> Result<Arc<ServerKeys>, HeldKeysError> {
        let known = self.now();
        if locked.head().keys == known.number() {
            return Ok(known);
        }
        self.take(Stored::read(locked).await?)
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
        self.take(Stored::read(&mut *snapshot).await?)
    }

    fn take(&self, stored: Stored) -> Result<Arc<ServerKeys>, HeldKeysError> {
        // Read again each time: the root may have been changed too.
        let root = root_file::require(&self.root_file)?;
        let keys = Arc::new(open(&root, self.organization, &stored)?);
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if now.number() < keys.number() {
            tracing::info!(
                state = keys.number(),
                "the server's keys were changed; this process has the new ones"
            );
            *now = Arc::clone(&keys);
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

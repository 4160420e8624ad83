//! A keyring that forgets everything when the process ends: for tests, and where nothing may be stored.

use super::{Cause, ItemName, KeyStore, KeyringError};
use async_trait::async_trait;
use claviger_crypto::secret::SecretBytes;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Holds items in memory; can be made to refuse.
#[derive(Debug, Default)]
pub struct MemoryKeyStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    items: BTreeMap<ItemName, SecretBytes>,
    refusal: Option<Refusal>,
}

/// How a [`MemoryKeyStore`] refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// As if it were locked.
    Locked,
    /// As if there were none.
    Absent,
}

impl MemoryKeyStore {
    /// Refuses everything from now on, or nothing any more.
    pub fn refuse(&self, refusal: Option<Refusal>) {
        self.state().refusal = refusal;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, KeyringError> {
        let state = self.state();
        match state.refusal {
            None => Ok(state),
            Some(Refusal::Locked) => Err(KeyringError::Locked(Cause::from("refused on request"))),
            Some(Refusal::Absent) => Err(KeyringError::Absent(Cause::from("refused on request"))),
        }
    }
}

#[async_trait]
impl KeyStore for MemoryKeyStore {
    async fn load(&self, item: &ItemName) -> Result<Option<SecretBytes>, KeyringError> {
        Ok(self.open()?.items.get(item).map(SecretBytes::duplicate))
    }

    async fn store(&self, item: &ItemName, secret: &SecretBytes) -> Result<(), KeyringError> {
        self.open()?.items.insert(item.clone(), secret.duplicate());
        Ok(())
    }

    async fn delete(&self, item: &ItemName) -> Result<(), KeyringError> {
        self.open()?.items.remove(item);
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::ids::OrganizationId;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        super::super::contract::check(&MemoryKeyStore::default()).await;
    }

    #[tokio::test]
    async fn it_refuses_on_request_and_forgets_nothing_by_it() {
        let (store, item) = (
            MemoryKeyStore::default(),
            ItemName::device(OrganizationId::from_bytes([1; 16])),
        );
        store.store(&item, &SecretBytes::copy_from(b"key")).await.unwrap();
        store.refuse(Some(Refusal::Locked));
        assert_eq!(store.load(&item).await.unwrap_err().code(), "keyring_locked");
        store.refuse(Some(Refusal::Absent));
        assert_eq!(store.delete(&item).await.unwrap_err().code(), "keyring_absent");
        store.refuse(None);
        assert_eq!(store.load(&item).await.unwrap().unwrap().expose(), b"key");
    }
}

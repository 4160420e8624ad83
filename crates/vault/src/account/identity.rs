//! This device's keys with an organization: in the keyring, or in memory where there is none.

use super::{AccountError, Server};
use crate::state::Inner;
use claviger_cache::{DeviceItem, Enrolled, KeyBytes, KeyringError};
use claviger_sign_in::device_keys::DeviceKeys;
use std::sync::{Arc, Mutex, PoisonError};

/// Who this device is.
#[derive(Debug)]
pub(crate) struct Identity {
    /// Its keys.
    pub(crate) keys: DeviceKeys,
    /// Whether the keyring has them; if not, they end with the program.
    pub(crate) stored: bool,
    enrolled: Mutex<Option<Enrolled>>,
}

impl Identity {
    /// What the server calls this device, after the first sign-in.
    pub(crate) fn enrolled(&self) -> Option<Enrolled> {
        self.enrolled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn new(keys: DeviceKeys, stored: bool, enrolled: Option<Enrolled>) -> Self {
        Self {
            keys,
            stored,
            enrolled: Mutex::new(enrolled),
        }
    }

    fn item(&self, server: &Server) -> DeviceItem {
        DeviceItem {
            keys: KeyBytes::new(&self.keys.to_secret()),
            origin: server.origin.clone(),
            bundle: server.bundle.clone(),
            enrolled: self.enrolled(),
        }
    }
}

/// What the keyring remembers of a server.
#[derive(Debug)]
pub(crate) struct Remembered {
    /// The bundle that was pinned.
    pub(crate) server: Server,
    /// This device's keys there.
    pub(crate) identity: Identity,
}

impl Inner {
    /// Reads what the keyring remembers; an item that does not hold counts as none.
    ///
    /// # Errors
    /// When the keyring gives no answer; the page is told.
    pub(crate) async fn remembered(&self, server: &Server) -> Result<Option<Remembered>, KeyringError> {
        let loaded = DeviceItem::load(&*self.parts.keys, server.organization).await;
        let Some(item) = loaded.inspect_err(|error| self.note_keyring(error))? else {
            return Ok(None);
        };
        let (pinned, keys) = (
            Server::verify(&item.bundle),
            DeviceKeys::from_secret(&item.keys.to_secret()),
        );
        Ok(match (pinned, keys) {
            (Ok(pinned), Ok(keys)) => Some(Remembered {
                server: pinned,
                identity: Identity::new(keys, true, item.enrolled),
            }),
            _ => None,
        })
    }

    /// This device's keys: those at hand, those in the keyring, or new ones.
    ///
    /// # Errors
    /// When no keys can be made.
    pub(crate) async fn identity(&self, server: &Server) -> Result<Arc<Identity>, AccountError> {
        if let Some(identity) = self.place().identity.clone() {
            return Ok(identity);
        }
        let identity = match self.remembered(server).await {
            Ok(Some(remembered)) => remembered.identity,
            Ok(None) => {
                let mut identity = Identity::new(DeviceKeys::generate(&*self.parts.entropy)?, true, None);
                identity.stored = self.store_identity(server, &identity).await.is_ok();
                identity
            }
            Err(_) => Identity::new(DeviceKeys::generate(&*self.parts.entropy)?, false, None),
        };
        let identity = Arc::new(identity);
        self.place().identity = Some(Arc::clone(&identity));
        Ok(identity)
    }

    /// Puts the keys that were made without the keyring into it.
    ///
    /// # Errors
    /// When it gives no answer; the page is told.
    pub(crate) async fn store_identity(
        &self,
        server: &Server,
        identity: &Identity,
    ) -> Result<(), KeyringError> {
        let stored = identity
            .item(server)
            .store(&*self.parts.keys, server.organization)
            .await;
        stored.inspect_err(|error| self.note_keyring(error))
    }

    /// Notes what the server called this device, and pins a bundle with it.
    pub(crate) async fn keep_identity(
        &self,
        server: &Server,
        identity: &Identity,
        enrolled: Option<Enrolled>,
    ) {
        if enrolled.is_some() {
            *identity.enrolled.lock().unwrap_or_else(PoisonError::into_inner) = enrolled;
        }
        if identity.stored {
            let _told = self.store_identity(server, identity).await;
        }
    }
}

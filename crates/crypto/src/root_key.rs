//! The root of the key hierarchy, wherever it lives (rule 33).

use crate::envelope::{self, Binding, Envelope, EnvelopeKey};
use crate::hazmat::mac::mac;
use crate::keys::{KeyError, read_key};
use crate::secret::Key256;
use claviger_model::entropy::Entropy;
use claviger_model::ids::KeyId;

/// Wraps and unwraps generations; a transit engine may block, so call it off the async threads.
pub trait RootKey: Send + Sync {
    /// The id of the root key that wraps now.
    fn id(&self) -> KeyId;

    /// Wraps a generation's key for its place.
    ///
    /// # Errors
    /// When the root is not available.
    fn wrap(&self, key: &Key256, binding: &Binding<'_>, entropy: &dyn Entropy) -> Result<Vec<u8>, KeyError>;

    /// Unwraps a generation's key.
    ///
    /// # Errors
    /// When the root is not available, or the bytes were altered or wrapped for another place.
    fn unwrap(&self, wrapped: &[u8], binding: &Binding<'_>) -> Result<Key256, KeyError>;
}

/// A root key in this process's memory, read from a file or a keyring by its owner.
#[derive(Debug)]
pub struct LocalRootKey(EnvelopeKey);

impl LocalRootKey {
    /// Takes a root key; its id is derived from it, so that a key file holds nothing but the key.
    pub fn new(key: Key256) -> Self {
        let mut id = [0; 16];
        id.iter_mut()
            .zip(mac(&key, &[b"claviger-root-id-v1"]))
            .for_each(|(to, from)| *to = from);
        Self(EnvelopeKey::new(KeyId::from_bytes(id), key))
    }
}

impl RootKey for LocalRootKey {
    fn id(&self) -> KeyId {
        self.0.id()
    }

    fn wrap(&self, key: &Key256, binding: &Binding<'_>, entropy: &dyn Entropy) -> Result<Vec<u8>, KeyError> {
        Ok(envelope::seal(&self.0, binding, key.expose(), entropy)?)
    }

    fn unwrap(&self, wrapped: &[u8], binding: &Binding<'_>) -> Result<Key256, KeyError> {
        read_key(&Envelope::parse(wrapped)?.open(&self.0, binding)?)
    }
}

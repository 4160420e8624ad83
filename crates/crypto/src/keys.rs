//! The key hierarchy (rule 33): root → generations of key-encryption keys → a data key per secret version.
//!
//! The root lives in a file, in a keyring or in a transit engine, and wraps generations only, so that a read never waits
//! for it. Values are sealed under data keys; changing the root or the generation touches wrapped keys, never values.

mod server_key;

pub use server_key::ServerKeyRow;

use crate::envelope::{self, Binding, Envelope, EnvelopeKey, OpenError, SealError};
pub use crate::root_key::{LocalRootKey, RootKey};
use crate::secret::{Key256, SecretBytes};
pub use crate::uses::{KeyExhausted, Uses};
use claviger_model::entropy::Entropy;
use claviger_model::ids::{KeyId, OrganizationId, SecretId};
use zeroize::Zeroizing;

const ROOT: &str = "key-encryption-key";
const DATA: &str = "data-key";
const VALUE: &str = "secret-value";

/// Why a key could not be wrapped or unwrapped.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The wrapped key does not open.
    #[error("the wrapped key does not open")]
    Open(#[from] OpenError),
    /// The key could not be sealed.
    #[error("the key could not be wrapped")]
    Seal(#[from] SealError),
    /// The unwrapped bytes are not a key.
    #[error("the wrapped key has the wrong length")]
    Length,
    /// The place where the root lives refused or could not be reached.
    #[error("the root key is not available")]
    Root(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A generation of the key-encryption key, unwrapped.
#[derive(Debug)]
pub struct KeyGeneration {
    number: u64,
    organization: OrganizationId,
    key: EnvelopeKey,
}

/// The key of one version of one secret.
#[derive(Debug)]
pub struct DataKey(EnvelopeKey);

/// The version of a secret that a data key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretVersion {
    /// The secret.
    pub secret: SecretId,
    /// Its version, from 1.
    pub version: u64,
}

impl KeyGeneration {
    /// Makes a new generation.
    pub fn random(number: u64, organization: OrganizationId, entropy: &dyn Entropy) -> Self {
        Self {
            number,
            organization,
            key: EnvelopeKey::random(entropy),
        }
    }

    /// The id that wrapped data keys name this generation by.
    pub const fn id(&self) -> KeyId {
        self.key.id()
    }

    /// Its number, rising by one.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Wraps this generation under the root, for storage beside its id and number.
    ///
    /// # Errors
    /// When the root is not available.
    pub fn wrap(&self, root: &dyn RootKey, entropy: &dyn Entropy) -> Result<Vec<u8>, KeyError> {
        root.wrap(
            self.key.expose(),
            &Self::binding(&self.id(), self.number, self.organization),
            entropy,
        )
    }

    /// Unwraps a stored generation.
    ///
    /// # Errors
    /// When the root is not available, or the row was altered or swapped.
    pub fn unwrap(
        root: &dyn RootKey,
        id: KeyId,
        number: u64,
        organization: OrganizationId,
        wrapped: &[u8],
    ) -> Result<Self, KeyError> {
        let key = root.unwrap(wrapped, &Self::binding(&id, number, organization))?;
        Ok(Self {
            number,
            organization,
            key: EnvelopeKey::new(id, key),
        })
    }

    /// Wraps a data key for its version; this is one of the generation's [`Uses`].
    ///
    /// # Errors
    /// When sealing fails.
    pub fn wrap_data_key(
        &self,
        data: &DataKey,
        of: SecretVersion,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(48));
        plain.extend_from_slice(data.0.id().as_bytes());
        plain.extend_from_slice(data.0.expose().expose());
        Ok(envelope::seal(
            &self.key,
            &of.binding(DATA, self.organization),
            &plain,
            entropy,
        )?)
    }

    /// Unwraps the data key of a version.
    ///
    /// # Errors
    /// When it was wrapped by another generation, altered, or belongs to another version.
    pub fn unwrap_data_key(&self, wrapped: &[u8], of: SecretVersion) -> Result<DataKey, KeyError> {
        let plain = Envelope::parse(wrapped)?.open(&self.key, &of.binding(DATA, self.organization))?;
        let (id, key) = plain.expose().split_first_chunk::<16>().ok_or(KeyError::Length)?;
        let key = Key256::from_slice(key).ok_or(KeyError::Length)?;
        Ok(DataKey(EnvelopeKey::new(KeyId::from_bytes(*id), key)))
    }

    /// The root that wrapped a generation, by its id.
    ///
    /// # Errors
    /// When the bytes have not the form of an envelope.
    pub fn root_of(wrapped: &[u8]) -> Result<KeyId, KeyError> {
        Ok(Envelope::parse(wrapped)?.key_id())
    }

    /// The generation that wrapped a data key, to be looked up by its id.
    ///
    /// # Errors
    /// When the bytes have not the form of an envelope.
    pub fn of_data_key(wrapped: &[u8]) -> Result<KeyId, KeyError> {
        Ok(Envelope::parse(wrapped)?.key_id())
    }

    fn binding<'a>(id: &'a KeyId, number: u64, organization: OrganizationId) -> Binding<'a> {
        Binding {
            purpose: ROOT,
            organization,
            object: id.as_bytes(),
            version: number,
            field: "",
        }
    }
}

impl DataKey {
    /// Makes the key of a new version.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(EnvelopeKey::random(entropy))
    }

    /// Seals the value of the version.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal_value(
        &self,
        organization: OrganizationId,
        of: SecretVersion,
        value: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, KeyError> {
        Ok(envelope::seal(
            &self.0,
            &of.binding(VALUE, organization),
            value,
            entropy,
        )?)
    }

    /// Opens the value of the version.
    ///
    /// # Errors
    /// When it was altered, or belongs to another version.
    pub fn open_value(
        &self,
        organization: OrganizationId,
        of: SecretVersion,
        sealed: &[u8],
    ) -> Result<SecretBytes, KeyError> {
        Ok(Envelope::parse(sealed)?.open(&self.0, &of.binding(VALUE, organization))?)
    }
}

impl SecretVersion {
    fn binding(&self, purpose: &'static str, organization: OrganizationId) -> Binding<'_> {
        Binding {
            purpose,
            organization,
            object: self.secret.as_bytes(),
            version: self.version,
            field: "",
        }
    }
}

pub(crate) fn read_key(plain: &SecretBytes) -> Result<Key256, KeyError> {
    Key256::from_slice(plain.expose()).ok_or(KeyError::Length)
}

#[cfg(test)]
mod tests;

//! The envelope (rule 32): version(1) ‖ algorithm(1) ‖ key id(16) ‖ nonce(12) ‖ ciphertext and tag, of fixed width.
//!
//! Associated data binds a ciphertext to its purpose, organization, object, version and field, so that rows cannot be
//! swapped. Nonces are random; a key is retired before 2³² uses, which [`crate::keys::Uses`] counts. Keys are found by
//! the id that the envelope names, never by trying.

use crate::bytes::join;
use crate::hazmat::aead;
use crate::secret::{Key256, SecretBytes};
use claviger_model::entropy::Entropy;
use claviger_model::ids::{KeyId, OrganizationId};

/// The only version there is.
pub const VERSION: u8 = 1;
/// AES-256-GCM with a 96-bit random nonce and a 128-bit tag.
pub const AES_256_GCM: u8 = 1;
/// How much longer an envelope is than its plaintext, in bytes.
pub const OVERHEAD: usize = HEADER + aead::NONCE + aead::TAG;

const HEADER: usize = 2 + 16;

/// A key and the id that envelopes name it by.
#[derive(Debug)]
pub struct EnvelopeKey {
    id: KeyId,
    key: Key256,
}

/// What a ciphertext belongs to; never a path, since paths change.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// What the plaintext is for, such as `secret-value`.
    pub purpose: &'a str,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The raw bytes of the object's id.
    pub object: &'a [u8; 16],
    /// The version of the object; 0 for objects without versions.
    pub version: u64,
    /// The field of the object; empty when there is one only.
    pub field: &'a str,
}

/// An envelope whose form is right; nothing is known about its contents yet.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    key: KeyId,
    sealed: &'a [u8],
}

/// A value that could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value is too long to be sealed")]
pub struct SealError;

/// Why an envelope does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Fewer bytes than the fixed parts need.
    #[error("the envelope is cut short")]
    Short,
    /// Made by a newer program.
    #[error("the envelope has the unknown version {0}")]
    UnknownVersion(u8),
    /// Made with an algorithm that this program does not have.
    #[error("the envelope has the unknown algorithm {0}")]
    UnknownAlgorithm(u8),
    /// The key that the envelope names is not there, or is not the one that was given.
    #[error("the key `{0}` of the envelope is not at hand")]
    UnknownKey(KeyId),
    /// Altered, or sealed for another place.
    #[error("the envelope was altered or belongs to another object")]
    NotAuthentic,
}

impl EnvelopeKey {
    /// Makes a random key with a random id.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self {
            id: KeyId::random(entropy),
            key: Key256::random(entropy),
        }
    }

    /// Puts a key together from its stored parts.
    pub const fn new(id: KeyId, key: Key256) -> Self {
        Self { id, key }
    }

    /// The id that envelopes name this key by.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The raw key, for wrapping it.
    pub const fn expose(&self) -> &Key256 {
        &self.key
    }

    /// Makes a second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::new(self.id, self.key.duplicate())
    }
}

impl Binding<'_> {
    /// Purpose ‖ organization ‖ object ‖ version ‖ field.
    pub fn associated_data(&self) -> Vec<u8> {
        join(&[
            self.purpose.as_bytes(),
            self.organization.as_bytes(),
            self.object,
            &self.version.to_be_bytes(),
            self.field.as_bytes(),
        ])
    }
}

/// Seals a plaintext under a key for one place.
///
/// # Errors
/// When the plaintext is longer than 64 GiB.
pub fn seal(
    key: &EnvelopeKey,
    binding: &Binding<'_>,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    let mut envelope = Vec::with_capacity(OVERHEAD.saturating_add(plaintext.len()));
    envelope.extend_from_slice(&[VERSION, AES_256_GCM]);
    envelope.extend_from_slice(key.id.as_bytes());
    aead::seal_into(
        &mut envelope,
        &key.key,
        &binding.associated_data(),
        plaintext,
        entropy,
    )
    .map_err(|_| SealError)?;
    Ok(envelope)
}

/// Opens an envelope with the key that `lookup` has for the id that it names.
///
/// # Errors
/// When the form is wrong, the key is not at hand, or the contents are not what was sealed for this place.
pub fn open<'k>(
    bytes: &[u8],
    binding: &Binding<'_>,
    lookup: impl FnOnce(KeyId) -> Option<&'k EnvelopeKey>,
) -> Result<SecretBytes, OpenError> {
    let envelope = Envelope::parse(bytes)?;
    let key = lookup(envelope.key).ok_or(OpenError::UnknownKey(envelope.key))?;
    envelope.open(key, binding)
}

impl<'a> Envelope<'a> {
    /// Reads the fixed parts.
    ///
    /// # Errors
    /// When the bytes are cut short, or the version or the algorithm is unknown.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, OpenError> {
        let (&[version, algorithm], rest) = bytes.split_first_chunk::<2>().ok_or(OpenError::Short)?;
        if version != VERSION {
            return Err(OpenError::UnknownVersion(version));
        }
        if algorithm != AES_256_GCM {
            return Err(OpenError::UnknownAlgorithm(algorithm));
        }
        let (key, sealed) = rest.split_first_chunk::<16>().ok_or(OpenError::Short)?;
        if sealed.len() < aead::NONCE + aead::TAG {
            return Err(OpenError::Short);
        }
        Ok(Self {
            key: KeyId::from_bytes(*key),
            sealed,
        })
    }

    /// The id of the key that opens it.
    pub const fn key_id(&self) -> KeyId {
        self.key
    }

    /// Opens it with the key it names.
    ///
    /// # Errors
    /// When the key has another id, or the contents are not what was sealed for this place.
    pub fn open(&self, key: &EnvelopeKey, binding: &Binding<'_>) -> Result<SecretBytes, OpenError> {
        if key.id != self.key {
            return Err(OpenError::UnknownKey(self.key));
        }
        aead::open(&key.key, &binding.associated_data(), self.sealed).map_err(|_| OpenError::NotAuthentic)
    }
}

#[cfg(test)]
mod tests;

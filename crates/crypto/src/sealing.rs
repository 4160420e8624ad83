//! Sealing values to a device (rule 28, HPKE RFC 9180).
//!
//! One encapsulation serves a session and a server process; each release has a key of its own by Export(event id). The
//! encapsulation and the exporter secret live in memory only, and a new encapsulation follows each purge. A sealed value
//! is authentic through the leaf of its release, not through HPKE, whose base mode anybody can use.

use crate::bytes::join;
use crate::hazmat::{aead, hpke_suite};
pub use crate::sealing_key::{SealingKeyPair, SealingPublicKey};
use crate::secret::{Key256, SecretBytes};
use claviger_model::entropy::Entropy;
use claviger_model::ids::{DeviceId, EventId, OrganizationId, SecretId, SessionId};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use std::fmt;

const LABEL: &[u8] = b"claviger-seal-v1";

/// How a value is sealed; the first byte of everything that is sealed to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Suite {
    /// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
    X25519 = 1,
    /// Kept free for a post-quantum hybrid; nothing seals or opens with it yet.
    PostQuantumHybrid = 2,
}

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// Not a usable X25519 public key.
    #[error("the public key is not usable for sealing")]
    PublicKey,
    /// Fewer bytes than the fixed parts need.
    #[error("the sealed value is cut short")]
    Short,
    /// Sealed with a suite that this program does not have.
    #[error("the sealed value uses the unknown suite {0}")]
    UnknownSuite(u8),
    /// Altered, or sealed for another key or place.
    #[error("the sealed value was altered or belongs elsewhere")]
    NotAuthentic,
    /// Longer than the algorithm allows.
    #[error("the value is too long to be sealed")]
    TooLong,
}

/// What the receiver needs to reach the same exporter: suite(1) ‖ enc(32). Not a secret, and kept in memory only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encapsulation([u8; 32]);

/// Whom an encapsulation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseInfo {
    /// The organization.
    pub organization: OrganizationId,
    /// The device whose sealing key it is.
    pub device: DeviceId,
    /// The session that it serves.
    pub session: SessionId,
}

/// What a released value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseBinding {
    /// The organization.
    pub organization: OrganizationId,
    /// The device that it is released to.
    pub device: DeviceId,
    /// The secret.
    pub secret: SecretId,
    /// The secret's version.
    pub version: u64,
    /// The event that records the release.
    pub event: EventId,
}

/// The server's side of an encapsulation.
pub struct ReleaseSender(hpke_suite::Sender);

/// The device's side of an encapsulation.
pub struct ReleaseReceiver(hpke_suite::Receiver);

impl ReleaseInfo {
    fn to_bytes(self) -> Vec<u8> {
        join(&[
            LABEL,
            self.organization.as_bytes(),
            self.device.as_bytes(),
            self.session.as_bytes(),
        ])
    }
}

impl ReleaseBinding {
    /// Organization ‖ device ‖ secret ‖ version ‖ event.
    pub fn associated_data(&self) -> Vec<u8> {
        join(&[
            self.organization.as_bytes(),
            self.device.as_bytes(),
            self.secret.as_bytes(),
            &self.version.to_be_bytes(),
            self.event.as_bytes(),
        ])
    }
}

impl ReleaseSender {
    /// Encapsulates to a device for one session.
    ///
    /// # Errors
    /// When the device's public key is not usable.
    pub fn new(
        device: &SealingPublicKey,
        info: ReleaseInfo,
        entropy: &dyn Entropy,
    ) -> Result<(Encapsulation, Self), SealingError> {
        let (enc, sender) =
            hpke::setup_sender_with_rng::<hpke_suite::Aead, hpke_suite::Kdf, hpke_suite::Kem>(
                &OpModeS::Base,
                &device.to_hpke()?,
                &info.to_bytes(),
                &mut hpke_suite::Random(entropy),
            )
            .map_err(|_| SealingError::PublicKey)?;
        Ok((Encapsulation(enc.to_bytes().into()), Self(sender)))
    }

    /// The key of one release, Export(event id); each event seals one value.
    ///
    /// # Errors
    /// Never for this length; the exporter's own error is passed on.
    pub fn release_key(&self, event: EventId) -> Result<Key256, SealingError> {
        export(|key| self.0.export(event.as_bytes(), key))
    }
}

impl ReleaseReceiver {
    /// Decapsulates on the device.
    ///
    /// # Errors
    /// When the encapsulation is not usable.
    pub fn new(
        device: &SealingKeyPair,
        enc: &Encapsulation,
        info: ReleaseInfo,
    ) -> Result<Self, SealingError> {
        let enc = hpke_suite::EncappedKey::from_bytes(&enc.0).map_err(|_| SealingError::PublicKey)?;
        hpke::setup_receiver::<hpke_suite::Aead, hpke_suite::Kdf, hpke_suite::Kem>(
            &OpModeR::Base,
            device.private(),
            &enc,
            &info.to_bytes(),
        )
        .map(Self)
        .map_err(|_| SealingError::PublicKey)
    }

    /// The key of one release; a lease keeps it in the key table (rule 23).
    ///
    /// # Errors
    /// Never for this length; the exporter's own error is passed on.
    pub fn release_key(&self, event: EventId) -> Result<Key256, SealingError> {
        export(|key| self.0.export(event.as_bytes(), key))
    }
}

/// Seals a value under the key of its release: suite(1) ‖ nonce(12) ‖ ciphertext and tag.
///
/// # Errors
/// When the value is longer than 64 GiB.
pub fn seal_value(
    key: &Key256,
    binding: &ReleaseBinding,
    value: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealingError> {
    let mut sealed = vec![Suite::X25519 as u8];
    aead::seal_into(&mut sealed, key, &binding.associated_data(), value, entropy)
        .map_err(|_| SealingError::TooLong)?;
    Ok(sealed)
}

/// Opens a released value, online or out of a lease.
///
/// # Errors
/// When the suite is unknown, or the bytes are not what was sealed for this release.
pub fn open_value(
    key: &Key256,
    binding: &ReleaseBinding,
    sealed: &[u8],
) -> Result<SecretBytes, SealingError> {
    let sealed = read_suite(sealed)?;
    aead::open(key, &binding.associated_data(), sealed).map_err(|_| SealingError::NotAuthentic)
}

impl Encapsulation {
    /// Suite(1) ‖ enc(32).
    pub fn to_bytes(self) -> Vec<u8> {
        [&[Suite::X25519 as u8], self.0.as_slice()].concat()
    }

    /// Reads suite(1) ‖ enc(32).
    ///
    /// # Errors
    /// When the suite is unknown or the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealingError> {
        read_suite(bytes)?
            .try_into()
            .map(Self)
            .map_err(|_| SealingError::Short)
    }
}

/// Takes the suite byte off; only suites that exist pass.
pub(crate) fn read_suite(sealed: &[u8]) -> Result<&[u8], SealingError> {
    let (&suite, rest) = sealed.split_first().ok_or(SealingError::Short)?;
    if suite == Suite::X25519 as u8 {
        Ok(rest)
    } else {
        Err(SealingError::UnknownSuite(suite))
    }
}

fn export(into: impl FnOnce(&mut [u8]) -> Result<(), hpke::HpkeError>) -> Result<Key256, SealingError> {
    let mut key = zeroize::Zeroizing::new([0; 32]);
    into(key.as_mut_slice()).map_err(|_| SealingError::TooLong)?;
    Ok(Key256::from_bytes(&key))
}

macro_rules! opaque {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(«secret»)"))
            }
        }
    )*};
}

opaque!(ReleaseSender ReleaseReceiver);

#[cfg(test)]
mod tests;

//! Sealing from a device to the server's key of the enrolment bundle: new values and journal entries (rules 25 and 28).
//!
//! One encapsulation each: suite(1) ‖ enc(32) ‖ ciphertext and tag.

use crate::bytes::join;
use crate::hazmat::hpke_suite::{self, Random};
use crate::sealing::{SealingError, SealingKeyPair, SealingPublicKey, Suite, read_suite};
use crate::secret::SecretBytes;
use claviger_model::entropy::Entropy;
use claviger_model::ids::{DeviceId, EventId, OrganizationId, SecretId};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};

/// What is sealed to the server, and what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToServer {
    /// The value of a new version of a secret.
    Write {
        /// The organization.
        organization: OrganizationId,
        /// The device that writes.
        device: DeviceId,
        /// The secret; the device chooses the id of a new one.
        secret: SecretId,
        /// The version that the write is to become, from 1.
        version: u64,
    },
    /// A value that leaked, to be looked up by its fingerprint (rule 38).
    Leak {
        /// The organization.
        organization: OrganizationId,
        /// The device that asks.
        device: DeviceId,
        /// The event that the look-up becomes; the device chooses its id.
        event: EventId,
    },
    /// An entry of the offline journal.
    Journal {
        /// The organization.
        organization: OrganizationId,
        /// The device that reports.
        device: DeviceId,
        /// The entry's number in the device's journal.
        seq: u64,
    },
}

impl ToServer {
    const fn info(&self) -> &'static [u8] {
        match self {
            Self::Write { .. } => b"claviger-write-v1",
            Self::Leak { .. } => b"claviger-leak-v1",
            Self::Journal { .. } => b"claviger-journal-v1",
        }
    }

    fn associated_data(&self) -> Vec<u8> {
        match self {
            Self::Write {
                organization,
                device,
                secret,
                version,
            } => join(&[
                organization.as_bytes(),
                device.as_bytes(),
                secret.as_bytes(),
                &version.to_be_bytes(),
            ]),
            Self::Leak {
                organization,
                device,
                event,
            } => join(&[organization.as_bytes(), device.as_bytes(), event.as_bytes()]),
            Self::Journal {
                organization,
                device,
                seq,
            } => join(&[organization.as_bytes(), device.as_bytes(), &seq.to_be_bytes()]),
        }
    }
}

/// Seals to the server on a device.
///
/// # Errors
/// When the server's key is not usable.
pub fn seal_to_server(
    server: &SealingPublicKey,
    binding: &ToServer,
    value: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealingError> {
    let (enc, ciphertext) =
        hpke::single_shot_seal_with_rng::<hpke_suite::Aead, hpke_suite::Kdf, hpke_suite::Kem>(
            &OpModeS::Base,
            &server.to_hpke()?,
            &join(&[binding.info()]),
            value,
            &binding.associated_data(),
            &mut Random(entropy),
        )
        .map_err(|_| SealingError::PublicKey)?;
    Ok([&[Suite::X25519 as u8], enc.to_bytes().as_slice(), &ciphertext].concat())
}

/// Opens on the server what a device sealed.
///
/// # Errors
/// When the suite is unknown, or the bytes are not what was sealed for this place.
pub fn open_from_device(
    server: &SealingKeyPair,
    binding: &ToServer,
    sealed: &[u8],
) -> Result<SecretBytes, SealingError> {
    let (enc, ciphertext) = read_suite(sealed)?
        .split_first_chunk::<32>()
        .ok_or(SealingError::Short)?;
    let enc = hpke_suite::EncappedKey::from_bytes(enc).map_err(|_| SealingError::NotAuthentic)?;
    hpke::single_shot_open::<hpke_suite::Aead, hpke_suite::Kdf, hpke_suite::Kem>(
        &OpModeR::Base,
        server.private(),
        &enc,
        &join(&[binding.info()]),
        ciphertext,
        &binding.associated_data(),
    )
    .map(SecretBytes::new)
    .map_err(|_| SealingError::NotAuthentic)
}

#[cfg(test)]
mod tests;

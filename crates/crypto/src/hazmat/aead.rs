//! AES-256-GCM with a random 96-bit nonce.
//!
//! Guarantees confidentiality and integrity of the plaintext and integrity of the associated data while one key seals
//! fewer than 2³² messages (NIST SP 800-38D section 8.3). It is not key-committing: a ciphertext can be built that opens
//! under two keys, so keys are looked up by id and never tried one after another.

use crate::secret::{Key256, SecretBytes};
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, Nonce, Tag};
use claviger_model::entropy::Entropy;
use zeroize::Zeroizing;

/// Bytes of a nonce.
pub const NONCE: usize = 12;
/// Bytes of an authentication tag.
pub const TAG: usize = 16;

/// A plaintext that is longer than the algorithm allows (64 GiB).
#[derive(Debug)]
pub struct TooLong;

/// A ciphertext that is cut short, altered, or made for another key or associated data.
#[derive(Debug)]
pub struct NotAuthentic;

/// Appends nonce ‖ ciphertext ‖ tag to `out`.
pub fn seal_into(
    out: &mut Vec<u8>,
    key: &Key256,
    associated: &[u8],
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Result<(), TooLong> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    let mut text = Zeroizing::new(plaintext.to_vec());
    let tag = Aes256Gcm::new(key.expose().into())
        .encrypt_inout_detached(
            &Nonce::from(nonce),
            associated,
            InOutBuf::from(text.as_mut_slice()),
        )
        .map_err(|_| TooLong)?;
    out.reserve(NONCE + text.len() + TAG);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&text);
    out.extend_from_slice(&tag);
    Ok(())
}

/// Opens nonce ‖ ciphertext ‖ tag.
pub fn open(key: &Key256, associated: &[u8], sealed: &[u8]) -> Result<SecretBytes, NotAuthentic> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(NotAuthentic)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(NotAuthentic)?;
    let mut text = Zeroizing::new(ciphertext.to_vec());
    Aes256Gcm::new(key.expose().into())
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            associated,
            InOutBuf::from(text.as_mut_slice()),
            &Tag::from(*tag),
        )
        .map_err(|_| NotAuthentic)?;
    Ok(SecretBytes::new(std::mem::take(&mut *text)))
}

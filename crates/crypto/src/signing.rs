//! Signatures: ES256 by devices, Ed25519 by the server.
//!
//! Device keys are made and used by `ring`, whose own system randomness cannot be replaced; everything else takes its
//! randomness as a parameter. ES256 signatures are raw r ‖ s (RFC 7518 section 3.4).

use crate::bytes::{Base64UrlError, decode_base64url_array, encode_base64url};
use crate::jwk::DevicePublicKey;
use crate::secret::{Key256, SecretBytes};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// Why a key could not be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The system gave no randomness.
    #[error("the key could not be made")]
    Generate,
    /// The stored key is not a P-256 key in PKCS#8, or not an Ed25519 seed.
    #[error("the stored key is malformed")]
    Malformed,
    /// Signing failed.
    #[error("signing failed")]
    Sign,
}

/// A signature that does not fit the key and the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not valid")]
pub struct InvalidSignature;

/// A device's ES256 key.
pub struct DeviceKey {
    pkcs8: SecretBytes,
    pair: EcdsaKeyPair,
    public: DevicePublicKey,
}

impl DeviceKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, SigningError> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| SigningError::Generate)?;
        Self::from_pkcs8(SecretBytes::copy_from(pkcs8.as_ref()))
    }

    /// Reads a key back from its PKCS#8 document.
    ///
    /// # Errors
    /// When the document is not a P-256 key.
    pub fn from_pkcs8(pkcs8: SecretBytes) -> Result<Self, SigningError> {
        let pair = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            pkcs8.expose(),
            &SystemRandom::new(),
        )
        .map_err(|_| SigningError::Malformed)?;
        let public =
            DevicePublicKey::from_point(pair.public_key().as_ref()).ok_or(SigningError::Malformed)?;
        Ok(Self { pkcs8, pair, public })
    }

    /// The PKCS#8 document, for the keyring.
    pub const fn pkcs8(&self) -> &SecretBytes {
        &self.pkcs8
    }

    /// The public key.
    pub const fn public(&self) -> &DevicePublicKey {
        &self.public
    }

    /// Signs a message; raw r ‖ s, 64 bytes.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message)
            .map_err(|_| SigningError::Sign)?;
        Ok(signature.as_ref().to_vec())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.public.thumbprint())
    }
}

impl DevicePublicKey {
    /// Checks a raw r ‖ s signature, and that the key is a point of the curve in canonical form.
    ///
    /// # Errors
    /// When either is not so.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.to_point())
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}

/// A server's Ed25519 key, for one of: log, orders and reports.
pub struct ServerKey(Ed25519KeyPair);

/// The public half of a [`ServerKey`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServerPublicKey([u8; 32]);

impl ServerKey {
    /// Derives the pair from its seed (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// Never for 32 bytes; the library's own error is passed on.
    pub fn from_seed(seed: &Key256) -> Result<Self, SigningError> {
        Ed25519KeyPair::from_seed_unchecked(seed.expose())
            .map(Self)
            .map_err(|_| SigningError::Malformed)
    }

    /// The public half.
    ///
    /// # Errors
    /// Never for Ed25519; the length is checked all the same.
    pub fn public(&self) -> Result<ServerPublicKey, SigningError> {
        self.0
            .public_key()
            .as_ref()
            .try_into()
            .map(ServerPublicKey)
            .map_err(|_| SigningError::Malformed)
    }

    /// Signs a message; 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(«secret»)")
    }
}

impl ServerPublicKey {
    /// Takes the 32 raw bytes; whether they are a point shows when a signature is checked.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}

impl fmt::Display for ServerPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode_base64url(&self.0))
    }
}

impl fmt::Debug for ServerPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerPublicKey({self})")
    }
}

impl FromStr for ServerPublicKey {
    type Err = Base64UrlError;
    fn from_str(text: &str) -> Result<Self, Base64UrlError> {
        decode_base64url_array(text).map(Self)
    }
}

impl Serialize for ServerPublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ServerPublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;

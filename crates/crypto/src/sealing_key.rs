//! X25519 key pairs that values are sealed to.

use crate::bytes::{Base64UrlError, decode_base64url_array, encode_base64url};
use crate::hazmat::hpke_suite;
use crate::sealing::SealingError;
use crate::secret::Key256;
use claviger_model::entropy::Entropy;
use hpke::{Deserializable, Kem, Serializable};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// The public half of a sealing key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealingPublicKey([u8; 32]);

/// A device's or the server's X25519 key pair.
pub struct SealingKeyPair {
    secret: hpke_suite::PrivateKey,
    public: SealingPublicKey,
}

impl SealingPublicKey {
    /// Takes 32 raw bytes from elsewhere. A point of low order is refused when something is sealed to it.
    ///
    /// # Errors
    /// When the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealingError> {
        bytes.try_into().map(Self).map_err(|_| SealingError::PublicKey)
    }

    /// The 32 raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn to_hpke(self) -> Result<hpke_suite::PublicKey, SealingError> {
        hpke_suite::PublicKey::from_bytes(&self.0).map_err(|_| SealingError::PublicKey)
    }
}

impl SealingKeyPair {
    /// Makes a random pair.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let (secret, _) = hpke_suite::Kem::gen_keypair_with_rng(&mut hpke_suite::Random(entropy));
        Self::from_private(secret)
    }

    /// Reads a pair back from its stored secret half.
    ///
    /// # Errors
    /// When the bytes are not an X25519 secret key.
    pub fn from_secret(secret: &Key256) -> Result<Self, SealingError> {
        let secret =
            hpke_suite::PrivateKey::from_bytes(secret.expose()).map_err(|_| SealingError::PublicKey)?;
        Ok(Self::from_private(secret))
    }

    /// The secret half, for the keyring or for wrapping.
    pub fn secret(&self) -> Key256 {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        self.secret.write_exact(bytes.as_mut_slice());
        Key256::from_bytes(&bytes)
    }

    /// The public half.
    pub const fn public(&self) -> SealingPublicKey {
        self.public
    }

    pub(crate) const fn private(&self) -> &hpke_suite::PrivateKey {
        &self.secret
    }

    fn from_private(secret: hpke_suite::PrivateKey) -> Self {
        let public = SealingPublicKey(hpke_suite::Kem::sk_to_pk(&secret).to_bytes().into());
        Self { secret, public }
    }
}

impl fmt::Display for SealingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode_base64url(&self.0))
    }
}

impl fmt::Debug for SealingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingPublicKey({self})")
    }
}

impl FromStr for SealingPublicKey {
    type Err = SealingError;
    fn from_str(text: &str) -> Result<Self, SealingError> {
        let bytes = decode_base64url_array::<32>(text).map_err(|Base64UrlError| SealingError::PublicKey)?;
        Self::from_bytes(&bytes)
    }
}

impl Serialize for SealingPublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SealingPublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl fmt::Debug for SealingKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKeyPair({})", self.public)
    }
}

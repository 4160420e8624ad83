//! The lease in a leaf (rule 21): the leaf of a release says how long its value may be kept.

use crate::leaf::Leaf;
use claviger_crypto::bytes::{Base64UrlError, decode_base64url_array, encode_base64url, sha256};
use claviger_model::ids::{DeviceId, SecretId};
use claviger_model::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::time::Duration;

/// The SHA-256 of the sealed value that a lease is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CiphertextHash([u8; 32]);

/// What a leaf says about keeping the released value; device, secret and version are the leaf's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseTerms {
    /// Which sealed value.
    pub ciphertext_sha256: CiphertextHash,
    /// Since when.
    pub issued_at: Timestamp,
    /// For how long, in milliseconds.
    pub max_age_ms: u64,
    /// The epoch of entitlements at the decision.
    pub epoch: u64,
}

/// A lease put together from its leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The device that may keep the value.
    pub device: DeviceId,
    /// The secret.
    pub secret: SecretId,
    /// Its version.
    pub version: u64,
    /// The terms.
    pub terms: LeaseTerms,
}

impl CiphertextHash {
    /// The hash of a sealed value.
    pub fn of(sealed: &[u8]) -> Self {
        Self(sha256(sealed))
    }

    /// The 32 raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Lease {
    /// Reads the lease out of a leaf; nothing when the leaf grants none.
    pub fn of(leaf: &Leaf) -> Option<Self> {
        Some(Self {
            device: leaf.device?,
            secret: leaf.object.secret?,
            version: leaf.object.version?,
            terms: leaf.lease?,
        })
    }

    /// The first moment at which the value may be used no more.
    pub fn ends_at(&self) -> Timestamp {
        self.terms
            .issued_at
            .plus(Duration::from_millis(self.terms.max_age_ms))
    }
}

impl fmt::Display for CiphertextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode_base64url(&self.0))
    }
}

impl fmt::Debug for CiphertextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CiphertextHash({self})")
    }
}

impl Serialize for CiphertextHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CiphertextHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode_base64url_array(&text)
            .map(Self)
            .map_err(|error: Base64UrlError| de::Error::custom(error))
    }
}

//! Versions of values: sealed envelopes, their wrapped data keys, and what can be said without opening them.

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_model::{
    ids::{KeyId, PrincipalId, ScopeId, SecretId},
    name::Name,
    secret::Stage,
    time::Timestamp,
};

/// A version without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The secret.
    pub secret: SecretId,
    /// Counted from 1.
    pub version: u64,
    /// Where it stands.
    pub stage: Stage,
    /// The value's length in bytes.
    pub size: u32,
    /// Whether the value is not UTF-8 text.
    pub binary: bool,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom; none for seed and rotator.
    pub created_by: Option<PrincipalId>,
}

/// A version with its sealed value.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedVersion {
    /// What can be said in the clear.
    pub version: Version,
    /// The value's envelope (rule 32).
    pub envelope: Vec<u8>,
    /// The data key's envelope.
    pub data_key: Vec<u8>,
    /// Which key-encryption key wraps the data key.
    pub kek: KeyId,
    /// HMAC of the value (rule 38).
    pub fingerprint: Digest,
}

impl std::fmt::Debug for SealedVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedVersion")
            .field("version", &self.version)
            .field("kek", &self.kek)
            .finish_non_exhaustive()
    }
}

/// The current version of a living secret, with where the secret stands; what a release needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentVersion {
    /// The secret's scope.
    pub scope: ScopeId,
    /// Moves with every change of the secret, and never comes back.
    pub cursor: u64,
    /// The sealed version.
    pub sealed: SealedVersion,
}

/// How a living secret stands, without its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CurrentNumber {
    /// The secret.
    pub secret: SecretId,
    /// Its scope.
    pub scope: ScopeId,
    /// Its name.
    pub name: Name,
    /// The current version.
    pub version: u64,
    /// Moves with every change of the secret, and never comes back.
    pub cursor: u64,
}

/// A wrapped data key that is to be wrapped anew.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The secret.
    pub secret: SecretId,
    /// The version.
    pub version: u64,
    /// The data key's envelope.
    pub data_key: Vec<u8>,
    /// Under which key-encryption key.
    pub kek: KeyId,
}

/// Reads of versions.
#[async_trait]
pub trait VersionReads {
    /// The versions of a secret without values, newest first.
    async fn versions(&mut self, secret: SecretId) -> Result<Vec<Version>>;
    /// One version with its sealed value, of a secret in the bin or not.
    async fn sealed_version(&mut self, secret: SecretId, version: u64) -> Result<Option<SealedVersion>>;
    /// The current versions of the living among these secrets, in one statement and no order.
    async fn current_sealed(&mut self, secrets: &[SecretId]) -> Result<Vec<CurrentVersion>>;
    /// How the living among these secrets stand, without their values, in one statement and no order; for the check under the lock (rule 21).
    async fn current_numbers(&mut self, secrets: &[SecretId]) -> Result<Vec<CurrentNumber>>;
    /// The versions whose value has one of these fingerprints, those first that are current.
    async fn versions_with_fingerprint(
        &mut self,
        fingerprints: &[Digest],
        limit: u32,
    ) -> Result<Vec<Version>>;
    /// Data keys wrapped by a key-encryption key, some at a time; for rotating it.
    async fn data_keys_under(&mut self, kek: KeyId, limit: u32) -> Result<Vec<WrappedKey>>;
    /// How many data keys a key-encryption key wraps.
    async fn count_data_keys(&mut self, kek: KeyId) -> Result<u64>;
}

/// Writes of versions.
#[async_trait]
pub trait VersionWrites {
    /// The number that the next version of a secret gets; under the lock it is certain.
    async fn next_version(&mut self, secret: SecretId) -> Result<u64>;
    /// Adds a version. With stage `Current` the former current becomes previous, the former previous retired, and the secret's
    /// `version` and `changed_at` follow. [`crate::Conflict::Missing`] secret, [`crate::Conflict::IdTaken`] number.
    async fn add_version(&mut self, sealed: &SealedVersion) -> Result<()>;
    /// Adds the first versions of many secrets in few statements (seeding, imports); all `Current`.
    async fn add_first_versions(&mut self, sealed: &[SealedVersion]) -> Result<()>;
    /// Makes an existing version current (roll back, promote); whether it exists and was not.
    async fn make_current(&mut self, secret: SecretId, version: u64, at: Timestamp) -> Result<bool>;
    /// Replaces the wrapping of data keys; values stay untouched.
    async fn rewrap_data_keys(&mut self, keys: &[WrappedKey]) -> Result<()>;
}

//! Leases: sealed values that may be read offline until they end (rule 21).

use crate::{cache::Cache, error::CacheError, high_water::ClockSetBack, journal::Receipt};
use claviger_crypto::secret::{Key256, SecretBytes};
use claviger_model::{
    ids::{EventId, SecretId},
    time::Timestamp,
};
use claviger_protocol::release::Release;

/// What a release left that may be kept.
#[derive(Debug)]
pub struct KeepLease {
    /// The secret.
    pub secret: SecretId,
    /// The release, with its leaf and proof.
    pub release: Release,
    /// The reply's checkpoint.
    pub checkpoint: String,
    /// The key of the release, exported from the session's context.
    pub release_key: Key256,
}

/// A lease, without anything that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseSummary {
    /// The secret.
    pub secret: SecretId,
    /// Its version.
    pub version: u64,
    /// The release.
    pub event: EventId,
    /// When it was released.
    pub issued_at: Timestamp,
    /// When it must be destroyed.
    pub expires_at: Timestamp,
}

/// Why a lease is not kept or not opened.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Nothing is stored on this device.
    #[error("nothing is stored on this device")]
    NotStored,
    /// There is no lease of the secret.
    #[error("the secret is not kept on this device")]
    Missing,
    /// It ended; its key is destroyed.
    #[error("the time for which the secret may be kept is over")]
    Expired,
    /// The release was not meant to be kept.
    #[error("the release may not be kept")]
    NotALease,
    /// The clock cannot be trusted.
    #[error("offline use is locked")]
    Clock(#[from] ClockSetBack),
    /// The proof does not hold: what is wrong.
    #[error("the lease's proof does not hold: {0}")]
    Proof(&'static str),
    /// The journal entry could not be signed.
    #[error("the journal entry could not be signed")]
    Sign,
    /// The cache failed.
    #[error("the cache failed")]
    Cache(#[from] CacheError),
}

impl Cache {
    /// Verifies releases and keeps them; one transaction. An older lease of the same secret goes.
    ///
    /// # Errors
    /// Nothing is kept when one of them does not hold.
    pub async fn keep_leases(&self, leases: Vec<KeepLease>) -> Result<(), LeaseError> {
        todo!()
    }

    /// What is kept, without touching values.
    pub async fn leases(&self) -> Result<Vec<LeaseSummary>, CacheError> {
        todo!()
    }

    /// Opens a leased value. The receipt says that the read is journaled; there is no other way.
    pub async fn open_leased(&self, receipt: Receipt) -> Result<SecretBytes, LeaseError> {
        todo!()
    }
}

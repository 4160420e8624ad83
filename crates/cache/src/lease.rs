//! Leases: sealed values that may be read offline until they end (rule 21).

mod record;

pub(crate) use record::LeaseRecord;

use crate::{
    book::{Book, Edits},
    cache::Cache,
    documents, entitled,
    error::CacheError,
    high_water::ClockSetBack,
    journal::Receipt,
    secret_view::SecretView,
    state::State,
};
use claviger_crypto::secret::{Key256, SecretBytes};
use claviger_ledger::{lease::Lease, log_key::VerifierKey};
use claviger_model::{
    ids::{EventId, ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{release::Release, sync::Entitlement};
use zeroize::Zeroizing;

/// Keys of the log that are remembered; a lease lives for some days, and keys for months.
const LOG_KEYS: usize = 8;

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
        if !self.is_stored() {
            return Err(LeaseError::NotStored);
        }
        self.detached(move |mut state| async move { state.keep_leases(leases).await })
            .await
    }

    /// What is kept, without touching values.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn leases(&self) -> Result<Vec<LeaseSummary>, CacheError> {
        self.detached(|mut state| async move {
            let heads = state.lease_heads().await?;
            state.mend().await?;
            Ok(heads.into_iter().map(LeaseHead::summary).collect())
        })
        .await
    }

    /// Destroys the leases of these secrets and their keys, as when a person wants no offline copies any more.
    ///
    /// # Errors
    /// When the cache fails; all of them are there then.
    pub async fn end_leases(&self, secrets: Vec<SecretId>) -> Result<(), CacheError> {
        let mut edits = Edits::default().destroying();
        for secret in secrets {
            edits.remove(Book::Leases, *secret.as_bytes());
        }
        self.detached(move |mut state| async move { state.commit(edits).await })
            .await
    }

    /// Opens a leased value. The receipt says that the read is journaled; there is no other way.
    ///
    /// # Errors
    /// When the lease is gone or ended since, or does not hold.
    pub async fn open_leased(&self, receipt: Receipt) -> Result<SecretBytes, LeaseError> {
        self.detached(move |mut state| async move {
            let record = state.usable_lease(receipt.secret()).await?;
            if record.event == receipt.event() {
                record.open(&state.device)
            } else {
                Err(LeaseError::Missing)
            }
        })
        .await
    }
}

/// What is read of a lease to find, list and end it.
#[derive(Debug, Clone)]
pub(crate) struct LeaseHead {
    pub(crate) secret: SecretId,
    /// Where the secret stood when it was leased, innermost first.
    pub(crate) scopes: Vec<ScopeId>,
    pub(crate) expires_at: Timestamp,
    version: u64,
    event: EventId,
    issued_at: Timestamp,
}

impl LeaseHead {
    fn of(record: &LeaseRecord) -> Self {
        Self {
            secret: record.secret,
            scopes: record.scopes.clone(),
            expires_at: record.expires_at,
            version: record.version,
            event: record.event,
            issued_at: record.issued_at,
        }
    }

    fn summary(self) -> LeaseSummary {
        let Self {
            secret,
            version,
            event,
            issued_at,
            expires_at,
            scopes: _,
        } = self;
        LeaseSummary {
            secret,
            version,
            event,
            issued_at,
            expires_at,
        }
    }
}

impl State {
    async fn keep_leases(&mut self, leases: Vec<KeepLease>) -> Result<(), LeaseError> {
        let entitlement: Option<Entitlement> = self.read(documents::ENTITLEMENT).await?;
        let mut edits = Edits::default();
        for lease in leases {
            let scope = self.scope_of(lease.secret).await?;
            let scopes = scope
                .map(|scope| entitled::chain(entitlement.as_ref(), scope))
                .unwrap_or_default();
            let record = LeaseRecord::verified(lease, scopes, &self.device)?;
            let bytes = postcard::to_stdvec(&record).map_err(|_| CacheError::TooLarge(0))?;
            edits.put(Book::Leases, *record.secret.as_bytes(), bytes);
        }
        let mut known = self.log_keys().await?;
        if known.last() != Some(&self.device.log) {
            known.push(self.device.log.clone());
            known.drain(..known.len().saturating_sub(LOG_KEYS));
            edits.put_document(documents::LOG_KEYS, &known)?;
        }
        Ok(self.commit(edits).await?)
    }

    async fn scope_of(&mut self, secret: SecretId) -> Result<Option<ScopeId>, CacheError> {
        let bytes = self.record(Book::Secrets, secret.as_bytes()).await?;
        Ok(bytes.and_then(|bytes| Some(postcard::from_bytes::<SecretView<'_>>(&bytes).ok()?.scope)))
    }

    /// Every lease, without its value and key.
    pub(crate) async fn lease_heads(&mut self) -> Result<Vec<LeaseHead>, CacheError> {
        let mut heads = Vec::new();
        let see = |_, bytes: &[u8]| {
            heads.extend(
                postcard::from_bytes::<LeaseRecord>(bytes)
                    .ok()
                    .map(|record| LeaseHead::of(&record)),
            );
        };
        self.visit(Book::Leases, see).await?;
        Ok(heads)
    }

    /// The log's keys that leases of this cache were proved with.
    async fn log_keys(&mut self) -> Result<Vec<VerifierKey>, CacheError> {
        Ok(self.read(documents::LOG_KEYS).await?.unwrap_or_default())
    }

    /// Checks a lease's proof by the log's key, or by the one that was the log's when it was kept.
    async fn proved(&mut self, record: &LeaseRecord) -> Result<Lease, LeaseError> {
        let refused = match record.verify(&self.device, &self.device.log) {
            Ok(lease) => return Ok(lease),
            Err(refused) => refused,
        };
        let known = self.log_keys().await?;
        known
            .iter()
            .find_map(|log| record.verify(&self.device, log).ok())
            .ok_or(refused)
    }

    /// The lease of a secret if clock and age allow its use; one that ended is destroyed at once.
    pub(crate) async fn usable_lease(&mut self, secret: SecretId) -> Result<LeaseRecord, LeaseError> {
        let bytes: Option<Zeroizing<Vec<u8>>> = self.record(Book::Leases, secret.as_bytes()).await?;
        let record = bytes.and_then(|bytes| postcard::from_bytes::<LeaseRecord>(&bytes).ok());
        let record = record.ok_or(LeaseError::Missing)?;
        self.check_clock().await??;
        let lease = self.proved(&record).await?;
        if lease.ends_at() <= self.now().await? {
            self.expire().await?;
            return Err(LeaseError::Expired);
        }
        Ok(record)
    }
}

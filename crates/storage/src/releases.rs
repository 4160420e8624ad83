//! Values that left the server: who holds what, for how long (rules 21, 26). The blast radius comes from here.

use crate::{Digest, Result, sessions::SessionContext, sign_in::ProofUse, versions::CurrentNumber};
use async_trait::async_trait;
use claviger_model::{
    ids::{DeviceId, EventId, PrincipalId, ScopeId, SecretId, SessionId},
    time::Timestamp,
};
use std::collections::HashSet;

/// One release of a value; a lease when `max_age_ms` is not 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The leaf of the release.
    pub event: EventId,
    /// To whom.
    pub principal: PrincipalId,
    /// To which device.
    pub device: DeviceId,
    /// Which secret.
    pub secret: SecretId,
    /// Which version.
    pub version: u64,
    /// SHA-256 of the sealed value.
    pub ciphertext_sha256: Digest,
    /// When.
    pub issued_at: Timestamp,
    /// How long it may be kept, in milliseconds; 0 = not at all.
    pub max_age_ms: u64,
    /// When it was ended before its time, as the device acknowledged.
    pub ended_at: Option<Timestamp>,
}

/// Where a page of leases ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterLease {
    /// When the last one was issued.
    pub issued_at: Timestamp,
    /// Its event.
    pub event: EventId,
}

impl AfterLease {
    /// After this one.
    pub const fn of(lease: &Release) -> Self {
        Self {
            issued_at: lease.issued_at,
            event: lease.event,
        }
    }
}

/// What a batch of releases asks of the tables, for all its calls at once.
#[derive(Debug, Clone, Copy)]
pub struct BatchAsks<'a> {
    /// Whose sessions.
    pub sessions: &'a [SessionId],
    /// Which secrets.
    pub secrets: &'a [SecretId],
    /// Proofs that are to be used.
    pub proofs: &'a [ProofUse],
    /// Whose histories the append will go on with.
    pub subjects: &'a [PrincipalId],
}

/// What a batch of releases reads under the lock.
#[derive(Debug, Default)]
pub struct BatchReads {
    /// The sessions that exist, with device and principal, in no order.
    pub contexts: Vec<SessionContext>,
    /// How the living among the secrets stand, in no order.
    pub current: Vec<CurrentNumber>,
    /// Thumbprint and `jti` of the proofs that were used before; nobody else can use one while the lock is held.
    pub used: HashSet<(Digest, Vec<u8>)>,
}

/// Who read a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretReader {
    /// Whose device.
    pub principal: PrincipalId,
    /// The device.
    pub device: DeviceId,
    /// The newest version that was released to it.
    pub version: u64,
    /// The last time.
    pub last_at: Timestamp,
}

/// Reads of releases.
#[async_trait]
pub trait ReleaseReads {
    /// One release by its event.
    async fn release(&mut self, event: EventId) -> Result<Option<Release>>;
    /// Leases on a device that have neither ended nor run out at `now`, oldest first, after the given one.
    async fn leases_on(
        &mut self,
        device: DeviceId,
        now: Timestamp,
        after: Option<AfterLease>,
        limit: u32,
    ) -> Result<Vec<Release>>;
    /// How many of them there are.
    async fn count_leases_on(&mut self, device: DeviceId, now: Timestamp) -> Result<u64>;
    /// Leases of these secrets, on any device, that have neither ended nor run out at `now`.
    async fn leases_of(&mut self, secrets: &[SecretId], now: Timestamp) -> Result<Vec<Release>>;
    /// Leases of secrets in and below a scope that have neither ended nor run out at `now`, each with the scope of its secret,
    /// device by device, and of each in the order of events.
    async fn leases_below(
        &mut self,
        top: ScopeId,
        now: Timestamp,
        after: Option<(DeviceId, EventId)>,
        limit: u32,
    ) -> Result<Vec<(Release, ScopeId)>>;
    /// Who received a value of this secret since a moment.
    async fn readers_since(&mut self, secret: SecretId, since: Timestamp) -> Result<Vec<SecretReader>>;
    /// Which secrets' present values a principal received: secret, newest version received, last time; after the given secret.
    async fn read_by(
        &mut self,
        principal: PrincipalId,
        after: Option<SecretId>,
        limit: u32,
    ) -> Result<Vec<(SecretId, u64, Timestamp)>>;
}

/// Writes of releases.
#[async_trait]
pub trait ReleaseWrites {
    /// Notes releases in one statement.
    async fn insert_releases(&mut self, releases: &[Release]) -> Result<()>;
    /// Notes that these were ended on a device; says how many were not before.
    async fn end_releases(&mut self, device: DeviceId, events: &[EventId], at: Timestamp) -> Result<u64>;
}

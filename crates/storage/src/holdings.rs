//! Who holds which value: what came to devices, in one row for each way. The blast radius is read from here.
//!
//! A value counts as held while a secret has it as its current one, whichever secret and version it came from: a value that was
//! rolled back to, or stands in two places, is the same value. They are compared by their fingerprints (rule 38).

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_model::{
    blast::{Current, Holding},
    ids::{DeviceId, EventId, PrincipalId, SecretId},
    time::Timestamp,
};

/// Values that are held and current: where they stand and how they came, side by side, so that a value which stands in a thousand
/// places and came a thousand times is two thousand rows and not a million.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// Where they stand, in the order of secrets.
    pub current: Vec<Current>,
    /// How they came, each with the fingerprint of its value.
    pub holdings: Vec<(Digest, Holding)>,
}

/// Reads of what is held.
#[async_trait]
pub trait HoldingReads {
    /// The current values that a principal holds.
    async fn held_by(&mut self, principal: PrincipalId) -> Result<Held>;
    /// The current values that came to a device at or after a moment.
    async fn held_on(&mut self, device: DeviceId, since: Timestamp) -> Result<Held>;
    /// Everyone who holds the current value of a secret.
    async fn value_held_of(&mut self, secret: SecretId) -> Result<Held>;
    /// Everyone to whom one of these values ever came, current or not; the latest first.
    async fn holdings_of(&mut self, fingerprints: &[Digest], limit: u32) -> Result<Vec<Holding>>;
    /// How one version of a secret came to somebody.
    async fn came_to(
        &mut self,
        principal: PrincipalId,
        secret: SecretId,
        version: u64,
    ) -> Result<Vec<Holding>>;
    /// How many values a device may keep at `now`, and when the longest lease ends.
    async fn leases_at_hand(&mut self, device: DeviceId, now: Timestamp) -> Result<(u64, Option<Timestamp>)>;
}

/// A read that a device reported afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfflineRead {
    /// Whose device.
    pub principal: PrincipalId,
    /// The device.
    pub device: DeviceId,
    /// The secret.
    pub secret: SecretId,
    /// Its version.
    pub version: u64,
    /// The leaf of the lease.
    pub event: EventId,
    /// When, by the device's clock.
    pub at: Timestamp,
}

/// Writes of what is held; releases are noted by the tables themselves.
#[async_trait]
pub trait HoldingWrites {
    /// Notes a read without the server.
    async fn note_offline_read(&mut self, read: &OfflineRead) -> Result<()>;
}

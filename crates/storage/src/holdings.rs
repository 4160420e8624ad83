//! Who holds which value: what came to devices, in one row for each way. The blast radius is read from here.
//!
//! A value counts as held while a secret has it as its current one, whichever secret and version it came from: a value that was
//! rolled back to, or stands in two places, is the same value. They are compared by their fingerprints (rule 38).

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    blast::Holding,
    ids::{DeviceId, EventId, PrincipalId, SecretId},
    time::Timestamp,
};

/// A holding of a value that is current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The secret that has the value today, be it in the bin.
    pub secret: SecretId,
    /// As which version.
    pub version: u64,
    /// How it came.
    pub holding: Holding,
}

/// Reads of what is held.
#[async_trait]
pub trait HoldingReads {
    /// The current values that a principal holds, in the order of secrets.
    async fn held_by(&mut self, principal: PrincipalId) -> Result<Vec<Held>>;
    /// The current values that came to a device at or after a moment, in the order of secrets.
    async fn held_on(&mut self, device: DeviceId, since: Timestamp) -> Result<Vec<Held>>;
    /// Everyone who holds the current value of a secret.
    async fn value_held_of(&mut self, secret: SecretId) -> Result<Vec<Held>>;
    /// Everyone to whom a version of a value ever came, current or not.
    async fn holdings_of(&mut self, versions: &[(SecretId, u64)]) -> Result<Vec<Holding>>;
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

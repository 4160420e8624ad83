//! What devices read offline, as they report it (rule 25).

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_model::{ids::DeviceId, time::Timestamp};

/// An entry of a device's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// The device.
    pub device: DeviceId,
    /// Counted from 1.
    pub seq: u64,
    /// The hash of the signed entry.
    pub hash: Digest,
    /// The signed entry, verbatim.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalOutcome {
    /// Stored.
    New,
    /// The very same was here before.
    Known,
    /// Another entry has this number: a finding.
    Contradicts,
}

/// Reads of journals.
#[async_trait]
pub trait JournalReads {
    /// A device's journal after a number, in order.
    async fn journal(&mut self, device: DeviceId, after: u64, limit: u32) -> Result<Vec<JournalEntry>>;
}

/// Writes of journals.
#[async_trait]
pub trait JournalWrites {
    /// Stores entries, and moves the device's journal head to the newest without a gap; for each, what became of it.
    async fn put_journal(&mut self, entries: &[JournalEntry]) -> Result<Vec<JournalOutcome>>;
}

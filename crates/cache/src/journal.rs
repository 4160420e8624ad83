//! The journal of offline reads (rule 25): signed and durable before a value is opened.

use crate::{cache::Cache, error::CacheError, lease::LeaseError};
use claviger_model::ids::{EventId, SecretId};
use claviger_protocol::{release::Purpose, signed::Signed};

/// Says that a read stands in the journal, durably; opens one value once.
#[derive(Debug)]
pub struct Receipt {
    event: EventId,
    seq: u64,
}

/// What the server does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalTail {
    /// Number of the first entry.
    pub first: u64,
    /// Entries, oldest first.
    pub entries: Vec<Signed>,
}

impl Receipt {
    /// The entry's number.
    pub const fn seq(&self) -> u64 {
        self.seq
    }
}

impl Cache {
    /// Checks the lease and the clock, and writes the read of a leased value into the journal.
    pub async fn journal_read(&self, secret: SecretId, purpose: Purpose) -> Result<Receipt, LeaseError> {
        todo!()
    }

    /// What is to be sent; none when the server has everything.
    pub async fn unsent(&self) -> Result<Option<JournalTail>, CacheError> {
        todo!()
    }

    /// Notes that the server has the journal up to this number.
    pub async fn mark_sent(&self, seq: u64) -> Result<(), CacheError> {
        todo!()
    }
}

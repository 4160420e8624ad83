//! Failed calls without a caller, counted by the minute so that nobody can flood the log (rule 15).

use crate::Result;
use async_trait::async_trait;
use claviger_model::time::Timestamp;

/// A count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailureCount {
    /// The minute's beginning.
    pub minute: Timestamp,
    /// The error's stable code.
    pub kind: String,
    /// The source's network prefix.
    pub prefix: String,
    /// How many.
    pub count: u64,
}

/// Reads of failure counts.
#[async_trait]
pub trait FailureReads {
    /// Counts of minutes that began before a moment, oldest first.
    async fn failures_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<FailureCount>>;
}

/// Writes of failure counts.
#[async_trait]
pub trait FailureWrites {
    /// Adds to the counts in one statement.
    async fn count_failures(&mut self, counts: &[FailureCount]) -> Result<()>;
    /// Takes the counts of minutes that began before a moment out of the table, to be put into the log.
    async fn take_failures_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<FailureCount>>;
}

//! One's own history, and what of the log is pinned.

use crate::{cache::Cache, error::CacheError};
use claviger_protocol::{log::OpeningRecord, wire::Bytes};
use serde::{Deserialize, Serialize};

/// A leaf of one's own history, verified before it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRecord {
    /// Its number in the person's own sequence, from 1.
    pub seq: u64,
    /// Where it stands in the log.
    pub index: u64,
    /// Verbatim.
    pub leaf: Bytes,
    /// What was not forgotten yet.
    pub openings: Vec<OpeningRecord>,
}

/// What this device remembers of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPin {
    /// The newest checkpoint whose consistency was shown, verbatim.
    pub checkpoint: String,
    /// The newest number of one's own sequence that was verified; 0 for none.
    pub seq: u64,
    /// RFC 6962 hash of that leaf.
    pub leaf: Option<Bytes>,
    /// Why the log is not to be believed, in words, once that was found; never forgotten by itself.
    pub doubt: Option<String>,
}

impl Cache {
    /// The pin, after the first contact.
    pub async fn log_pin(&self) -> Result<Option<LogPin>, CacheError> {
        todo!()
    }

    /// Stores verified leaves and the pin that they led to, in one transaction.
    pub async fn extend_history(&self, records: Vec<HistoryRecord>, pin: LogPin) -> Result<(), CacheError> {
        todo!()
    }

    /// All of one's history that is stored, oldest first.
    pub async fn history(&self) -> Result<Vec<HistoryRecord>, CacheError> {
        todo!()
    }
}

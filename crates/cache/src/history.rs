//! One's own history, and what of the log is pinned.

use crate::{
    book::{Book, Edits},
    cache::Cache,
    documents::{self, json},
    error::CacheError,
    key_table::wide,
};
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
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn log_pin(&self) -> Result<Option<LogPin>, CacheError> {
        self.detached(|mut state| async move { state.read(documents::LOG_PIN).await })
            .await
    }

    /// Stores verified leaves and the pin that they led to, in one transaction.
    ///
    /// # Errors
    /// When the cache fails; nothing was written then.
    pub async fn extend_history(&self, records: Vec<HistoryRecord>, pin: LogPin) -> Result<(), CacheError> {
        let mut edits = Edits::default();
        for record in &records {
            edits.put(Book::History, wide(record.seq), json(record)?);
        }
        edits.put_document(documents::LOG_PIN, &pin)?;
        self.detached(move |mut state| async move { state.commit(edits).await })
            .await
    }

    /// All of one's history that is stored, oldest first. After names and history ended, it begins anew with the next
    /// contact, while the pin stays.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn history(&self) -> Result<Vec<HistoryRecord>, CacheError> {
        self.detached(|mut state| async move {
            let mut found: Vec<HistoryRecord> = Vec::new();
            state
                .visit(Book::History, |_, bytes| {
                    found.extend(serde_json::from_slice(bytes).ok())
                })
                .await?;
            if state.mend().await? {
                found.clear();
            }
            found.sort_unstable_by_key(|record| record.seq);
            Ok(found)
        })
        .await
    }
}

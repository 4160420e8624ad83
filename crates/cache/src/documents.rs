//! Small things that have a name of the program's own.

use crate::{
    book::{Book, Edits},
    error::CacheError,
    key_table::named,
    page::Id,
    state::State,
};
use serde::{Serialize, de::DeserializeOwned};

/// The name of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document(&'static str);

/// Where the next sync goes on.
pub(crate) const CURSOR: Document = Document("cursor");
/// What the person is entitled to.
pub(crate) const ENTITLEMENT: Document = Document("entitlement");
/// The high-water mark of time.
pub(crate) const CLOCK: Document = Document("clock");
/// What is pinned of the log.
pub(crate) const LOG_PIN: Document = Document("log-pin");
/// The log's keys that leases were proved with, oldest first: a lease outlives a change of the log's key.
pub(crate) const LOG_KEYS: Document = Document("log-keys");
/// The newest entry of the journal.
pub(crate) const JOURNAL_HEAD: Document = Document("journal-head");
/// The last order that was carried out.
pub(crate) const LAST_ORDER: Document = Document("last-order");
/// That an order to destroy everything was carried out.
pub(crate) const EVERYTHING: Document = Document("everything-destroyed");

impl Document {
    pub(crate) fn id(self) -> Id {
        named(self.0)
    }
}

/// The id of a document of the program around.
pub(crate) fn foreign(name: &str) -> Id {
    named(&format!("program/{name}"))
}

impl State {
    /// Reads a document; one that does not parse counts as none.
    pub(crate) async fn read<T: DeserializeOwned>(
        &mut self,
        document: Document,
    ) -> Result<Option<T>, CacheError> {
        let bytes = self.record(Book::Documents, &document.id()).await?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

impl Edits {
    /// Writes a document.
    pub(crate) fn put_document<T: Serialize>(
        &mut self,
        document: Document,
        value: &T,
    ) -> Result<(), CacheError> {
        self.put(Book::Documents, document.id(), json(value)?);
        Ok(())
    }
}

/// JSON for what has optional members; it stands inside sealed pages only.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, CacheError> {
    serde_json::to_vec(value).map_err(|_| CacheError::TooLarge(0))
}

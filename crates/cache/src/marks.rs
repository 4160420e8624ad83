//! What the person marked: favourites, and when each secret was last used on this device.

use crate::{
    book::{Book, Edits},
    cache::Cache,
    documents::json,
    error::CacheError,
};
use claviger_model::{ids::SecretId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// A secret's mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// Among the favourites.
    pub favourite: bool,
    /// Last used on this device.
    pub used_at: Option<Timestamp>,
}

impl Cache {
    /// Every mark.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn marks(&self) -> Result<Vec<(SecretId, Mark)>, CacheError> {
        self.detached(|mut state| async move {
            let mut found = Vec::new();
            let see = |id, bytes: &[u8]| {
                found.extend(
                    serde_json::from_slice(bytes)
                        .ok()
                        .map(|mark| (SecretId::from_bytes(id), mark)),
                );
            };
            state.visit(Book::Marks, see).await?;
            state.mend().await?;
            Ok(found)
        })
        .await
    }

    /// Sets a mark; the default one is removed.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn mark(&self, secret: SecretId, mark: Mark) -> Result<(), CacheError> {
        let mut edits = Edits::default();
        if mark == Mark::default() {
            edits.remove(Book::Marks, *secret.as_bytes());
        } else {
            edits.put(Book::Marks, *secret.as_bytes(), json(&mark)?);
        }
        self.detached(move |mut state| async move { state.commit(edits).await })
            .await
    }
}

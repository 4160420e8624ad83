//! What a use case learns from a reply, so that the page sees it before the next sync brings it again.

use super::page::change;
use crate::state::{Inner, book::Learned};
use claviger_cache::Mark;
use claviger_model::ids::SecretId;
use claviger_protocol::{requests::RequestRecord, secrets::SecretRecord};

impl Inner {
    /// Puts what a reply said into book and cache. Where the cache does not take it, the next sync brings it again.
    pub(crate) async fn learn(&self, learned: Learned) {
        let Ok(live) = self.live() else { return };
        live.learn(&learned);
        self.tell(&learned);
        if let Err(error) = live.cache.apply(change(learned)).await {
            tracing::warn!(%error, "a change could not be stored");
        }
    }

    /// A secret that was made or changed.
    pub(crate) async fn learn_secret(&self, record: SecretRecord) {
        self.learn(Learned {
            secrets: vec![record],
            ..Learned::default()
        })
        .await;
    }

    /// A secret that went into the bin.
    pub(crate) async fn learn_removed(&self, secret: SecretId) {
        self.learn(Learned {
            removed: vec![secret],
            ..Learned::default()
        })
        .await;
    }

    /// A request that was made or answered.
    pub(crate) async fn learn_request(&self, request: RequestRecord) {
        self.learn(Learned {
            requests: vec![request],
            ..Learned::default()
        })
        .await;
    }

    /// Marks a secret; the default mark is none.
    ///
    /// # Errors
    /// When the cache does not keep it; it holds until the program ends.
    pub(crate) async fn set_mark(
        &self,
        secret: SecretId,
        mark: Mark,
    ) -> Result<(), claviger_cache::CacheError> {
        let Ok(live) = self.live() else { return Ok(()) };
        live.change_book(|book| {
            let marks = std::sync::Arc::make_mut(&mut book.marks);
            if mark == Mark::default() {
                marks.remove(&secret)
            } else {
                marks.insert(secret, mark)
            };
        });
        live.cache.mark(secret, mark).await
    }
}

//! The transaction under the lock.

use super::handle::Handle;
use crate::{
    Locked, Reader, Result, StorageError,
    log::{Appended, Draft, Head, SignCheckpoint},
    releases::{BatchAsks, BatchReads, Release},
    sign_in::ProofUse,
};
use claviger_model::time::Timestamp;

impl Reader for Handle {}

/// Stands for the head of a handle that holds no lock; such a handle is never handed out as [`Locked`].
static NO_HEAD: Head = Head {
    next_index: 0,
    epoch: 0,
    last_time: Timestamp::from_millis(0),
    sync_cursor: 0,
    sync_floor: 0,
    origin: String::new(),
    edge: Vec::new(),
    checkpoint: String::new(),
    keys: 0,
};

#[async_trait::async_trait]
impl Locked for Handle {
    fn head(&self) -> &Head {
        self.holding().map_or(&NO_HEAD, |held| &held.head)
    }

    fn now(&self) -> Timestamp {
        self.holding().map_or(NO_HEAD.last_time, |held| held.now)
    }

    async fn epoch(&mut self) -> Result<u64> {
        super::grants::epoch(self.db()).await
    }

    async fn append(&mut self, drafts: Vec<Draft>, sign: &dyn SignCheckpoint) -> Result<Appended> {
        super::log_append::append(self, drafts, &[], &[], sign).await
    }

    async fn read_for_releases(&mut self, asks: BatchAsks<'_>) -> Result<BatchReads> {
        super::release_reads::read(self, asks).await
    }

    async fn append_releases(
        &mut self,
        drafts: Vec<Draft>,
        releases: &[Release],
        proofs: &[ProofUse],
        sign: &dyn SignCheckpoint,
    ) -> Result<Appended> {
        super::log_append::append(self, drafts, releases, proofs, sign).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.finish().await
    }
}

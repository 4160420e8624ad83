//! Bringing what changed, checking the log, obeying orders.

mod error;
mod release;
mod seal;
mod watch;

pub(crate) use error::{ReleaseError, SyncError};
pub(crate) use release::OpenedValue;
pub(crate) use watch::LogWatch;

use crate::state::Inner;
use claviger_protocol::secrets::SecretRecord;
use std::sync::Arc;

impl Inner {
    /// Syncs at once.
    pub(crate) async fn sync_now(self: &Arc<Self>) -> Result<(), SyncError> {
        todo!()
    }

    /// Asks the background for a sync soon.
    pub(crate) fn hint_sync(&self) {
        if let Ok(live) = self.live() {
            live.wake.notify_one();
        }
    }

    /// Puts a record that the server answered with into book and cache, so that the page sees it at once.
    pub(crate) async fn learn_secret(&self, record: SecretRecord) {
        todo!()
    }
}

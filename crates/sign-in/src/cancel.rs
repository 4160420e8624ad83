//! Taking back a sign-in that waits for the browser.

use std::sync::Arc;
use tokio::sync::watch;

/// A handle that cancels; clones share it. Cancelling is for good.
#[derive(Debug, Clone)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Default for Cancel {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Cancel {
    /// A handle that nobody cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Waits until somebody cancels.
    pub async fn cancelled(&self) {
        let mut seen = self.0.subscribe();
        // The sender lives as long as `self`, so waiting ends with the cancellation only.
        let _ended = seen.wait_for(|cancelled| *cancelled).await;
    }
}

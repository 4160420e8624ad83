//! The start: what this device knows is there before any network.

use super::Inner;
use std::sync::Arc;

impl Inner {
    /// Finds the pinned server, this device's keys and the session, opens what may be opened, and connects in the background.
    pub(crate) async fn begin(self: &Arc<Self>) {
        todo!()
    }
}

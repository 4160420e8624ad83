//! Locking and unlocking.

use super::Inner;
use crate::{session::SessionError, view::state::LockReason};
use std::sync::Arc;

impl Inner {
    /// Locks; nothing happens where nobody is signed in.
    pub(crate) async fn lock(self: &Arc<Self>, reason: LockReason) {
        todo!()
    }

    /// Opens again.
    pub(crate) async fn unlock(self: &Arc<Self>) -> Result<(), SessionError> {
        todo!()
    }

    /// The person is there.
    pub(crate) fn note_activity(&self) {
        todo!()
    }
}

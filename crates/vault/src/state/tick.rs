//! Connection.

use super::{Inner, Live};
use claviger_cache::KeyringError;
use std::sync::Arc;

impl Inner {
    /// A call was answered.
    pub(crate) fn note_online(&self, live: &Arc<Live>) {
        todo!()
    }

    /// The keyring gave no answer.
    pub(crate) fn note_keyring(&self, error: &KeyringError) {
        todo!()
    }
}

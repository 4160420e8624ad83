//! How the server and the keyring can be reached.

use super::{Inner, Live};
use crate::view::{
    problem::Problem,
    state::{Connection, Keyring, OfflineReason, Progress},
};
use claviger_cache::KeyringError;
use claviger_model::time::Timestamp;
use std::sync::Arc;

impl Inner {
    /// A call was answered.
    pub(crate) fn note_online(&self, live: &Arc<Live>) {
        if !self.is_present(live) || live.is_over() {
            return;
        }
        let last_sync = live.last_sync().map(Timestamp::millis);
        self.board.change(|state| {
            if !matches!(state.connection, Connection::Online { .. }) {
                state.connection = Connection::Online {
                    last_sync,
                    progress: None,
                };
            }
        });
    }

    /// A sync goes on, or is done.
    pub(crate) fn note_progress(&self, live: &Arc<Live>, progress: Option<Progress>) {
        if self.is_present(live) && !live.is_over() {
            let last_sync = live.last_sync().map(Timestamp::millis);
            self.board
                .change(|state| state.connection = Connection::Online { last_sync, progress });
        }
    }

    /// The server cannot be used.
    pub(crate) fn note_offline(&self, live: &Arc<Live>, reason: OfflineReason) {
        if !self.is_present(live) {
            return;
        }
        let (now, last_sync) = (self.now().millis(), live.last_sync().map(Timestamp::millis));
        self.board.change(|state| {
            let since = match state.connection {
                Connection::Offline { since, .. } => since,
                _ => now,
            };
            state.connection = Connection::Offline {
                since,
                last_sync,
                reason,
            };
        });
    }

    /// Whether the server can be used, as far as the last call tells.
    pub(crate) fn is_online(&self) -> bool {
        matches!(self.board.state().connection, Connection::Online { .. })
    }

    /// The keyring gave no answer.
    pub(crate) fn note_keyring(&self, error: &KeyringError) {
        let detail = Some(error.words().to_owned());
        let keyring = match error {
            KeyringError::Locked(_) => Keyring::Locked { detail },
            KeyringError::Absent(_) | KeyringError::Failed(_) => Keyring::Absent { detail },
        };
        self.board.change(|state| state.keyring = keyring);
    }

    /// The copy on this computer is kept up to date again, or not any more.
    pub(crate) fn note_storage(&self, problem: Option<Problem>) {
        self.board.change(|state| state.storage = problem);
    }

    fn is_present(&self, live: &Arc<Live>) -> bool {
        self.place()
            .live
            .as_ref()
            .is_some_and(|present| Arc::ptr_eq(present, live))
    }
}

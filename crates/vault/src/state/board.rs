//! What the page is told: the state as a whole, and events.

use crate::view::{
    event::{Changed, ChangedArea, HostEvent},
    state::{AppState, Connection, Keyring, LogState, SessionState},
};
use claviger_model::ids::SecretId;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// Events that a slow listener may be behind.
const BEHIND: usize = 256;
/// More changed secrets than these are not named one by one.
const NAMED: usize = 64;

/// Holds the state and tells about changes.
pub(crate) struct Board {
    state: Mutex<AppState>,
    events: broadcast::Sender<HostEvent>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            state: Mutex::new(AppState {
                session: SessionState::Starting,
                connection: Connection::Connecting,
                keyring: Keyring::Ok,
                log: LogState::Unproven { words: String::new() },
                storage: None,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            }),
            events: broadcast::Sender::new(BEHIND),
        }
    }
}

impl Board {
    /// The present state.
    pub(crate) fn state(&self) -> AppState {
        self.lock().clone()
    }

    /// A new listener.
    pub(crate) fn events(&self) -> broadcast::Receiver<HostEvent> {
        self.events.subscribe()
    }

    /// Changes the state and tells, if anything is different.
    pub(crate) fn change(&self, change: impl FnOnce(&mut AppState)) {
        let mut state = self.lock();
        let before = state.clone();
        change(&mut state);
        if *state != before {
            // Sent under the lock, so that listeners see changes in their order.
            self.tell(HostEvent::StateChanged(Box::new(state.clone())));
        }
    }

    /// Tells listeners, if there are any.
    pub(crate) fn tell(&self, event: HostEvent) {
        let _nobody_listens = self.events.send(event);
    }

    /// Tells that areas may look different.
    pub(crate) fn changed(&self, areas: &[ChangedArea], secrets: &[SecretId]) {
        let named = if secrets.len() > NAMED { &[] } else { secrets };
        self.tell(HostEvent::Changed(Changed {
            areas: areas.to_vec(),
            secrets: named.iter().map(ToString::to_string).collect(),
        }));
    }

    fn lock(&self) -> MutexGuard<'_, AppState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

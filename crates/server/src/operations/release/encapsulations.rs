//! One encapsulation for each session and server process, and a fresh one after each purge (rule 28).

use claviger_crypto::{
    sealing::{Encapsulation, ReleaseInfo, ReleaseSender, SealingError, SealingPublicKey},
    secret::Key256,
};
use claviger_model::{
    entropy::Entropy,
    ids::{DeviceId, EventId, SessionId},
};
use moka::sync::Cache;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// More sessions than one process serves at a time; an older one gets a fresh encapsulation.
const SESSIONS: u64 = 10_000;
/// The absolute life of a session.
const LIFE: Duration = Duration::from_secs(12 * 3600);

/// The server's side of a session's encapsulation; in memory only.
#[derive(Clone)]
pub struct Encapsulated {
    /// For the device.
    pub encapsulation: Encapsulation,
    device: DeviceId,
    sender: Arc<Mutex<ReleaseSender>>,
}

/// The encapsulations of this process; clones share them.
#[derive(Clone)]
pub struct Encapsulations(Cache<SessionId, Encapsulated>);

impl Encapsulations {
    /// None yet.
    pub fn new() -> Self {
        Self::with(SESSIONS)
    }

    fn with(sessions: u64) -> Self {
        let builder = Cache::builder().max_capacity(sessions).time_to_live(LIFE);
        Self(builder.support_invalidation_closures().build())
    }

    /// The session's encapsulation, made now if there is none.
    ///
    /// # Errors
    /// When the device's key is not usable.
    pub fn of(
        &self,
        key: &SealingPublicKey,
        info: ReleaseInfo,
        entropy: &dyn Entropy,
    ) -> Result<Encapsulated, SealingError> {
        let make = || {
            let (encapsulation, sender) = ReleaseSender::new(key, info, entropy)?;
            Ok(Encapsulated {
                encapsulation,
                device: info.device,
                sender: Arc::new(Mutex::new(sender)),
            })
        };
        self.0
            .try_get_with(info.session, make)
            .map_err(|error: Arc<SealingError>| *error)
    }

    /// Forgets those of a device, since it destroys what it holds.
    pub fn forget_device(&self, device: DeviceId) {
        // Fails only where closures are not supported, and they are.
        let _ = self.0.invalidate_entries_if(move |_, kept| kept.device == device);
    }

    /// Forgets all, since which devices were told to destroy something is not known.
    pub fn forget_all(&self) {
        self.0.invalidate_all();
    }

    /// Forgets that of a session.
    pub fn forget_session(&self, session: SessionId) {
        self.0.invalidate(&session);
    }
}

impl Default for Encapsulations {
    fn default() -> Self {
        Self::new()
    }
}

impl Encapsulated {
    /// The key of one release.
    ///
    /// # Errors
    /// As the exporter's own.
    pub fn release_key(&self, event: EventId) -> Result<Key256, SealingError> {
        self.sender
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .release_key(event)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use claviger_crypto::sealing::SealingKeyPair;
    use claviger_model::{entropy::Sequence, ids::OrganizationId};

    #[test]
    fn more_sessions_than_there_is_room_for_are_encapsulated_anew() {
        let (entropy, room) = (Sequence::new(1), Encapsulations::with(4));
        let device = SealingKeyPair::random(&entropy).public();
        for _ in 0..40 {
            let info = ReleaseInfo {
                organization: OrganizationId::random(&entropy),
                device: DeviceId::random(&entropy),
                session: SessionId::random(&entropy),
            };
            room.of(&device, info, &entropy).unwrap();
        }
        room.0.run_pending_tasks();
        assert!(room.0.entry_count() <= 4);
    }
}

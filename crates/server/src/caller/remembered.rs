//! Sessions as this process read them lately, for calls that are decided under the lock anyway: there the rows are read
//! again, and what was remembered wrongly is found out ([`crate::sequencer::release`]). Nothing else may rely on it.

use claviger_storage::{Digest, sessions::SessionContext};
use moka::sync::Cache;
use std::{sync::Arc, time::Duration};

/// About a kilobyte each.
const CAPACITY: u64 = 10_000;
/// The life of an access token.
const REMEMBERED: Duration = Duration::from_secs(600);

/// By the hash of the access token.
pub struct RememberedSessions(Cache<Digest, Arc<SessionContext>>);

impl RememberedSessions {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        let cache = Cache::builder().max_capacity(CAPACITY).time_to_live(REMEMBERED);
        Self(cache.build())
    }

    /// The session of a token, as it was once.
    pub(super) fn recall(&self, token: &Digest) -> Option<Arc<SessionContext>> {
        self.0.get(token)
    }

    /// Keeps what was just read.
    pub(super) fn remember(&self, context: &Arc<SessionContext>) {
        self.0.insert(context.session.access_hash, Arc::clone(context));
    }

    /// Forgets the session of a token.
    pub(super) fn forget(&self, token: &Digest) {
        self.0.invalidate(token);
    }
}

impl Default for RememberedSessions {
    fn default() -> Self {
        Self::new()
    }
}

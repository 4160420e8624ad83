//! Current versions as this process read them lately, sealed as they are stored: what memory holds of them is what the
//! database holds. Under the lock the secret's cursor tells whether they are still current.

use claviger_model::ids::SecretId;
use claviger_storage::versions::CurrentVersion;
use moka::sync::Cache;
use std::{sync::Arc, time::Duration};

/// Of all kept values together.
const BYTES: u64 = 32 * 1024 * 1024;
/// What a kept value takes besides its envelope.
const BESIDES: usize = 512;
/// Then it is read again, so that what was erased does not stay here.
const KEPT: Duration = Duration::from_secs(600);

/// The values of this process.
pub struct KeptValues(Cache<SecretId, Arc<CurrentVersion>>);

impl KeptValues {
    /// None yet.
    pub fn new() -> Self {
        let weigh = |_: &SecretId, kept: &Arc<CurrentVersion>| {
            u32::try_from(kept.sealed.envelope.len().saturating_add(BESIDES)).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .weigher(weigh)
                .max_capacity(BYTES)
                .time_to_live(KEPT)
                .build(),
        )
    }

    /// The current version, as it was once.
    pub(super) fn get(&self, secret: SecretId) -> Option<Arc<CurrentVersion>> {
        self.0.get(&secret)
    }

    /// Keeps what was just read.
    pub(super) fn keep(&self, current: CurrentVersion) -> Arc<CurrentVersion> {
        let kept = Arc::new(current);
        self.0.insert(kept.sealed.version.secret, Arc::clone(&kept));
        kept
    }
}

impl Default for KeptValues {
    fn default() -> Self {
        Self::new()
    }
}

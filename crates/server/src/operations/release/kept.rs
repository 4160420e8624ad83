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

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_model::{
        entropy::{Entropy, Sequence},
        ids::{KeyId, ScopeId},
        secret::Stage,
        time::Timestamp,
    };
    use claviger_storage::versions::{SealedVersion, Version};

    fn current(entropy: &dyn Entropy, bytes: usize) -> CurrentVersion {
        CurrentVersion {
            scope: ScopeId::random(entropy),
            cursor: 1,
            sealed: SealedVersion {
                version: Version {
                    secret: SecretId::random(entropy),
                    version: 1,
                    stage: Stage::Current,
                    size: 1,
                    binary: false,
                    created_at: Timestamp::from_millis(0),
                    created_by: None,
                },
                envelope: vec![7; bytes],
                data_key: vec![7; 93],
                kek: KeyId::random(entropy),
                fingerprint: [7; 32],
            },
        }
    }

    /// What the envelopes take, counted without the weigher, and how many there are.
    fn held(kept: &KeptValues) -> (u64, usize) {
        kept.0.run_pending_tasks();
        let values: Vec<_> = kept.0.iter().collect();
        let bytes = values.iter().map(|(_, kept)| kept.sealed.envelope.len() as u64);
        (bytes.sum(), values.len())
    }

    #[test]
    fn all_values_together_stay_within_the_bound() {
        // The largest value that there is, more of them than have room, and as many small ones as would not.
        for (bytes, count) in [(64 * 1024 + 45, 1_000), (45, 100_000)] {
            let (kept, entropy) = (KeptValues::new(), Sequence::new(1));
            for _ in 0..count {
                kept.keep(current(&entropy, bytes));
            }
            let (held, values) = held(&kept);
            let besides = size_of::<CurrentVersion>() + 93 + 2 * size_of::<usize>();
            assert!(besides <= BESIDES, "{besides}");
            assert!(held + (values * besides) as u64 <= BYTES, "{held} in {values}");
            let room = (values * (bytes + BESIDES)) as u64;
            assert!(room > BYTES / 2, "what has room is kept: {values}");
        }
    }

    #[test]
    fn what_was_kept_is_found_by_its_secret() {
        let (kept, entropy) = (KeptValues::new(), Sequence::new(1));
        let one = current(&entropy, 45);
        let secret = one.sealed.version.secret;
        assert_eq!(*kept.keep(one.clone()), one);
        assert_eq!(kept.get(secret).as_deref(), Some(&one));
        assert_eq!(kept.get(SecretId::random(&entropy)), None);
    }
}

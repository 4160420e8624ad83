//! The provider's keys: kept for an hour, fetched anew when a token names an unknown one.

use super::fetch::{FetchError, Fetcher};
use crate::config::Oidc;
use claviger_model::time::{Clock, Timestamp};
use openidconnect::{JsonWebKeySetUrl, core::CoreJsonWebKeySet};
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// How long keys are used without asking again.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// Unknown keys make us ask no more often than this; whoever sends nonsense must not make us a flood.
const ASKED_AT_MOST: Duration = Duration::from_secs(30);

/// Keys as they were at a moment.
pub(super) struct Keys {
    pub(super) set: CoreJsonWebKeySet,
    address: JsonWebKeySetUrl,
    fetched_at: Timestamp,
}

pub(super) struct ProviderKeys {
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    // The lock is held while fetching, so that those who wait share one request.
    kept: Mutex<Option<Arc<Keys>>>,
}

impl ProviderKeys {
    pub(super) fn new(oidc: &Oidc, clock: Arc<dyn Clock>) -> Result<Self, FetchError> {
        Ok(Self {
            fetcher: Fetcher::new(oidc)?,
            clock,
            kept: Mutex::new(None),
        })
    }

    /// Keys that are at most an hour old.
    pub(super) async fn current(&self) -> Result<Arc<Keys>, Arc<FetchError>> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some(keys) = kept.as_ref().filter(|keys| now.since(keys.fetched_at) < KEPT) {
            return Ok(Arc::clone(keys));
        }
        let (address, set) = self.fetcher.discover().await.map_err(Arc::new)?;
        Ok(Arc::clone(kept.insert(Arc::new(Keys {
            set,
            address,
            fetched_at: now,
        }))))
    }

    /// Keys that were fetched after the given ones; none when it is too soon to ask again.
    pub(super) async fn newer_than(&self, old: &Arc<Keys>) -> Result<Option<Arc<Keys>>, Arc<FetchError>> {
        let mut kept = self.kept.lock().await;
        if let Some(keys) = kept.as_ref().filter(|keys| !Arc::ptr_eq(keys, old)) {
            return Ok(Some(Arc::clone(keys)));
        }
        let now = self.clock.now();
        if now.since(old.fetched_at) < ASKED_AT_MOST {
            return Ok(None);
        }
        let set = self.fetcher.keys(&old.address).await.map_err(Arc::new)?;
        let keys = Keys {
            set,
            address: old.address.clone(),
            fetched_at: now,
        };
        Ok(Some(Arc::clone(kept.insert(Arc::new(keys)))))
    }
}

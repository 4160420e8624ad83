//! Places that are kept for offline use: their values are leased, and leased anew when half of a copy's life is over, when the
//! value changed, and when a secret is new there; each with an event of its own. Nothing else is fetched ahead.
//!
//! What the server refuses is not asked for again before version or entitlement changed: each refusal is an event as well.

use super::ReleaseError;
use crate::{
    state::{Inner, Live, book::Book},
    view::event::ChangedArea,
};
use claviger_cache::{Cache, CacheError};
use claviger_model::{
    ids::{ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    problem::Problem,
    release::{MAX_ITEMS, Purpose, ReleaseItem},
    wire::Bytes,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The cache's document with the places that the person wants offline.
const KEPT: &str = "kept-places";
/// After a failure that says nothing for good, such as a full disk, a value is not asked for again before this time.
const RETRY: Duration = Duration::from_secs(3600);
/// A copy that lasts less than this longer than the one before it is not worth an event.
const LONGER: Duration = Duration::from_secs(60);

/// Values that could not be kept, and under which circumstances.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<SecretId, Attempt>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attempt {
    circumstances: Circumstances,
    /// None for as long as the circumstances stay.
    until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Circumstances {
    version: u64,
    entitlement: Option<Bytes>,
}

impl Circumstances {
    fn of(book: &Book, secret: SecretId) -> Self {
        Self {
            version: book.secrets.get(&secret).map_or(0, |secret| secret.version),
            entitlement: book.entitlement.as_ref().map(|known| known.digest.clone()),
        }
    }
}

impl Attempts {
    fn allow(&self, book: &Book, secret: SecretId, now: Timestamp) -> bool {
        self.lock().get(&secret).is_none_or(|attempt| {
            attempt.circumstances != Circumstances::of(book, secret)
                || attempt.until.is_some_and(|until| until <= now)
        })
    }

    fn note(&self, book: &Book, secret: SecretId, until: Option<Timestamp>) {
        let circumstances = Circumstances::of(book, secret);
        self.lock().insert(secret, Attempt { circumstances, until });
    }

    fn forget(&self, secret: SecretId) {
        self.lock().remove(&secret);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SecretId, Attempt>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a copy lasts longer than the one before it. Near the end of an access it does not, and asking on would only add events.
fn gains(book: &Book, secret: SecretId, until: Timestamp) -> bool {
    let before = book.leases.get(&secret);
    before.is_none_or(|lease| until > lease.expires_at.plus(LONGER))
}

/// The places that the person wants offline.
///
/// # Errors
/// When the cache fails.
pub(crate) async fn kept_places(cache: &Cache) -> Result<BTreeSet<ScopeId>, CacheError> {
    let stored = cache.document(KEPT).await?.unwrap_or_default();
    Ok(serde_json::from_slice(&stored).unwrap_or_default())
}

impl Inner {
    /// Remembers that a place is to be kept, or not any more.
    ///
    /// # Errors
    /// When the cache does not keep it; it holds until the program ends.
    pub(crate) async fn set_kept(&self, live: &Live, place: ScopeId, on: bool) -> Result<(), CacheError> {
        let kept = live.change_book(|book| {
            let kept = Arc::make_mut(&mut book.kept);
            if on {
                kept.insert(place);
            } else {
                kept.remove(&place);
            }
            kept.clone()
        });
        let bytes = serde_json::to_vec(&kept).unwrap_or_default();
        live.cache.put_document(KEPT, Some(&bytes)).await
    }

    /// Leases values in one call, at most [`MAX_ITEMS`]; tells of each whether a copy is kept. The caller has the lease turn.
    ///
    /// # Errors
    /// When the call as a whole fails, or the copies cannot be stored.
    pub(crate) async fn lease(
        self: &Arc<Self>,
        live: &Arc<Live>,
        secrets: &[SecretId],
    ) -> Result<Vec<Result<bool, Problem>>, ReleaseError> {
        let retry = live.cache.now().await?.plus(RETRY);
        let book = live.book();
        for secret in secrets {
            live.attempts.note(&book, *secret, Some(retry));
        }
        let item = |secret: &SecretId| ReleaseItem {
            secret: *secret,
            purpose: Purpose::Lease,
            version: None,
        };
        let released = match self.release(secrets.iter().map(item).collect()).await {
            Err(error) if error.is_offline() => {
                secrets.iter().for_each(|secret| live.attempts.forget(*secret));
                return Err(error);
            }
            released => released?,
        };
        let told = secrets.iter().zip(released).map(|(secret, released)| {
            let until = released.map(|value| value.kept_until);
            match until {
                Ok(Some(until)) if gains(&book, *secret, until) => live.attempts.forget(*secret),
                _ => live.attempts.note(&book, *secret, None),
            }
            until.map(|until| until.is_some())
        });
        Ok(told.collect())
    }

    /// Brings the copies of kept places up to date.
    ///
    /// # Errors
    /// When the server is not reached, or the copies cannot be stored.
    pub(super) async fn renew_kept(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), ReleaseError> {
        if !live.cache.is_stored() {
            return Ok(());
        }
        let _turn = live.lease_turn.lock().await;
        for place in live.book().kept_in_vain() {
            // Were the mark to stay, values would be fetched unasked once access came back.
            self.set_kept(live, place, false).await?;
        }
        let now = live.cache.now().await?;
        let wanted: Vec<SecretId> = {
            let book = live.book();
            let outdated = book.to_lease(|scope| book.is_kept(scope), now);
            let allowed = outdated
                .into_iter()
                .filter(|secret| live.attempts.allow(&book, *secret, now));
            allowed.collect()
        };
        for some in wanted.chunks(MAX_ITEMS) {
            for refused in self.lease(live, some).await?.into_iter().filter_map(Result::err) {
                tracing::info!(
                    refused = refused.code.as_str(),
                    "a value is not kept for offline use"
                );
            }
            let areas = [ChangedArea::Places, ChangedArea::Secrets, ChangedArea::Devices];
            self.board.changed(&areas, some);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

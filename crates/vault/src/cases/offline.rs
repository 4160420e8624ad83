//! Keeping a place for offline use: every value that may be used there is leased, each with its own event.

use super::{names, places};
use crate::{
    Vault,
    problem::{cache_problem, refusal},
    state::{
        Live,
        book::{Book, PlaceNode, SecretEntry},
    },
    view::{
        device::LeaseSummary as LeasesOfPlace, event::ChangedArea, places::KeptOffline, problem::Problem,
        state::Keyring,
    },
};
use claviger_cache::{Cache, CacheError, LeaseSummary};
use claviger_model::{
    action::Action,
    ids::{ScopeId, SecretId},
    scope::ENVIRONMENT_DEPTH,
    time::Timestamp,
};
use claviger_protocol::release::{MAX_ITEMS, Purpose, ReleaseItem};
use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

/// The cache's document with the places that the person wants offline.
const KEPT: &str = "kept-places";

impl Vault {
    /// Leases every value at a place and beneath that may be used, or destroys the offline copies there. Copies that are
    /// fresh stay, so that doing it again costs no events.
    ///
    /// # Errors
    /// When nothing can be stored here, the server is out of reach, or it refuses all of them.
    pub async fn keep_offline(&self, place: &str, on: bool) -> Result<Option<KeptOffline>, Problem> {
        let place: ScopeId = names::id(place)?;
        let live = self.inner.live()?;
        if live.book().places.get(place).is_none() {
            return Err(names::not_found());
        }
        let done = if on {
            self.keep(&live, place).await
        } else {
            let_go(&live, place).await
        };
        // Even after a failure some copies may be there.
        refresh(&live).await.map_err(|error| cache_problem(&error))?;
        let areas = [ChangedArea::Places, ChangedArea::Secrets, ChangedArea::Devices];
        self.inner.board.changed(&areas, &[]);
        self.inner.hint_sync();
        done?;
        Ok(places::copies(&live.book()).remove(&place).filter(|_| on))
    }

    /// What this device holds for offline use, by environment.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn leases(&self) -> Result<Vec<LeasesOfPlace>, Problem> {
        let live = self.inner.live()?;
        let kept = kept_places(&live.cache).await;
        Ok(leases(&live.book(), &kept))
    }

    async fn keep(&self, live: &Live, place: ScopeId) -> Result<(), Problem> {
        if !live.cache.is_stored() {
            return Err(not_stored(&self.inner.board.state().keyring));
        }
        let wanted = wanted(&live.book(), place, self.inner.now());
        let (mut kept, mut refused) = (wanted.is_empty(), None);
        for chunk in wanted.chunks(MAX_ITEMS) {
            let item = |secret: &SecretId| ReleaseItem {
                secret: *secret,
                purpose: Purpose::Lease,
                version: None,
            };
            let released = match self.inner.release(chunk.iter().map(item).collect()).await {
                Ok(released) => released,
                Err(error) if kept => {
                    remember(&live.cache, place, true)
                        .await
                        .map_err(|error| cache_problem(&error))?;
                    return Err(error.into());
                }
                Err(error) => return Err(error.into()),
            };
            for one in released {
                match one {
                    Ok(_) => kept = true,
                    Err(problem) => refused = refused.or(Some(problem)),
                }
            }
        }
        match refused {
            Some(problem) if !kept => Err(refusal(&problem)),
            _ => remember(&live.cache, place, true)
                .await
                .map_err(|error| cache_problem(&error)),
        }
    }
}

async fn let_go(live: &Live, place: ScopeId) -> Result<(), Problem> {
    let held = held(&live.book(), place);
    let gone = async {
        remember(&live.cache, place, false).await?;
        live.cache.end_leases(held).await
    };
    gone.await.map_err(|error| cache_problem(&error))
}

/// Makes the book say what the cache has.
async fn refresh(live: &Live) -> Result<(), CacheError> {
    let leases = live.cache.leases().await?;
    live.change_book(|book| {
        book.leases = Arc::new(leases.into_iter().map(|lease| (lease.secret, lease)).collect());
    });
    Ok(())
}

/// The places that the person wants offline. Without them nothing is wrong but a mark in the tree.
pub(super) async fn kept_places(cache: &Cache) -> HashSet<ScopeId> {
    let stored = cache.document(KEPT).await.inspect_err(|error| {
        tracing::warn!(%error, "the places that are kept for offline use were not read");
    });
    let bytes = stored.ok().flatten().unwrap_or_default();
    serde_json::from_slice::<Vec<ScopeId>>(&bytes)
        .unwrap_or_default()
        .into_iter()
        .collect()
}

async fn remember(cache: &Cache, place: ScopeId, on: bool) -> Result<(), CacheError> {
    let mut kept: BTreeSet<ScopeId> = kept_places(cache).await.into_iter().collect();
    if on {
        kept.insert(place);
    } else {
        kept.remove(&place);
    }
    let bytes = serde_json::to_vec(&kept).unwrap_or_default();
    cache.put_document(KEPT, Some(&bytes)).await
}

/// Whether values at a place may be kept offline.
pub(super) fn may_keep(node: &PlaceNode) -> bool {
    node.actions.contains(&Action::SecretUse) && node.lease_ms.is_some_and(|lease| lease > 0)
}

/// The secrets of which a copy is to be fetched.
fn wanted(book: &Book, place: ScopeId, now: Timestamp) -> Vec<SecretId> {
    let within = places::within(book, place);
    let may = |scope: ScopeId| within.contains(&scope) && book.places.get(scope).is_some_and(may_keep);
    let secrets = book
        .secrets
        .values()
        .filter(|secret| secret.version > 0 && may(secret.scope));
    let wanted = secrets.filter(|secret| {
        !book
            .leases
            .get(&secret.id)
            .is_some_and(|lease| is_fresh(lease, secret, now))
    });
    let mut wanted: Vec<_> = wanted.map(|secret| secret.id).collect();
    wanted.sort_unstable();
    wanted
}

/// Of the present version, and with at least half of its time left.
fn is_fresh(lease: &LeaseSummary, secret: &SecretEntry, now: Timestamp) -> bool {
    let whole = lease.expires_at.since(lease.issued_at);
    lease.version == secret.version && lease.expires_at.since(now) >= whole / 2
}

fn held(book: &Book, place: ScopeId) -> Vec<SecretId> {
    let within = places::within(book, place);
    let here = |secret: &SecretId| {
        book.secrets
            .get(secret)
            .is_some_and(|secret| within.contains(&secret.scope))
    };
    book.leases.keys().copied().filter(here).collect()
}

fn leases(book: &Book, kept: &HashSet<ScopeId>) -> Vec<LeasesOfPlace> {
    let of_environments: HashSet<ScopeId> = book
        .leases
        .keys()
        .filter_map(|secret| book.secrets.get(secret))
        .map(|secret| environment(book, secret.scope))
        .collect();
    let (copies, below) = (places::copies(book), places::below_kept(book, kept));
    let summaries = of_environments.into_iter().filter_map(|place| {
        let (copies, node) = (copies.get(&place)?, book.places.get(place)?);
        Some(LeasesOfPlace {
            place: place.to_string(),
            path: node.path.clone(),
            class: names::class(node.class),
            values: copies.values,
            readable_until: copies.readable_until,
            kept: below.contains(&place),
        })
    });
    let mut summaries: Vec<_> = summaries.collect();
    summaries.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    summaries
}

/// The environment in which a place lies, or the place itself above environments.
fn environment(book: &Book, scope: ScopeId) -> ScopeId {
    let depth = |scope: &ScopeId| {
        book.places
            .get(*scope)
            .map(|node| node.scope.path.segments().len())
    };
    places::ancestors(book, scope)
        .find(|ancestor| depth(ancestor) == Some(ENVIRONMENT_DEPTH))
        .unwrap_or(scope)
}

fn not_stored(keyring: &Keyring) -> Problem {
    match keyring {
        Keyring::Locked { .. } => {
            names::problem("keyringLocked", "The keyring of this computer is locked.", None)
        }
        _ => names::problem("keyringAbsent", "This computer has no keyring.", None),
    }
}

#[cfg(test)]
#[path = "offline_tests.rs"]
mod tests;

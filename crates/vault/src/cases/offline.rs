//! Keeping a place for offline use: every value that may be used there is leased, each with its own event.

use super::{names, places};
use crate::{
    Vault,
    problem::{cache_problem, refusal},
    state::{Live, book::Book},
    view::{
        device::LeaseSummary as LeasesOfPlace, event::ChangedArea, places::KeptOffline, problem::Problem,
        state::Keyring,
    },
};
use claviger_cache::CacheError;
use claviger_model::{
    ids::{ScopeId, SecretId},
    scope::ENVIRONMENT_DEPTH,
};
use claviger_protocol::release::MAX_ITEMS;
use std::{collections::HashSet, sync::Arc};

impl Vault {
    /// Leases every value at a place and beneath that may be used, or destroys the offline copies there. Copies that are
    /// fresh stay, so that doing it again costs no events. As long as the place is kept, each sync brings its copies up to date.
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
            self.let_go(&live, place).await
        };
        // Even after a failure some copies may be there.
        refresh(&live).await.map_err(|error| cache_problem(&error))?;
        let areas = [ChangedArea::Places, ChangedArea::Secrets, ChangedArea::Devices];
        self.inner.board.changed(&areas, &[]);
        self.inner.hint_sync();
        done?;
        Ok(places::kept_copies(&live.book(), place).filter(|_| on))
    }

    /// What this device holds for offline use, by environment.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn leases(&self) -> Result<Vec<LeasesOfPlace>, Problem> {
        let live = self.inner.live()?;
        Ok(leases(&live.book()))
    }

    async fn keep(&self, live: &Arc<Live>, place: ScopeId) -> Result<(), Problem> {
        if !live.cache.is_stored() {
            return Err(not_stored(&self.inner.board.state().keyring));
        }
        let _turn = live.lease_turn.lock().await;
        let now = live.cache.now().await.map_err(|error| cache_problem(&error))?;
        let wanted = {
            let book = live.book();
            let within = places::within(&book, place);
            book.to_lease(|scope| within.contains(&scope), now)
        };
        let (mut kept, mut refused) = (wanted.is_empty(), None);
        for some in wanted.chunks(MAX_ITEMS) {
            let leased = match self.inner.lease(live, some).await {
                Ok(leased) => leased,
                Err(error) => {
                    if kept {
                        self.remember(live, place, true).await?;
                    }
                    return Err(error.into());
                }
            };
            for one in leased {
                match one {
                    Ok(_) => kept = true,
                    Err(problem) => refused = refused.or(Some(problem)),
                }
            }
        }
        match refused {
            Some(problem) if !kept => Err(refusal(&problem)),
            _ => self.remember(live, place, true).await,
        }
    }

    async fn let_go(&self, live: &Live, place: ScopeId) -> Result<(), Problem> {
        let _turn = live.lease_turn.lock().await;
        self.remember(live, place, false).await?;
        let held = held(&live.book(), place);
        let gone = live.cache.end_leases(held).await;
        gone.map_err(|error| cache_problem(&error))
    }

    async fn remember(&self, live: &Live, place: ScopeId, on: bool) -> Result<(), Problem> {
        let set = self.inner.set_kept(live, place, on).await;
        set.map_err(|error| cache_problem(&error))
    }
}

/// Makes the book say what the cache has.
async fn refresh(live: &Live) -> Result<(), CacheError> {
    let leases = live.cache.leases().await?;
    live.change_book(|book| {
        book.leases = Arc::new(leases.into_iter().map(|lease| (lease.secret, lease)).collect());
    });
    Ok(())
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

fn leases(book: &Book) -> Vec<LeasesOfPlace> {
    let of_environments: HashSet<ScopeId> = book
        .leases
        .keys()
        .filter_map(|secret| book.secrets.get(secret))
        .map(|secret| environment(book, secret.scope))
        .collect();
    let copies = places::copies(book);
    let summaries = of_environments.into_iter().filter_map(|place| {
        let (copies, node) = (copies.get(&place)?, book.places.get(place)?);
        Some(LeasesOfPlace {
            place: place.to_string(),
            path: node.path.clone(),
            class: names::class(node.class),
            values: copies.values,
            readable_until: copies.readable_until?,
            kept: book.is_kept(place),
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

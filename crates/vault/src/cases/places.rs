//! The tree of places.

use super::{names, requests};
use crate::{
    Vault,
    state::book::{Book, PlaceNode},
    view::{
        places::{KeptOffline, Place, PlaceRights, PlacesView},
        problem::Problem,
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, ScopeId},
    scope::{ENVIRONMENT_DEPTH, MAX_DEPTH},
    time::Timestamp,
};
use std::collections::{HashMap, HashSet};

/// Of a place in which there is nothing to keep yet.
const NO_COPIES: KeptOffline = KeptOffline {
    values: 0,
    readable_until: None,
};

impl Vault {
    /// The places in which the person has a right somewhere, with how much is in them.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn places(&self) -> Result<PlacesView, Problem> {
        let live = self.inner.live()?;
        Ok(places(&live.book(), live.principal))
    }
}

fn places(book: &Book, me: PrincipalId) -> PlacesView {
    let counts = counts(book);
    let copies = copies(book);
    let here = |node: &PlaceNode| {
        let id = node.scope.id;
        let kept = book
            .is_kept(id)
            .then(|| copies.get(&id).cloned().unwrap_or(NO_COPIES));
        place(book, node, &counts, kept)
    };
    let shown = book.places.iter().filter(|node| !node.path.is_empty());
    let mut places: Vec<_> = shown.map(here).collect();
    places.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    let marked = book.marks.iter().filter(|(_, mark)| mark.favourite);
    let mut favourites: Vec<_> = marked
        .filter_map(|(id, _)| book.secrets.get(id))
        .map(|secret| names::reference(book, secret))
        .collect();
    favourites.sort_by(|a, b| (&a.path, &a.env_name, &a.title).cmp(&(&b.path, &b.env_name, &b.title)));
    PlacesView {
        places,
        favourites,
        total: names::count(book.secrets.len()),
        to_answer: names::count(requests::to_answer(book, me).count()),
    }
}

fn place(book: &Book, node: &PlaceNode, counts: &HashMap<ScopeId, u32>, kept: Option<KeptOffline>) -> Place {
    let segments = node.scope.path.segments();
    let may = |action| node.actions.contains(&action);
    let parent = node
        .scope
        .parent
        .filter(|parent| !book.places.path(*parent).is_empty());
    Place {
        id: node.scope.id.to_string(),
        parent: parent.map(|parent| parent.to_string()),
        name: segments.last().map(ToString::to_string).unwrap_or_default(),
        path: node.path.clone(),
        depth: names::count(segments.len()),
        class: (segments.len() >= ENVIRONMENT_DEPTH).then(|| names::class(node.class)),
        count: counts.get(&node.scope.id).copied().unwrap_or(0),
        rights: PlaceRights {
            create: may(Action::SecretCreate),
            keep_offline: segments.len() == ENVIRONMENT_DEPTH && node.may_keep(),
        },
        offline_for: node.lease_ms.and_then(|lease| i64::try_from(lease).ok()),
        kept_offline: kept,
    }
}

/// How many secrets are at each place and beneath.
pub(super) fn counts(book: &Book) -> HashMap<ScopeId, u32> {
    let mut here: HashMap<ScopeId, u32> = HashMap::new();
    for secret in book.secrets.values() {
        *here.entry(secret.scope).or_default() += 1;
    }
    let mut beneath: HashMap<ScopeId, u32> = HashMap::new();
    for (scope, count) in here {
        for ancestor in ancestors(book, scope) {
            *beneath.entry(ancestor).or_default() += count;
        }
    }
    beneath
}

/// For each place, how many values this device holds of it and of what lies beneath, and until when.
pub(super) fn copies(book: &Book) -> HashMap<ScopeId, KeptOffline> {
    let mut held: HashMap<ScopeId, (u32, Timestamp)> = HashMap::new();
    for (secret, lease) in book.leases.iter() {
        let Some(secret) = book.secrets.get(secret) else {
            continue;
        };
        for ancestor in ancestors(book, secret.scope) {
            let entry = held.entry(ancestor).or_insert((0, lease.expires_at));
            *entry = (entry.0 + 1, entry.1.min(lease.expires_at));
        }
    }
    let view = |(values, until): (u32, Timestamp)| KeptOffline {
        values,
        readable_until: Some(until.millis()),
    };
    held.into_iter()
        .map(|(scope, entry)| (scope, view(entry)))
        .collect()
}

/// A scope and what it lies in, as far as the person may know.
pub(super) fn ancestors(book: &Book, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
    let parent = |scope: &ScopeId| book.places.get(*scope).and_then(|node| node.scope.parent);
    // Bounded, should a server ever send a circle.
    std::iter::successors(Some(scope), parent).take(MAX_DEPTH + 1)
}

/// A place and everything beneath it.
pub(super) fn within(book: &Book, place: ScopeId) -> HashSet<ScopeId> {
    let scopes = book.places.iter().map(|node| node.scope.id);
    scopes
        .filter(|scope| book.places.is_within(*scope, place))
        .collect()
}

/// The copies that this device holds of a place that is kept, perhaps none yet; nothing where it is not kept.
pub(super) fn kept_copies(book: &Book, place: ScopeId) -> Option<KeptOffline> {
    book.is_kept(place)
        .then(|| copies(book).remove(&place).unwrap_or(NO_COPIES))
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;

//! The tree of places.

use super::names;
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
    ids::ScopeId,
    scope::ENVIRONMENT_DEPTH,
    time::Timestamp,
};
use claviger_protocol::requests::{RequestState, Want};
use std::collections::HashMap;

impl Vault {
    /// The places in which the person has a right somewhere, with how much is in them.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn places(&self) -> Result<PlacesView, Problem> {
        let book = self.inner.book()?;
        let (counts, kept) = (counts(&book), kept(&book));
        let places = book.places.iter().filter(|node| !node.path.is_empty());
        let mut favourites: Vec<_> = book
            .marks
            .iter()
            .filter(|(_, mark)| mark.favourite)
            .filter_map(|(id, _)| book.secrets.get(id))
            .map(|secret| names::reference(&book, secret))
            .collect();
        favourites.sort_by(|a, b| (&a.env_name, &a.title, &a.path).cmp(&(&b.env_name, &b.title, &b.path)));
        let mut places: Vec<_> = places.map(|node| place(&book, node, &counts, &kept)).collect();
        places.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
        Ok(PlacesView {
            places,
            favourites,
            total: names::count(book.secrets.len()),
            to_answer: names::count(to_answer(&book)),
        })
    }
}

fn place(
    book: &Book,
    node: &PlaceNode,
    counts: &HashMap<ScopeId, u32>,
    kept: &HashMap<ScopeId, KeptOffline>,
) -> Place {
    let depth = node.scope.path.segments().len();
    let may = |action| node.actions.contains(&action);
    Place {
        id: node.scope.id.to_string(),
        parent: node
            .scope
            .parent
            .filter(|parent| !book.places.path(*parent).is_empty())
            .map(|parent| parent.to_string()),
        name: node.scope.path.segments().last().map(ToString::to_string).unwrap_or_default(),
        path: node.path.clone(),
        depth: names::count(depth),
        class: (depth >= ENVIRONMENT_DEPTH).then(|| names::class(node.class)),
        count: counts.get(&node.scope.id).copied().unwrap_or(0),
        rights: PlaceRights {
            create: may(Action::SecretCreate),
            keep_offline: depth == ENVIRONMENT_DEPTH && may(Action::SecretUse) && node.lease_ms.is_some(),
        },
        offline_for: node.lease_ms.and_then(|lease| i64::try_from(lease).ok()),
        kept_offline: kept.get(&node.scope.id).cloned(),
    }
}

/// How many secrets are at each place and beneath.
fn counts(book: &Book) -> HashMap<ScopeId, u32> {
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

/// For each place, how many values this device keeps there and beneath, and until when.
fn kept(book: &Book) -> HashMap<ScopeId, KeptOffline> {
    let mut kept: HashMap<ScopeId, (u32, Timestamp)> = HashMap::new();
    for (secret, lease) in book.leases.iter() {
        let Some(secret) = book.secrets.get(secret) else { continue };
        for ancestor in ancestors(book, secret.scope) {
            let entry = kept.entry(ancestor).or_insert((0, lease.expires_at));
            *entry = (entry.0 + 1, entry.1.min(lease.expires_at));
        }
    }
    let view = |(values, until): (u32, Timestamp)| KeptOffline { values, readable_until: until.millis() };
    kept.into_iter().map(|(scope, entry)| (scope, view(entry))).collect()
}

/// A scope and what it lies in, as far as the person may know.
fn ancestors(book: &Book, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
    std::iter::successors(Some(scope), |scope| book.places.get(*scope).and_then(|node| node.scope.parent))
        .take(claviger_model::scope::MAX_DEPTH + 1)
}

/// Open requests of others that this person can answer.
fn to_answer(book: &Book) -> usize {
    let mine = book.me.as_ref().map(|me| me.person.id);
    let open = book.requests.values().filter(|request| request.state == RequestState::Open);
    open.filter(|request| Some(request.asked_by) != mine)
        .filter(|request| match request.want {
            Want::Rotation { secret } => book
                .secrets
                .get(&secret)
                .is_some_and(|secret| book.places.allows(secret.scope, Action::RotationFulfil)),
        })
        .count()
}

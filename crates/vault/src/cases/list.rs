//! The list of secrets at a place.

use super::{due, names, row::Rows};
use crate::{
    Vault,
    state::book::{Book, SecretEntry},
    view::{
        list::{ListCounts, ListFilter, ListPage, ListQuery},
        problem::Problem,
    },
};
use claviger_model::{
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};
use std::{collections::HashSet, time::Duration};

/// Used so lately that it counts as recent.
const RECENT: Duration = Duration::from_secs(14 * 24 * 3600);

impl Vault {
    /// A page of the list; rows stand by name, recent ones by their last use.
    ///
    /// # Errors
    /// When nobody is signed in, or the place is not known.
    pub async fn list(&self, query: ListQuery) -> Result<ListPage, Problem> {
        let (book, now) = (self.inner.book()?, self.inner.now());
        let place: Option<ScopeId> = query.place.as_deref().map(names::id).transpose()?;
        let owner: Option<PrincipalId> = query.owner.as_deref().map(names::id).transpose()?;
        let rows = Rows::new(&book, now);
        let here = at_place(&book, place, owner);
        let shown = |secret: &SecretEntry, filter| match filter {
            ListFilter::All => true,
            ListFilter::Due => due::is_due(secret, now),
            ListFilter::Recent => is_recent(&rows, secret, now),
            // What one may only know of is not synced yet: discoverable scopes come with the requests for access.
            ListFilter::CanAsk => false,
        };
        let counted = |filter| names::count(here.iter().filter(|secret| shown(secret, filter)).count());
        let counts = ListCounts {
            all: names::count(here.len()),
            due: counted(ListFilter::Due),
            recent: counted(ListFilter::Recent),
            can_ask: counted(ListFilter::CanAsk),
        };
        let mut found: Vec<_> = here.into_iter().filter(|secret| shown(secret, query.filter)).collect();
        sort(&mut found, &book, &rows, query.filter);
        Ok(ListPage {
            total: names::count(found.len()),
            offset: query.offset,
            counts,
            rows: page(&found, &query).map(|secret| rows.row(secret)).collect(),
        })
    }
}

fn at_place(book: &Book, place: Option<ScopeId>, owner: Option<PrincipalId>) -> Vec<&SecretEntry> {
    let within: Option<HashSet<ScopeId>> = place.map(|place| {
        book.places.iter().map(|node| node.scope.id).filter(|scope| book.places.is_within(*scope, place)).collect()
    });
    let here = |secret: &&SecretEntry| within.as_ref().is_none_or(|within| within.contains(&secret.scope));
    let owned = |secret: &&SecretEntry| owner.is_none_or(|owner| secret.owner == Some(owner));
    book.secrets.values().filter(here).filter(owned).collect()
}

fn is_recent(rows: &Rows<'_>, secret: &SecretEntry, now: Timestamp) -> bool {
    rows.used_at(secret.id).is_some_and(|at| at >= now.minus(RECENT))
}

fn sort(found: &mut [&SecretEntry], book: &Book, rows: &Rows<'_>, filter: ListFilter) {
    if filter == ListFilter::Recent {
        found.sort_by_key(|secret| (std::cmp::Reverse(rows.used_at(secret.id)), secret.id));
    } else {
        found.sort_by_cached_key(|secret| {
            (book.places.path(secret.scope).to_owned(), secret.shown().to_lowercase(), secret.id)
        });
    }
}

fn page<'a>(found: &'a [&SecretEntry], query: &ListQuery) -> impl Iterator<Item = &'a SecretEntry> {
    let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
    found.iter().copied().skip(size(query.offset)).take(size(query.limit))
}

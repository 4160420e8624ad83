//! The list of secrets at a place.

use super::{due, names, places, row::Rows};
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
use std::{
    cmp::{Ordering, Reverse},
    time::Duration,
};

/// Used so lately that it counts as recent.
const RECENT: Duration = Duration::from_secs(14 * 24 * 3600);

impl Vault {
    /// A page of the list; rows stand by place and name, recent ones by their last use.
    ///
    /// # Errors
    /// When nobody is signed in, or the place is not known.
    pub async fn list(&self, query: ListQuery) -> Result<ListPage, Problem> {
        list(&*self.inner.book()?, &query, self.inner.now())
    }
}

fn list(book: &Book, query: &ListQuery, now: Timestamp) -> Result<ListPage, Problem> {
    let place: Option<ScopeId> = query.place.as_deref().map(names::id).transpose()?;
    let owner: Option<PrincipalId> = query.owner.as_deref().map(names::id).transpose()?;
    if place.is_some_and(|place| book.places.get(place).is_none()) {
        return Err(names::not_found());
    }
    let rows = Rows::new(book, now);
    let mut counts = ListCounts {
        all: 0,
        due: 0,
        recent: 0,
        can_ask: 0,
    };
    let mut found = Vec::new();
    for secret in at_place(book, place, owner) {
        let (due, recent) = (due::is_due(secret, now), is_recent(&rows, secret, now));
        counts.all += 1;
        counts.due += u32::from(due);
        counts.recent += u32::from(recent);
        let only_seen = rows.only_seen(secret);
        counts.can_ask += u32::from(only_seen);
        let shown = match query.filter {
            ListFilter::All => true,
            ListFilter::Due => due,
            ListFilter::Recent => recent,
            ListFilter::CanAsk => only_seen,
        };
        if shown {
            found.push(secret);
        }
    }
    let total = names::count(found.len());
    let page = page(found, query, |a, b| order(book, &rows, query.filter, a, b));
    Ok(ListPage {
        total,
        offset: query.offset,
        counts,
        rows: page.into_iter().map(|secret| rows.row(secret)).collect(),
    })
}

fn at_place(
    book: &Book,
    place: Option<ScopeId>,
    owner: Option<PrincipalId>,
) -> impl Iterator<Item = &SecretEntry> {
    let within = place.map(|place| places::within(book, place));
    book.secrets
        .values()
        .filter(move |secret| {
            within
                .as_ref()
                .is_none_or(|within| within.contains(&secret.scope))
        })
        .filter(move |secret| owner.is_none_or(|owner| secret.owner == Some(owner)))
}

fn is_recent(rows: &Rows<'_>, secret: &SecretEntry, now: Timestamp) -> bool {
    rows.used_at(secret.id).is_some_and(|at| at >= now.minus(RECENT))
}

fn order(book: &Book, rows: &Rows<'_>, filter: ListFilter, a: &SecretEntry, b: &SecretEntry) -> Ordering {
    let used = |secret: &SecretEntry| Reverse(rows.used_at(secret.id));
    let by_use = if filter == ListFilter::Recent {
        used(a).cmp(&used(b))
    } else {
        Ordering::Equal
    };
    by_use
        .then_with(|| by_path(book, a.scope, b.scope))
        .then_with(|| lower(a.shown()).cmp(lower(b.shown())))
        .then_with(|| a.id.cmp(&b.id))
}

/// As the tree stands: by segment, so that `a/b` comes before `a-c`.
fn by_path(book: &Book, a: ScopeId, b: ScopeId) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let segments = |scope| book.places.path(scope).split('/');
    segments(a).cmp(segments(b))
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// The wanted rows in their order; what lies behind them is not sorted, so that a page of a large place costs little.
fn page<'a>(
    mut found: Vec<&'a SecretEntry>,
    query: &ListQuery,
    order: impl Fn(&SecretEntry, &SecretEntry) -> Ordering,
) -> Vec<&'a SecretEntry> {
    let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let (offset, limit) = (size(query.offset), size(query.limit));
    let end = offset.saturating_add(limit);
    if end < found.len() {
        found.select_nth_unstable_by(end, |a, b| order(a, b));
        found.truncate(end);
    }
    found.sort_unstable_by(|a, b| order(a, b));
    found.into_iter().skip(offset).collect()
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;

//! A person's own history, out of the verified leaves on this device and of what it has written down and not sent yet; nothing
//! is asked of the server.

mod days;
mod glance;
mod kinds;
mod read;
pub(in crate::cases) mod refusals;

pub(super) use glance::{Entry, Glance, glances};
pub(super) use read::Reader;

use super::names;
use crate::{
    Vault,
    state::{Live, book::Book},
    view::{
        history::{CheckpointView, HistoryPage, HistoryQuery, ProofStatus},
        problem::Problem,
    },
};
use claviger_model::ids::SecretId;
use jiff::tz::TimeZone;
use std::cmp::Reverse;

impl Vault {
    /// A page of the history, newest first, with what each local day of the range held.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn history(&self, query: HistoryQuery) -> Result<HistoryPage, Problem> {
        let live = self.inner.live()?;
        let book = live.book();
        history(&book, &self.reader(&live, &book), &query, &TimeZone::system())
    }

    /// Whether the log proves the history whole, as far as this device checked it.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn proof_status(&self) -> Result<ProofStatus, Problem> {
        Ok(proof_status(&*self.inner.book()?))
    }

    /// What makes rows of leaves.
    pub(super) fn reader<'a>(&self, live: &Live, book: &'a Book) -> Reader<'a> {
        Reader::new(book, live.principal, live.device, &self.inner.parts.device.name)
    }
}

fn history(
    book: &Book,
    reader: &Reader<'_>,
    query: &HistoryQuery,
    zone: &TimeZone,
) -> Result<HistoryPage, Problem> {
    let found = matching(book, query)?;
    let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let page = found.iter().skip(size(query.offset)).take(size(query.limit));
    Ok(HistoryPage {
        total: names::count(found.len()),
        offset: query.offset,
        rows: page.filter_map(|glance| reader.row(glance.entry)).collect(),
        days: days::count(&found, zone),
    })
}

/// Everything that a query asks for, newest first, whatever its page.
pub(super) fn matching<'a>(book: &'a Book, query: &HistoryQuery) -> Result<Vec<Glance<'a>>, Problem> {
    let secret: Option<SecretId> = query.secret.as_deref().map(names::id).transpose()?;
    let wanted = |glance: &Glance<'_>| {
        (query.from..query.to).contains(&glance.at.millis())
            && (query.groups.is_empty() || query.groups.contains(&glance.group))
            && (!query.refused_only || glance.refused)
            && secret.is_none_or(|secret| glance.secret == Some(secret))
    };
    let mut found: Vec<_> = glances(book).chain(glance::reads(book)).filter(wanted).collect();
    found.sort_by_key(|glance| Reverse((glance.at, glance.entry.place())));
    Ok(found)
}

fn proof_status(book: &Book) -> ProofStatus {
    let log = &book.log;
    ProofStatus {
        log: log.state.clone(),
        entries: names::number(log.verified),
        since: glances(book).next().map(|first| first.at.millis()),
        pending: names::count(book.journal.values().filter(|read| !read.sent).count()),
        checked_at: log.checked_at.map(|at| at.millis()),
        checkpoint: log.checkpoint.as_ref().map(|checkpoint| CheckpointView {
            origin: checkpoint.origin.clone(),
            size: names::number(checkpoint.size),
            at: checkpoint.at.millis(),
        }),
        witnessed: log.witnessed,
    }
}

#[cfg(test)]
mod tests;

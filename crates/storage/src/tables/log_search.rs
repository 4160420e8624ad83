//! Searches the log by what is derived from its leaves.

use super::{Connection, Db, cells::all};
use crate::{
    Result,
    codes::Coded as _,
    log::{LogEntry, LogFilter},
    raw_id::{RawId as _, int},
};
use sqlx::QueryBuilder;

/// Entries that match, newest first, without openings.
pub async fn search(
    db: &mut Connection,
    filter: &LogFilter,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<LogEntry>> {
    let mut query = QueryBuilder::<Db>::new(concat!(
        "SELECT ",
        entry_columns!(),
        " FROM log_events e WHERE e.idx < "
    ));
    query.push_bind(int(before.unwrap_or(u64::MAX)));
    if let Some(actor) = filter.actor {
        query.push(" AND e.actor = ").push_bind(actor.raw());
    }
    if let Some(subject) = filter.subject {
        query.push(" AND e.idx IN (SELECT x.idx FROM log_subjects x WHERE x.subject = ");
        query.push_bind(subject.raw()).push(")");
    }
    if let Some(secret) = filter.secret {
        query.push(" AND e.secret = ").push_bind(secret.raw());
    }
    if let Some(outcome) = filter.outcome {
        query.push(" AND e.outcome = ").push_bind(outcome.text());
    }
    if let Some(from) = filter.from {
        query.push(" AND e.at >= ").push_bind(from.millis());
    }
    if let Some(until) = filter.until {
        query.push(" AND e.at < ").push_bind(until.millis());
    }
    if !filter.scopes.is_empty() {
        query.push(" AND e.scope IN (");
        let mut list = query.separated(", ");
        for scope in &filter.scopes {
            list.push_bind(scope.raw());
        }
        query.push(")");
    }
    if !filter.kinds.is_empty() {
        query.push(" AND e.kind IN (");
        let mut list = query.separated(", ");
        for kind in &filter.kinds {
            list.push_bind(kind.text());
        }
        query.push(")");
    }
    query
        .push(" ORDER BY e.idx DESC LIMIT ")
        .push_bind(i64::from(limit));
    let rows = query.build().fetch_all(db).await?;
    all(&rows, super::log::entry)
}

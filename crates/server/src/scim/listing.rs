//! Lists of resources of one type, page by page. What a filter asks to be equal in an indexed attribute is looked up; anything else is
//! read through, up to a bound.

use super::{error::bad, filter::Filter, query::Query, reply, schema::Schema};
use crate::{app::App, http::Refusal};
use axum::response::Response;
use claviger_storage::{Reader, StorageError};
use serde_json::Value;

/// A type of resource, as lists read it.
pub(super) trait Listed {
    /// Its rows.
    type Row: Send + Sync;
    /// Its form.
    const SCHEMA: &'static Schema;
    /// The part of a resource that is read only where somebody wants it.
    const PART: &'static str;
    /// The most that are read through for one filter.
    const READ_THROUGH: u64;
    /// So many of them at once.
    const AT_ONCE: u32;
    /// What is said to a filter that would read through more.
    const TOO_MANY: &'static str;

    /// How many there are.
    fn count(reader: &mut dyn Reader) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// Those after the first ones.
    fn rows(
        reader: &mut dyn Reader,
        skip: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Self::Row>, StorageError>> + Send;

    /// The few that can fulfil a filter, where one of its conditions names an indexed attribute.
    fn looked_up(
        reader: &mut dyn Reader,
        filter: &Filter,
    ) -> impl Future<Output = Result<Option<Vec<Self::Row>>, StorageError>> + Send;

    /// In the schema's form, with the part or without.
    fn told(
        app: &App,
        reader: &mut dyn Reader,
        rows: &[Self::Row],
        part: bool,
    ) -> impl Future<Output = Result<Vec<Value>, StorageError>> + Send;
}

/// A page as a reply.
pub(super) async fn list<T: Listed>(app: &App, query: &Query) -> Result<Response, Refusal> {
    let (total, page) = page::<T>(app, query).await?;
    Ok(reply::list(total, query.start, page))
}

/// How many there are, and those of the page.
///
/// # Errors
/// When the filter would read through too many, or the tables cannot be read.
pub(super) async fn page<T: Listed>(app: &App, query: &Query) -> Result<(u64, Vec<Value>), Refusal> {
    let mut reader = app.store.snapshot().await?;
    let skip = query.start.saturating_sub(1);
    let part = query.select.wants(T::PART);
    let (total, told) = if let Some(filter) = &query.filter {
        let part = part || query.looks_at(T::PART);
        let found = filtered::<T>(app, &mut *reader, filter, part).await?;
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let take = usize::try_from(query.count).unwrap_or(usize::MAX);
        (total, found.into_iter().skip(skip).take(take).collect())
    } else {
        let total = T::count(&mut *reader).await?;
        let limit = u32::try_from(query.count).unwrap_or(u32::MAX);
        let page = T::rows(&mut *reader, skip, limit).await?;
        (total, T::told(app, &mut *reader, &page, part).await?)
    };
    let selected = told.iter().map(|one| query.select.of(T::SCHEMA, one));
    Ok((total, selected.collect()))
}

async fn filtered<T: Listed>(
    app: &App,
    reader: &mut dyn Reader,
    filter: &Filter,
    part: bool,
) -> Result<Vec<Value>, Refusal> {
    let matches = |one: &Value| filter.matches(one, T::SCHEMA.attributes);
    if let Some(rows) = T::looked_up(&mut *reader, filter).await? {
        let mut found = T::told(app, &mut *reader, &rows, part).await?;
        found.retain(matches);
        return Ok(found);
    }
    let all = T::count(&mut *reader).await?;
    if all > T::READ_THROUGH {
        return Err(bad("tooMany", T::TOO_MANY).into());
    }
    let (mut found, mut skip) = (Vec::new(), 0);
    while skip < all {
        let rows = T::rows(&mut *reader, skip, T::AT_ONCE).await?;
        if rows.is_empty() {
            break;
        }
        skip = skip.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
        let told = T::told(app, &mut *reader, &rows, part).await?;
        found.extend(told.into_iter().filter(matches));
    }
    Ok(found)
}

//! Users and groups are served alike (RFC 7644, 3.2 to 3.6): listed, searched, made, read, replaced, changed in parts, deleted.

use super::{
    caller::Provisioner,
    error::Fault,
    listing::{self, Listed},
    patch::{self, Operation},
    query::Query,
    reply::{self, Seen, parsed},
    schema::{Part, take},
};
use crate::{
    app::{App, Shared},
    http::Refusal,
    operations::path::Id,
};
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use claviger_model::ids::ScimId;
use claviger_protocol::problem::Code;
use claviger_storage::{Reader, StorageError};
use serde_json::{Map, Value};

/// A type of resource, as clients read and write it.
pub(super) trait Resource: Listed + 'static {
    /// What a client says of one.
    type Wanted: Send;

    /// Refuses where the configuration has none of this type.
    ///
    /// # Errors
    /// Then.
    fn offered(_app: &App) -> Result<(), Refusal> {
        Ok(())
    }

    /// Takes a resource in the schema's form apart.
    ///
    /// # Errors
    /// When something of it is missing, or cannot be.
    fn wanted(taken: Map<String, Value>) -> Result<Self::Wanted, Fault>;

    /// One by its id.
    fn find(
        reader: &mut dyn Reader,
        id: ScimId,
    ) -> impl Future<Output = Result<Option<Self::Row>, StorageError>> + Send;

    /// How often it was written.
    fn version(row: &Self::Row) -> u64;

    /// Writes one, in one transaction under the log's lock; none when it was deleted.
    fn write(
        app: &Shared,
        by: Provisioner,
        write: Write<Self::Wanted>,
        target: Option<Target>,
    ) -> impl Future<Output = Result<Option<Self::Row>, Refusal>> + Send;
}

/// What is written.
#[derive(Debug, Clone)]
pub(super) enum Write<W> {
    Create(W),
    Replace(W),
    Change(Vec<Operation>),
    Delete,
}

/// Which resource, in which version.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Its id.
    pub id: ScimId,
    seen: Seen,
}

impl Target {
    /// Of a path and the headers beside it.
    fn of(id: ScimId, headers: &HeaderMap) -> Self {
        Self {
            id,
            seen: Seen::of(headers),
        }
    }

    /// Lets go on who has seen this version.
    ///
    /// # Errors
    /// When another one was seen.
    pub fn allows(&self, version: u64) -> Result<(), Refusal> {
        self.seen.allows(version)
    }
}

pub(super) async fn list<T: Resource>(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    T::offered(&app)?;
    let query = Query::parse(T::SCHEMA, query.as_deref())?;
    listing::list::<T>(&app, &query).await
}

pub(super) async fn search<T: Resource>(State(app): State<Shared>, body: Bytes) -> Result<Response, Refusal> {
    T::offered(&app)?;
    let query = Query::of_search(T::SCHEMA, &parsed(&body)?)?;
    listing::list::<T>(&app, &query).await
}

pub(super) async fn read<T: Resource>(
    State(app): State<Shared>,
    Id(id): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    T::offered(&app)?;
    let query = Query::parse(T::SCHEMA, query.as_deref())?;
    let mut reader = app.store.snapshot().await?;
    let row = T::find(&mut *reader, id).await?.ok_or(Code::NotFound)?;
    if Seen::of(&headers).is_known(T::version(&row)) {
        return Ok(reply::empty(StatusCode::NOT_MODIFIED));
    }
    told::<T>(&app, &mut *reader, &row, &query, StatusCode::OK).await
}

pub(super) async fn create<T: Resource>(
    State(app): State<Shared>,
    by: Provisioner,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (wanted, query) = whole::<T>(&app, &body, query.as_deref())?;
    written::<T>(&app, by, Write::Create(wanted), None, &query).await
}

pub(super) async fn replace<T: Resource>(
    State(app): State<Shared>,
    by: Provisioner,
    Id(id): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (wanted, query) = whole::<T>(&app, &body, query.as_deref())?;
    let target = Target::of(id, &headers);
    written::<T>(&app, by, Write::Replace(wanted), Some(target), &query).await
}

pub(super) async fn change<T: Resource>(
    State(app): State<Shared>,
    by: Provisioner,
    Id(id): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    T::offered(&app)?;
    let operations = patch::parse(T::SCHEMA, &parsed(&body)?)?;
    let query = Query::parse(T::SCHEMA, query.as_deref())?;
    let target = Target::of(id, &headers);
    written::<T>(&app, by, Write::Change(operations), Some(target), &query).await
}

pub(super) async fn delete<T: Resource>(
    State(app): State<Shared>,
    by: Provisioner,
    Id(id): Id<ScimId>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    T::offered(&app)?;
    let target = Target::of(id, &headers);
    T::write(&app, by, Write::Delete, Some(target)).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// What a call that gives all of a resource wants, and what of it it wants to be told.
fn whole<T: Resource>(app: &Shared, body: &[u8], query: Option<&str>) -> Result<(T::Wanted, Query), Refusal> {
    T::offered(app)?;
    let wanted = T::wanted(take(T::SCHEMA, &parsed(body)?, Part::Whole)?)?;
    Ok((wanted, Query::parse(T::SCHEMA, query)?))
}

/// Writes it, and tells it as it is then.
async fn written<T: Resource>(
    app: &Shared,
    by: Provisioner,
    write: Write<T::Wanted>,
    target: Option<Target>,
    query: &Query,
) -> Result<Response, Refusal> {
    let status = match target {
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    let row = T::write(app, by, write, target).await?.ok_or(Code::Internal)?;
    let mut reader = app.store.snapshot().await?;
    told::<T>(app, &mut *reader, &row, query, status).await
}

async fn told<T: Resource>(
    app: &App,
    reader: &mut dyn Reader,
    row: &T::Row,
    query: &Query,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let part = query.select.wants(T::PART);
    let mut told = T::told(app, reader, std::slice::from_ref(row), part).await?;
    let whole = told.pop().unwrap_or_default();
    Ok(reply::resource(status, T::SCHEMA, &whole, &query.select))
}

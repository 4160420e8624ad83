//! Users: people, as the provider knows them.

mod active;
mod list;
mod record;
mod write;

pub use active::SAID;
pub use list::Users;
pub use write::Target;

use super::{
    caller::Provisioner,
    error::Fault,
    listing, patch,
    query::Query,
    reply::{self, Seen, parsed},
    schema::{Part, USER, take},
};
use crate::{
    app::Shared,
    http::{Handled, Refusal, handle},
    operations::path::Id,
};
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use claviger_model::ids::ScimId;
use claviger_protocol::{problem::Code, route};
use claviger_storage::scim::ScimUser;
use serde_json::{Map, Value};
use write::Write;

pub(super) fn routes() -> Vec<Handled> {
    vec![
        handle(route::SCIM_USERS, list),
        handle(route::SEARCH_SCIM_USERS, search),
        handle(route::CREATE_SCIM_USER, create),
        handle(route::SCIM_USER, read),
        handle(route::REPLACE_SCIM_USER, replace),
        handle(route::PATCH_SCIM_USER, change),
        handle(route::DELETE_SCIM_USER, delete),
    ]
}

/// What a client says of a user.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    user_name: String,
    external_id: Option<String>,
    /// Where it is said at all.
    active: Option<bool>,
    rest: Map<String, Value>,
}

impl Wanted {
    /// Takes a resource in the schema's form apart.
    ///
    /// # Errors
    /// When it has no user name.
    fn of(mut taken: Map<String, Value>) -> Result<Self, Fault> {
        let mut text = |name: &str| match taken.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let user_name =
            text("userName").ok_or_else(|| super::error::bad("invalidValue", "`userName` is missing"))?;
        let external_id = text("externalId");
        let active = taken.remove("active").and_then(|active| active.as_bool());
        Ok(Self {
            user_name,
            external_id,
            active,
            rest: taken,
        })
    }

    /// What a user says at present, in the schema's form.
    fn form(user: &ScimUser) -> Map<String, Value> {
        let mut form = user.attributes.clone();
        form.insert("userName".to_owned(), user.user_name.clone().into());
        if let Some(external) = &user.external_id {
            form.insert("externalId".to_owned(), external.clone().into());
        }
        form.insert("active".to_owned(), user.active.into());
        form
    }
}

async fn list(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let query = Query::parse(&USER, query.as_deref())?;
    listing::list::<Users>(&app, &query).await
}

async fn search(State(app): State<Shared>, body: Bytes) -> Result<Response, Refusal> {
    let query = Query::of_search(&USER, &parsed(&body)?)?;
    listing::list::<Users>(&app, &query).await
}

async fn read(
    State(app): State<Shared>,
    Id(user): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let query = Query::parse(&USER, query.as_deref())?;
    let mut reader = app.store.snapshot().await?;
    let user = reader.scim_user(user).await?.ok_or(Code::NotFound)?;
    if Seen::of(&headers).is_known(user.version) {
        return Ok(reply::empty(StatusCode::NOT_MODIFIED));
    }
    let whole = record::one(&app, &mut *reader, &user).await?;
    Ok(reply::resource(StatusCode::OK, &USER, &whole, &query.select))
}

async fn create(
    State(app): State<Shared>,
    by: Provisioner,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Refusal> {
    let wanted = Wanted::of(take(&USER, &parsed(&body)?, Part::Whole)?)?;
    done(&app, by, Write::Create(wanted), None, query, StatusCode::CREATED).await
}

async fn replace(
    State(app): State<Shared>,
    by: Provisioner,
    Id(user): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let wanted = Wanted::of(take(&USER, &parsed(&body)?, Part::Whole)?)?;
    let target = Target::of(user, &headers);
    done(
        &app,
        by,
        Write::Replace(wanted),
        Some(target),
        query,
        StatusCode::OK,
    )
    .await
}

async fn change(
    State(app): State<Shared>,
    by: Provisioner,
    Id(user): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let operations = patch::parse(&USER, &parsed(&body)?)?;
    let target = Target::of(user, &headers);
    done(
        &app,
        by,
        Write::Change(operations),
        Some(target),
        query,
        StatusCode::OK,
    )
    .await
}

async fn delete(
    State(app): State<Shared>,
    by: Provisioner,
    Id(user): Id<ScimId>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let target = Target::of(user, &headers);
    write::write(&app, by, Write::Delete, Some(target)).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

async fn done(
    app: &Shared,
    by: Provisioner,
    write: Write,
    target: Option<Target>,
    query: Option<String>,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let query = Query::parse(&USER, query.as_deref())?;
    let user = write::write(app, by, write, target)
        .await?
        .ok_or(Code::Internal)?;
    let mut reader = app.store.snapshot().await?;
    let whole = record::one(app, &mut *reader, &user).await?;
    Ok(reply::resource(status, &USER, &whole, &query.select))
}

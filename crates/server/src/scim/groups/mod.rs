//! Groups: they give memberships of teams, by the mappings that the provider's groups have anyhow, and nothing else (rule 8).
//!
//! Only where the configuration takes groups from SCIM; otherwise there are none here, and the groups claim counts.

mod list;
mod members;
mod record;
mod write;

pub use list::Groups;
pub use members::{apply, givable, keys_of};

use super::{
    caller::Provisioner,
    error::{Fault, bad},
    listing, patch,
    query::Query,
    reply::{self, Seen, parsed},
    schema::{GROUP, Part, take},
    users::Target,
};
use crate::{
    app::{App, Shared},
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
use claviger_storage::scim::ScimGroup;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use write::Write;

pub(super) fn routes() -> Vec<Handled> {
    vec![
        handle(route::SCIM_GROUPS, list),
        handle(route::SEARCH_SCIM_GROUPS, search),
        handle(route::CREATE_SCIM_GROUP, create),
        handle(route::SCIM_GROUP, read),
        handle(route::REPLACE_SCIM_GROUP, replace),
        handle(route::PATCH_SCIM_GROUP, change),
        handle(route::DELETE_SCIM_GROUP, delete),
    ]
}

/// What a client says of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    display: String,
    external_id: Option<String>,
    members: BTreeSet<ScimId>,
}

impl Wanted {
    /// Takes a resource in the schema's form apart.
    ///
    /// # Errors
    /// When it has no name, or a member that cannot be one.
    fn of(mut taken: Map<String, Value>) -> Result<Self, Fault> {
        let mut text = |name: &str| match taken.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let display = text("displayName").ok_or_else(|| bad("invalidValue", "`displayName` is missing"))?;
        let external_id = text("externalId");
        let members = taken.remove("members").unwrap_or_default();
        let members = members.as_array().into_iter().flatten().map(|member| {
            let id = member.get("value").and_then(Value::as_str);
            id.and_then(|id| id.parse().ok()).ok_or_else(|| {
                bad(
                    "invalidValue",
                    "a member is no user; groups in groups are not taken",
                )
            })
        });
        Ok(Self {
            display,
            external_id,
            members: members.collect::<Result<_, _>>()?,
        })
    }

    /// What a group says at present, in the schema's form.
    fn form(group: &ScimGroup, members: &BTreeSet<ScimId>) -> Map<String, Value> {
        let mut form = Map::new();
        form.insert("displayName".to_owned(), group.display.clone().into());
        if let Some(external) = &group.external_id {
            form.insert("externalId".to_owned(), external.clone().into());
        }
        if !members.is_empty() {
            let members = members
                .iter()
                .map(|member| serde_json::json!({"value": member.to_string()}));
            form.insert("members".to_owned(), members.collect());
        }
        form
    }
}

/// There are no groups unless the configuration says so.
fn offered(app: &App) -> Result<(), Refusal> {
    if app.config.scim.groups {
        Ok(())
    } else {
        Err(Refusal::new(Code::NotFound)
            .detail("this server does not take groups from SCIM; its setting `scim.groups` is off"))
    }
}

async fn list(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    offered(&app)?;
    let query = Query::parse(&GROUP, query.as_deref())?;
    listing::list::<Groups>(&app, &query).await
}

async fn search(State(app): State<Shared>, body: Bytes) -> Result<Response, Refusal> {
    offered(&app)?;
    let query = Query::of_search(&GROUP, &parsed(&body)?)?;
    listing::list::<Groups>(&app, &query).await
}

async fn read(
    State(app): State<Shared>,
    Id(group): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    offered(&app)?;
    let query = Query::parse(&GROUP, query.as_deref())?;
    let mut reader = app.store.snapshot().await?;
    let group = reader.scim_group(group).await?.ok_or(Code::NotFound)?;
    if Seen::of(&headers).is_known(group.version) {
        return Ok(reply::empty(StatusCode::NOT_MODIFIED));
    }
    let members = query.select.wants("members");
    let whole = record::one(&app, &mut *reader, &group, members).await?;
    Ok(reply::resource(StatusCode::OK, &GROUP, &whole, &query.select))
}

async fn create(
    State(app): State<Shared>,
    by: Provisioner,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Refusal> {
    offered(&app)?;
    let wanted = Wanted::of(take(&GROUP, &parsed(&body)?, Part::Whole)?)?;
    done(&app, by, Write::Create(wanted), None, query, StatusCode::CREATED).await
}

async fn replace(
    State(app): State<Shared>,
    by: Provisioner,
    Id(group): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    offered(&app)?;
    let wanted = Wanted::of(take(&GROUP, &parsed(&body)?, Part::Whole)?)?;
    let target = Target::of(group, &headers);
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
    Id(group): Id<ScimId>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    offered(&app)?;
    let operations = patch::parse(&GROUP, &parsed(&body)?)?;
    let target = Target::of(group, &headers);
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
    Id(group): Id<ScimId>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    offered(&app)?;
    let target = Target::of(group, &headers);
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
    let query = Query::parse(&GROUP, query.as_deref())?;
    let group = write::write(app, by, write, target)
        .await?
        .ok_or(Code::Internal)?;
    let mut reader = app.store.snapshot().await?;
    let members = query.select.wants("members");
    let whole = record::one(app, &mut *reader, &group, members).await?;
    Ok(reply::resource(status, &GROUP, &whole, &query.select))
}

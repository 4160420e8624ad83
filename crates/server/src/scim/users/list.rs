//! Lists of users. What a filter asks to be equal in an indexed attribute is looked up; anything else is read through, up to a bound.

use super::{
    super::{error::bad, filter::Filter, query::Query, reply, schema::USER},
    record,
};
use crate::{app::App, http::Refusal};
use axum::response::Response;
use claviger_storage::{Reader, StorageError, scim::ScimUser};
use serde_json::Value;

/// The most resources that are read through for one filter.
pub const READ_THROUGH: u64 = 10_000;
const AT_ONCE: u32 = 500;

pub(super) async fn list(app: &App, query: &Query) -> Result<Response, Refusal> {
    let (total, page) = page(app, query).await?;
    Ok(reply::list(total, query.start, page))
}

/// How many there are, and those of the page.
///
/// # Errors
/// When the filter would read through too many, or the tables cannot be read.
pub async fn page(app: &App, query: &Query) -> Result<(u64, Vec<Value>), Refusal> {
    let mut reader = app.store.snapshot().await?;
    let groups = query.select.wants("groups");
    let Some(filter) = &query.filter else {
        let total = reader.count_scim_users().await?;
        let limit = u32::try_from(query.count).unwrap_or(u32::MAX);
        let page = reader.scim_users(query.start.saturating_sub(1), limit).await?;
        let told = record::many(app, &mut *reader, &page, groups).await?;
        return Ok((total, selected(query, told)));
    };
    let groups = groups || query.looks_at("groups");
    let mut found = Vec::new();
    if let Some(users) = looked_up(&mut *reader, filter).await? {
        found = record::many(app, &mut *reader, &users, groups).await?;
        found.retain(|user| filter.matches(user, USER.attributes));
    } else {
        let all = reader.count_scim_users().await?;
        if all > READ_THROUGH {
            return Err(bad(
                "tooMany",
                "this filter would read through too many users; ask for a `userName` or an `externalId`",
            )
            .into());
        }
        let mut skip = 0;
        while skip < all {
            let users = reader.scim_users(skip, AT_ONCE).await?;
            if users.is_empty() {
                break;
            }
            skip = skip.saturating_add(u64::try_from(users.len()).unwrap_or(u64::MAX));
            let told = record::many(app, &mut *reader, &users, groups).await?;
            found.extend(
                told.into_iter()
                    .filter(|user| filter.matches(user, USER.attributes)),
            );
        }
    }
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(query.start.saturating_sub(1)).unwrap_or(usize::MAX);
    let take = usize::try_from(query.count).unwrap_or(usize::MAX);
    let page = found.into_iter().skip(skip).take(take).collect();
    Ok((total, selected(query, page)))
}

fn selected(query: &Query, told: Vec<Value>) -> Vec<Value> {
    told.iter().map(|user| query.select.of(&USER, user)).collect()
}

/// The few users that can fulfil a filter, where one of its conditions names an indexed attribute.
async fn looked_up(reader: &mut dyn Reader, filter: &Filter) -> Result<Option<Vec<ScimUser>>, StorageError> {
    for (attribute, value) in filter.must_equal() {
        let Some(text) = value.as_str().filter(|_| attribute.sub.is_none()) else {
            continue;
        };
        let found = if attribute.is("userName") {
            reader.scim_user_named(text).await?
        } else if attribute.is("externalId") {
            reader.scim_user_by_external(text).await?
        } else if attribute.is("id") {
            match text.parse() {
                Ok(id) => reader.scim_user(id).await?,
                Err(_) => None,
            }
        } else {
            continue;
        };
        return Ok(Some(found.into_iter().collect()));
    }
    Ok(None)
}

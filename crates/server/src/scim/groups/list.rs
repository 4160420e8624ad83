//! Lists of groups. What a filter asks to be equal in an indexed attribute is looked up; anything else is read through, up to a bound.

use super::{
    super::{error::bad, filter::Filter, query::Query, reply, schema::GROUP},
    record,
};
use crate::{app::App, http::Refusal};
use axum::response::Response;
use claviger_storage::{Reader, StorageError, scim::ScimGroup};
use serde_json::Value;

/// The most groups that are read through for one filter.
const READ_THROUGH: u64 = 2_000;
const AT_ONCE: u32 = 200;

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
    let members = query.select.wants("members");
    let Some(filter) = &query.filter else {
        let total = reader.count_scim_groups().await?;
        let limit = u32::try_from(query.count).unwrap_or(u32::MAX);
        let page = reader.scim_groups(query.start.saturating_sub(1), limit).await?;
        let told = record::many(app, &mut *reader, &page, members).await?;
        return Ok((total, selected(query, told)));
    };
    let members = members || query.looks_at("members");
    let mut found = Vec::new();
    if let Some(groups) = looked_up(&mut *reader, filter).await? {
        found = record::many(app, &mut *reader, &groups, members).await?;
        found.retain(|group| filter.matches(group, GROUP.attributes));
    } else {
        let all = reader.count_scim_groups().await?;
        if all > READ_THROUGH {
            return Err(bad(
                "tooMany",
                "this filter would read through too many groups; ask for a `displayName`, an `externalId` or a member",
            )
            .into());
        }
        let mut skip = 0;
        while skip < all {
            let groups = reader.scim_groups(skip, AT_ONCE).await?;
            if groups.is_empty() {
                break;
            }
            skip = skip.saturating_add(u64::try_from(groups.len()).unwrap_or(u64::MAX));
            let told = record::many(app, &mut *reader, &groups, members).await?;
            found.extend(
                told.into_iter()
                    .filter(|group| filter.matches(group, GROUP.attributes)),
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
    told.iter().map(|group| query.select.of(&GROUP, group)).collect()
}

/// The groups that can fulfil a filter, where one of its conditions names an indexed attribute or a member.
async fn looked_up(reader: &mut dyn Reader, filter: &Filter) -> Result<Option<Vec<ScimGroup>>, StorageError> {
    for (attribute, value) in filter.must_equal() {
        let Some(text) = value.as_str() else {
            continue;
        };
        let of_member = attribute.is("members")
            && attribute
                .sub
                .as_ref()
                .is_none_or(|sub| sub.eq_ignore_ascii_case("value"));
        let found: Vec<ScimGroup> = if of_member {
            match text.parse() {
                Ok(user) => {
                    let groups = reader.scim_groups_of(&[user]).await?;
                    groups.into_iter().map(|(_, group)| group).collect()
                }
                Err(_) => Vec::new(),
            }
        } else if attribute.sub.is_some() {
            continue;
        } else if attribute.is("displayName") {
            reader.scim_group_named(text).await?.into_iter().collect()
        } else if attribute.is("externalId") {
            reader.scim_group_by_external(text).await?.into_iter().collect()
        } else if attribute.is("id") {
            match text.parse() {
                Ok(id) => reader.scim_group(id).await?.into_iter().collect(),
                Err(_) => Vec::new(),
            }
        } else {
            continue;
        };
        return Ok(Some(found));
    }
    Ok(None)
}

//! Lists of groups, and what is looked up for them.

use super::{
    super::{
        filter::Filter,
        listing::Listed,
        schema::{GROUP, Schema},
    },
    record,
};
use crate::app::App;
use claviger_storage::{Reader, StorageError, scim::ScimGroup};
use serde_json::Value;

/// Groups, as lists read them.
pub struct Groups;

impl Listed for Groups {
    type Row = ScimGroup;
    const SCHEMA: &'static Schema = &GROUP;
    const PART: &'static str = "members";
    const READ_THROUGH: u64 = 2_000;
    const AT_ONCE: u32 = 200;
    const TOO_MANY: &'static str = "this filter would read through too many groups; ask for a `displayName`, an `externalId` or a member";

    async fn count(reader: &mut dyn Reader) -> Result<u64, StorageError> {
        reader.count_scim_groups().await
    }

    async fn rows(reader: &mut dyn Reader, skip: u64, limit: u32) -> Result<Vec<ScimGroup>, StorageError> {
        reader.scim_groups(skip, limit).await
    }

    async fn looked_up(
        reader: &mut dyn Reader,
        filter: &Filter,
    ) -> Result<Option<Vec<ScimGroup>>, StorageError> {
        looked_up(reader, filter).await
    }

    async fn told(
        app: &App,
        reader: &mut dyn Reader,
        rows: &[ScimGroup],
        part: bool,
    ) -> Result<Vec<Value>, StorageError> {
        record::many(app, reader, rows, part).await
    }
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

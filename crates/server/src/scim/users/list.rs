//! Lists of users, and what is looked up for them.

use super::{
    super::{
        filter::Filter,
        listing::Listed,
        schema::{Schema, USER},
    },
    record,
};
use crate::app::App;
use claviger_storage::{Reader, StorageError, scim::ScimUser};
use serde_json::Value;

/// Users, as lists read them.
pub struct Users;

impl Listed for Users {
    type Row = ScimUser;
    const SCHEMA: &'static Schema = &USER;
    const PART: &'static str = "groups";
    const READ_THROUGH: u64 = 10_000;
    const AT_ONCE: u32 = 500;
    const TOO_MANY: &'static str =
        "this filter would read through too many users; ask for a `userName` or an `externalId`";

    async fn count(reader: &mut dyn Reader) -> Result<u64, StorageError> {
        reader.count_scim_users().await
    }

    async fn rows(reader: &mut dyn Reader, skip: u64, limit: u32) -> Result<Vec<ScimUser>, StorageError> {
        reader.scim_users(skip, limit).await
    }

    async fn looked_up(
        reader: &mut dyn Reader,
        filter: &Filter,
    ) -> Result<Option<Vec<ScimUser>>, StorageError> {
        looked_up(reader, filter).await
    }

    async fn told(
        app: &App,
        reader: &mut dyn Reader,
        rows: &[ScimUser],
        part: bool,
    ) -> Result<Vec<Value>, StorageError> {
        record::many(app, reader, rows, part).await
    }
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

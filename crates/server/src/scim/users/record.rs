//! A user as it is told.

use super::super::{
    reply::{common, location},
    schema::{GROUP, USER},
};
use crate::app::App;
use claviger_model::{ids::ScimId, principal::PrincipalState};
use claviger_storage::{
    Reader, StorageError,
    scim::{ScimGroup, ScimUser},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Users in their order; `active` is what counts here, whatever the provider said.
pub(super) async fn many(
    app: &App,
    reader: &mut dyn Reader,
    users: &[ScimUser],
    groups: bool,
) -> Result<Vec<Value>, StorageError> {
    let people: Vec<_> = users.iter().map(|user| user.principal).collect();
    let rows = reader.principals(&people).await?;
    let active: BTreeSet<_> = rows
        .iter()
        .filter(|row| row.state == PrincipalState::Active)
        .map(|row| row.id)
        .collect();
    let mut of: BTreeMap<ScimId, Vec<ScimGroup>> = BTreeMap::new();
    if groups && app.config.scim.groups {
        let ids: Vec<_> = users.iter().map(|user| user.id).collect();
        for (user, group) in reader.scim_groups_of(&ids).await? {
            of.entry(user).or_default().push(group);
        }
    }
    let told = users.iter().map(|user| {
        let mut told = common(
            app,
            &USER,
            (user.id, user.version),
            [user.made_at, user.changed_at],
        );
        told.extend(user.attributes.clone());
        told.insert("userName".to_owned(), json!(user.user_name));
        if let Some(external) = &user.external_id {
            told.insert("externalId".to_owned(), json!(external));
        }
        told.insert("active".to_owned(), json!(active.contains(&user.principal)));
        if let Some(groups) = of.remove(&user.id) {
            let groups: Vec<Value> = groups.iter().map(|group| reference(app, group)).collect();
            told.insert("groups".to_owned(), json!(groups));
        }
        Value::Object(told)
    });
    Ok(told.collect())
}

fn reference(app: &App, group: &ScimGroup) -> Value {
    json!({
        "value": group.id.to_string(),
        "$ref": location(app, &GROUP, group.id),
        "display": group.display,
    })
}

//! A group as it is told.

use super::super::{
    reply::{common, location},
    schema::{GROUP, USER},
};
use crate::app::App;
use claviger_model::ids::ScimId;
use claviger_storage::{
    Reader, StorageError,
    scim::{ScimGroup, ScimMember},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Groups in their order, with their members where these are wanted.
pub(super) async fn many(
    app: &App,
    reader: &mut dyn Reader,
    groups: &[ScimGroup],
    members: bool,
) -> Result<Vec<Value>, StorageError> {
    let mut of: BTreeMap<ScimId, Vec<Value>> = BTreeMap::new();
    if members {
        let ids: Vec<_> = groups.iter().map(|group| group.id).collect();
        for member in reader.scim_members(&ids).await? {
            of.entry(member.group).or_default().push(reference(app, &member));
        }
    }
    let told = groups.iter().map(|group| {
        let mut told = common(
            app,
            &GROUP,
            (group.id, group.version),
            [group.made_at, group.changed_at],
        );
        told.insert("displayName".to_owned(), json!(group.display));
        if let Some(external) = &group.external_id {
            told.insert("externalId".to_owned(), json!(external));
        }
        if let Some(members) = of.remove(&group.id) {
            told.insert("members".to_owned(), json!(members));
        }
        Value::Object(told)
    });
    Ok(told.collect())
}

fn reference(app: &App, member: &ScimMember) -> Value {
    json!({
        "value": member.user.to_string(),
        "$ref": location(app, &USER, member.user),
    })
}

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
    resource::{Resource, Target, Write, change, create, delete, list, read, replace, search},
};
use crate::{
    app::{App, Shared},
    http::{Handled, Refusal, handle},
};
use claviger_model::ids::ScimId;
use claviger_protocol::{problem::Code, route};
use claviger_storage::{Reader, StorageError, scim::ScimGroup};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

pub(super) fn routes() -> Vec<Handled> {
    vec![
        handle(route::SCIM_GROUPS, list::<Groups>),
        handle(route::SEARCH_SCIM_GROUPS, search::<Groups>),
        handle(route::CREATE_SCIM_GROUP, create::<Groups>),
        handle(route::SCIM_GROUP, read::<Groups>),
        handle(route::REPLACE_SCIM_GROUP, replace::<Groups>),
        handle(route::PATCH_SCIM_GROUP, change::<Groups>),
        handle(route::DELETE_SCIM_GROUP, delete::<Groups>),
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

impl Resource for Groups {
    type Wanted = Wanted;

    /// There are no groups unless the configuration says so.
    fn offered(app: &App) -> Result<(), Refusal> {
        if app.config.scim.groups {
            Ok(())
        } else {
            Err(Refusal::new(Code::NotFound)
                .detail("this server does not take groups from SCIM; its setting `scim.groups` is off"))
        }
    }

    fn wanted(taken: Map<String, Value>) -> Result<Wanted, Fault> {
        Wanted::of(taken)
    }

    async fn find(reader: &mut dyn Reader, id: ScimId) -> Result<Option<ScimGroup>, StorageError> {
        reader.scim_group(id).await
    }

    fn version(group: &ScimGroup) -> u64 {
        group.version
    }

    async fn write(
        app: &Shared,
        by: Provisioner,
        write: Write<Wanted>,
        target: Option<Target>,
    ) -> Result<Option<ScimGroup>, Refusal> {
        write::write(app, by, write, target).await
    }
}

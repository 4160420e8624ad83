//! Users: people, as the provider knows them.

mod active;
mod called;
mod list;
mod record;
mod write;

pub use active::SAID;
pub(super) use called::works_in;
pub use list::Users;

use super::{
    caller::Provisioner,
    error::{Fault, bad},
    resource::{Resource, Target, Write, change, create, delete, list, read, replace, search},
};
use crate::{
    app::Shared,
    http::{Handled, Refusal, handle},
};
use claviger_model::ids::ScimId;
use claviger_protocol::route;
use claviger_storage::{Reader, StorageError, scim::ScimUser};
use serde_json::{Map, Value};

pub(super) fn routes() -> Vec<Handled> {
    vec![
        handle(route::SCIM_USERS, list::<Users>),
        handle(route::SEARCH_SCIM_USERS, search::<Users>),
        handle(route::CREATE_SCIM_USER, create::<Users>),
        handle(route::SCIM_USER, read::<Users>),
        handle(route::REPLACE_SCIM_USER, replace::<Users>),
        handle(route::PATCH_SCIM_USER, change::<Users>),
        handle(route::DELETE_SCIM_USER, delete::<Users>),
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
        let user_name = text("userName").ok_or_else(|| bad("invalidValue", "`userName` is missing"))?;
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

impl Resource for Users {
    type Wanted = Wanted;

    fn wanted(taken: Map<String, Value>) -> Result<Wanted, Fault> {
        Wanted::of(taken)
    }

    async fn find(reader: &mut dyn Reader, id: ScimId) -> Result<Option<ScimUser>, StorageError> {
        reader.scim_user(id).await
    }

    fn version(user: &ScimUser) -> u64 {
        user.version
    }

    async fn write(
        app: &Shared,
        by: Provisioner,
        write: Write<Wanted>,
        target: Option<Target>,
    ) -> Result<Option<ScimUser>, Refusal> {
        write::write(app, by, write, target).await
    }
}

//! A cell of the table: fresh things for each, and a call of its route that would be right.

use crate::house::{Actor, House, Places, name};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{PrincipalId, RoleId, SecretId},
    principal::{Nature, PrincipalState},
    role::{MayGrant, Role},
};
use claviger_protocol::route::Route;
use claviger_storage::principals::Principal;
use serde_json::Value;
use std::fmt::Display;

/// What a cell is made of: fresh things for each.
pub struct Cell<'a> {
    pub house: &'a House,
    pub actor: Option<&'a Actor>,
    pub places: Places,
}

/// Arguments of the path and a body that would be right.
pub struct Made {
    pub arguments: Vec<String>,
    pub body: Value,
}

pub fn made(arguments: &[&dyn Display], body: Value) -> Made {
    Made {
        arguments: arguments.iter().map(ToString::to_string).collect(),
        body,
    }
}

impl Cell<'_> {
    /// Asked subject by subject; none: nobody has a case of this route.
    pub async fn make(&self, route: &Route) -> Option<Made> {
        macro_rules! first_of {
            ($($subject:ident),*) => {{
                $(if let Some(made) = super::$subject::make(self, route).await {
                    return Some(made);
                })*
                None
            }};
        }
        first_of!(
            sessions,
            devices,
            secrets,
            requests,
            places,
            roles,
            policies,
            teams,
            services,
            grants,
            emergency,
            notices,
            provisioning,
            offboarding
        )
    }

    pub async fn secret(&self) -> SecretId {
        let unique = SecretId::random(&SystemEntropy).to_string();
        self.house.secret(self.places.production, &unique, b"value").await
    }

    pub async fn other(&self) -> Actor {
        self.house.actor(&[(roles::VIEWER, self.places.production)]).await
    }

    pub async fn role(&self) -> RoleId {
        let id = RoleId::random(&SystemEntropy);
        let actions = [claviger_model::action::Action::SecretView].into();
        let made = Role::custom(id, name(&id.to_string()), actions, MayGrant::nothing()).unwrap();
        let mut locked = self.house.app.store.locked().await.unwrap();
        locked.put_role(&made).await.unwrap();
        locked.commit().await.unwrap();
        id
    }

    pub async fn team(&self) -> PrincipalId {
        let id = PrincipalId::random(&SystemEntropy);
        let mut locked = self.house.app.store.locked().await.unwrap();
        let row = Principal {
            id,
            name: name(&id.to_string()),
            state: PrincipalState::Active,
            nature: Nature::Team,
            email: None,
            created_at: locked.now(),
        };
        locked.insert_principal(&row).await.unwrap();
        locked.commit().await.unwrap();
        id
    }
}

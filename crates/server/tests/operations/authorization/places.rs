//! Scopes.

use super::cell::{Cell, Made, made};
use crate::house::name;
use claviger_model::{
    entropy::SystemEntropy,
    ids::{ScopeId, SecretId},
};
use claviger_protocol::route::{self, Route};
use claviger_storage::scopes::ScopeSettings;
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let production = cell.places.production;
    let unique = SecretId::random(&SystemEntropy).to_string();
    Some(match *route {
        route::SCOPES => made(&[], Value::Null),
        route::CREATE_SCOPE => {
            let id = ScopeId::random(&SystemEntropy);
            made(
                &[],
                json!({"id": id, "parent": production, "name": name(&unique)}),
            )
        }
        route::EDIT_SCOPE => made(&[&production], json!({"lease_seconds": 3600})),
        route::PREVIEW_MOVE_SCOPE | route::MOVE_SCOPE => {
            let (moving, target) = cell.movable().await;
            made(&[&moving], json!({"parent": target}))
        }
        _ => return None,
    })
}

impl Cell<'_> {
    /// A place below production and another one, both of which the callers reach as they reach production.
    pub async fn movable(&self) -> (ScopeId, ScopeId) {
        let (moving, target) = (ScopeId::random(&SystemEntropy), ScopeId::random(&SystemEntropy));
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        for id in [moving, target] {
            let (parent, settings) = (Some(self.places.production), ScopeSettings::default());
            locked
                .insert_scope(id, parent, &name(&id.to_string()), &settings, now)
                .await
                .unwrap();
        }
        locked.commit().await.unwrap();
        (moving, target)
    }
}

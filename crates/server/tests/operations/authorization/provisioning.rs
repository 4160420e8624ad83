//! What the identity provider calls by itself, and its tokens.

use super::cell::{Cell, Made, made};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{KeyId, ScimId},
};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    Some(match *route {
        route::SCIM_TOKENS => made(&[], Value::Null),
        route::MAKE_SCIM_TOKEN => {
            cell.no_scim_tokens().await;
            let id = KeyId::random(&SystemEntropy);
            made(&[], json!({"id": id, "name": "provider", "days": 30}))
        }
        route::ROTATE_SCIM_TOKEN => {
            let id = KeyId::random(&SystemEntropy);
            let body = json!({"id": id, "days": 30, "overlap_hours": 24});
            made(&[&cell.scim_token().await], body)
        }
        route::END_SCIM_TOKEN => made(&[&cell.scim_token().await], Value::Null),
        route::BACK_CHANNEL_LOGOUT => made(&[], json!({})),
        // A session's proof and token are worth nothing there.
        route if route.caller == route::Caller::Provisioner => {
            made(&[&ScimId::random(&SystemEntropy)], json!({"schemas": []}))
        }
        _ => return None,
    })
}

impl Cell<'_> {
    /// So that one more can be made.
    pub async fn no_scim_tokens(&self) {
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        for token in locked.scim_tokens(1_000).await.unwrap() {
            if token.is_live(now) {
                let ended = claviger_storage::scim::TokenEnded {
                    at: now,
                    by: token.made_by,
                };
                locked.end_scim_token(token.id, ended).await.unwrap();
            }
        }
        locked.commit().await.unwrap();
    }

    /// Made by another Owner.
    pub async fn scim_token(&self) -> KeyId {
        self.no_scim_tokens().await;
        let owner = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        crate::scim::token(self.house, &owner).await.0
    }
}

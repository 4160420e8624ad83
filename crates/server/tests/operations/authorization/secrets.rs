//! Secrets, their versions, and releases.

use super::cell::{Cell, Made, made};
use crate::house::{Places, description};
use claviger_model::{
    entropy::SystemEntropy,
    ids::{PrincipalId, SecretId},
};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let Places {
        production, staging, ..
    } = cell.places;
    let fresh = SecretId::random(&SystemEntropy);
    let unique = fresh.to_string();
    Some(match *route {
        route::BIN => made(&[], Value::Null),
        route::RELEASES => made(
            &[],
            json!({"items": [{"secret": cell.secret().await, "purpose": "reveal"}]}),
        ),
        route::CREATE_SECRET => made(
            &[],
            json!({
                "id": fresh, "scope": production, "description": description(&unique),
                "value": cell.value(fresh, 1),
            }),
        ),
        route::SECRET | route::VERSIONS | route::DELETE_SECRET => made(&[&cell.secret().await], Value::Null),
        route::EDIT_SECRET => {
            let secret = cell.secret().await;
            let facts = cell
                .house
                .app
                .store
                .reader()
                .await
                .unwrap()
                .secret_facts(&[secret])
                .await
                .unwrap();
            made(
                &[&secret],
                json!({"revision": facts[0].cursor, "description": description(&unique)}),
            )
        }
        route::WRITE_VERSION => {
            let secret = cell.secret().await;
            made(&[&secret], json!({"version": 2, "value": cell.value(secret, 2)}))
        }
        route::ROLL_BACK => made(&[&cell.secret().await], json!({"to": 1, "version": 2})),
        route::MOVE_SECRET => made(&[&cell.secret().await], json!({"scope": staging})),
        route::RESTORE_SECRET => made(&[&cell.binned().await], Value::Null),
        _ => return None,
    })
}

impl Cell<'_> {
    async fn binned(&self) -> SecretId {
        let secret = self.secret().await;
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        assert!(
            locked
                .delete_secret(secret, PrincipalId::random(&SystemEntropy), now)
                .await
                .unwrap()
        );
        locked.commit().await.unwrap();
        secret
    }

    fn value(&self, secret: SecretId, version: u64) -> Value {
        match self.actor {
            Some(actor) => serde_json::to_value(self.house.sealed(actor, secret, version, b"new")).unwrap(),
            None => json!({"encapsulated": "", "ciphertext": ""}),
        }
    }
}

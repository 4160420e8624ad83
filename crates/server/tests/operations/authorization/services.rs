//! Service identities, their keys, and what a key is exchanged for.

use super::cell::{Cell, Made, made};
use crate::house::name;
use claviger_crypto::signing::DeviceKey;
use claviger_model::{
    entropy::SystemEntropy,
    ids::{KeyId, PrincipalId, SecretId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    service::ServiceKind,
};
use claviger_protocol::route::{self, Route};
use claviger_storage::{principals::Principal, services};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let production = cell.places.production;
    let unique = SecretId::random(&SystemEntropy).to_string();
    Some(match *route {
        route::SERVICES => made(&[], json!({})),
        route::CREATE_SERVICE => {
            let body = crate::services::service_body(cell.team().await, production, "production");
            made(&[], body)
        }
        route::SERVICE => made(&[&cell.service(false).await], Value::Null),
        route::EDIT_SERVICE => made(&[&cell.service(false).await], json!({"name": unique})),
        route::SET_SERVICE_STATE => made(
            &[&cell.service(false).await],
            json!({"state": "disabled", "reason": "it misbehaves"}),
        ),
        route::MAKE_SERVICE_KEY => {
            let key = DeviceKey::generate().unwrap();
            made(
                &[&cell.service(true).await],
                crate::services::key_body(&key, json!({})),
            )
        }
        route::END_SERVICE_KEY => {
            let (service, key) = (cell.service(false).await, DeviceKey::generate().unwrap());
            let key = cell.service_key(service, &key).await;
            made(&[&key], json!({"reason": "leaked"}))
        }
        route::SERVICE_TOKEN => made(&[], cell.assertion().await),
        _ => return None,
    })
}

impl Cell<'_> {
    /// A service of production; the caller may be in the team that answers for it.
    pub async fn service(&self, answers: bool) -> PrincipalId {
        let team = self.team().await;
        if let Some(actor) = self.actor.filter(|_| answers) {
            self.join(team, actor.principal).await;
        }
        let id = PrincipalId::random(&SystemEntropy);
        let mut locked = self.house.app.store.locked().await.unwrap();
        let row = Principal {
            id,
            name: name(&id.to_string()),
            state: PrincipalState::Active,
            nature: Nature::Service {
                class: EnvironmentClass::Production,
                owner: team,
            },
            email: None,
            created_at: locked.now(),
        };
        locked.insert_principal(&row).await.unwrap();
        let service = services::Service {
            principal: id,
            kind: ServiceKind::Bot,
            home: self.places.production,
            made_by: None,
            made_at: row.created_at,
        };
        locked.insert_service(&service).await.unwrap();
        locked.commit().await.unwrap();
        id
    }

    /// A key of a service, made by somebody else.
    pub async fn service_key(&self, service: PrincipalId, key: &DeviceKey) -> KeyId {
        let maker = self.other().await.principal;
        let id = KeyId::random(&SystemEntropy);
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        let row = services::ServiceKey {
            id,
            service,
            name: name("key"),
            jkt: *key.public().thumbprint().as_bytes(),
            networks: Vec::new(),
            made_by: maker,
            made_at: now,
            ends_at: now.plus(std::time::Duration::from_secs(3600)),
            last_used_at: None,
            ended: None,
        };
        locked.insert_service_key(&row).await.unwrap();
        locked.commit().await.unwrap();
        id
    }

    /// An assertion by the key of a service, for the key of whoever calls.
    pub async fn assertion(&self) -> Value {
        let Some(actor) = self.actor else {
            return json!({"assertion": "none"});
        };
        let mut locked = self.house.app.store.locked().await.unwrap();
        let row = locked.principal(actor.principal).await.unwrap().unwrap();
        let itself = matches!(row.nature, Nature::Service { .. });
        if itself {
            let service = services::Service {
                principal: row.id,
                kind: ServiceKind::Bot,
                home: self.places.production,
                made_by: None,
                made_at: row.created_at,
            };
            locked.insert_service(&service).await.unwrap();
        }
        locked.commit().await.unwrap();
        let service = if itself { row.id } else { self.service(false).await };
        let key = DeviceKey::generate().unwrap();
        self.service_key(service, &key).await;
        let mut claims = crate::services::claims(self.house, actor);
        claims["iss"] = json!(service);
        claims["sub"] = json!(service);
        json!({"assertion": crate::services::signed(&key, &claims)})
    }
}

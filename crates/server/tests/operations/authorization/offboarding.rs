//! Blast radius, leaks, cases of offboarding.

use super::cell::{Cell, Made, made};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{CaseId, EventId, GrantId, SecretId},
    principal::PrincipalState,
};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    Some(match *route {
        route::BLAST_RADIUS => {
            let other = cell.other().await.principal;
            made(&[], json!({"of": {"what": "person", "id": other}}))
        }
        route::LOOK_UP_LEAK => {
            let event = EventId::random(&SystemEntropy);
            let value = match cell.actor {
                Some(actor) => crate::offboarding::leaked(cell.house, actor, event, b"value"),
                None => json!({"encapsulated": "", "ciphertext": ""}),
            };
            made(&[], json!({"event": event, "value": value}))
        }
        route::OPEN_CASE => {
            let body = json!({
                "id": CaseId::random(&SystemEntropy), "person": cell.other().await.principal, "reason": "leaves",
            });
            made(&[], body)
        }
        route::REHEARSE_CASE => made(&[], json!({"person": cell.other().await.principal})),
        route::CASES => made(&[], json!({"open": true})),
        route::CASE | route::CASE_GRANTS | route::CASE_REPORT => {
            made(&[&cell.case("running").await], Value::Null)
        }
        route::ENDED_OF => {
            let case = cell.case("running").await;
            let mut reader = cell.house.app.store.reader().await.unwrap();
            let case = reader.case(case.parse().unwrap()).await.unwrap().unwrap();
            made(&[&case.person], Value::Null)
        }
        route::CASE_ROTATIONS => made(&[&cell.case("running").await], json!({})),
        route::APPROVE_CASE => made(
            &[&cell.case("planned").await],
            json!({"starts_at": crate::offboarding::PLANNED_FOR}),
        ),
        route::CANCEL_CASE => made(&[&cell.case("planned").await], json!({"reason": "stays"})),
        route::ACCEPT_ROTATION => {
            let (case, secret) = cell.rotation().await;
            made(
                &[&case],
                json!({"secret": secret, "reason": "the target is gone"}),
            )
        }
        route::ACCEPT_CONNECTED => {
            let case = cell.case("running").await;
            let row = claviger_model::connected::CaseSystem {
                case: case.parse().unwrap(),
                system: claviger_model::connected::SystemName::parse("warehouse").unwrap(),
                kind: claviger_model::connected::SystemKind::Postgresql,
                state: claviger_model::connected::AskedState::Open,
                trying: claviger_model::connected::Trying::default(),
                asked_at: None,
                accepted: None,
            };
            let mut locked = cell.house.app.store.locked().await.unwrap();
            locked.insert_case_system(&row).await.unwrap();
            locked.commit().await.unwrap();
            made(
                &[&case],
                json!({"system": "warehouse", "reason": "it was shut down"}),
            )
        }
        route::RESTORE_GRANTS => {
            let (case, grant) = cell.ended_grant().await;
            made(&[&case], json!({"grants": [grant], "reason": "by mistake"}))
        }
        route::ENABLE_PERSON => {
            let person = cell.other().await.principal;
            let mut locked = cell.house.app.store.locked().await.unwrap();
            let mut row = locked.principal(person).await.unwrap().unwrap();
            row.state = PrincipalState::Disabled;
            locked.update_principal(&row).await.unwrap();
            locked.commit().await.unwrap();
            made(&[&person], json!({"reason": "comes back"}))
        }
        route::OFFBOARDING_SETTINGS => made(&[], Value::Null),
        route::SET_OFFBOARDING_SETTINGS => {
            let other = cell.other().await.principal;
            made(&[], json!({"people_per_hour": 10_000, "protected": [other]}))
        }
        _ => return None,
    })
}

impl Cell<'_> {
    /// A case that somebody else opened.
    pub async fn case(&self, state: &str) -> String {
        let other = self.other().await.principal;
        crate::offboarding::case_of(self.house, other, state)
            .await
            .to_string()
    }

    /// A case with a value that has to change.
    pub async fn rotation(&self) -> (String, SecretId) {
        let other = self.house.actor(&[(roles::READER, self.places.production)]).await;
        let secret = self.secret().await;
        crate::offboarding::release(self.house, &other, secret, "copy").await;
        let case = crate::offboarding::case_of(self.house, other.principal, "running").await;
        crate::offboarding::settle_steps(self.house).await;
        (case.to_string(), secret)
    }

    /// A case of somebody who is back, with a grant that it ended.
    pub async fn ended_grant(&self) -> (String, GrantId) {
        let other = self.other().await;
        let grant = crate::orders::grant_of(self.house, &other).await;
        let case = crate::offboarding::case_of(self.house, other.principal, "running").await;
        crate::offboarding::settle_steps(self.house).await;
        let mut locked = self.house.app.store.locked().await.unwrap();
        let mut row = locked.principal(other.principal).await.unwrap().unwrap();
        row.state = PrincipalState::Active;
        locked.update_principal(&row).await.unwrap();
        locked.commit().await.unwrap();
        (case.to_string(), grant)
    }
}

//! Grants, and who has what by them.

use super::cell::{Cell, Made, made};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::GrantId};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let production = cell.places.production;
    Some(match *route {
        route::GRANTS => made(&[], Value::Null),
        route::GRANTS_AFTER => made(&[&GrantId::from_bytes([0; 16])], Value::Null),
        route::PREVIEW_GRANT => {
            let body = json!({
                "id": GrantId::random(&SystemEntropy), "principal": cell.other().await.principal,
                "role": roles::READER, "scope": production, "reason": "",
            });
            made(&[], body)
        }
        route::GRANT_CHOICES => made(
            &[],
            json!({"scope": production, "principal": cell.other().await.principal, "action": "secret.use"}),
        ),
        route::GRANT_RECEIVERS => made(
            &[],
            json!({"scope": production, "role": roles::READER, "text": "some", "limit": 1}),
        ),
        route::GIVE_GRANT => {
            let body = json!({
                "id": GrantId::random(&SystemEntropy), "principal": cell.other().await.principal,
                "role": roles::READER, "scope": production, "reason": "on call",
            });
            made(&[], body)
        }
        route::END_GRANT => made(&[&cell.grant().await], json!({"reason": "left the team"})),
        route::PLAN_GRANT_CHANGE => made(&[&cell.grant().await], json!({"change": {"do": "revoke"}})),
        route::CHANGE_GRANT => {
            let grant = cell.grant().await;
            // The digest that somebody who may would be shown.
            let lead = cell.house.actor(&[(roles::LEAD, cell.places.production)]).await;
            let change = json!({"do": "revoke"});
            let plan = json!({"change": change});
            let plan = cell
                .house
                .call(Some(&lead), &route::PLAN_GRANT_CHANGE, &[&grant], &plan)
                .await;
            let body = json!({"change": change, "digest": plan.json()["digest"], "reason": "left the team"});
            made(&[&grant], body)
        }
        route::ACCESS_AT => made(&[], json!({"scope": production})),
        route::ACCESS_OF => made(&[], json!({"principal": cell.other().await.principal})),
        route::ACCESS_MATRIX => made(&[], json!({"top": production})),
        route::EXPLAIN => {
            let other = cell.other().await.principal;
            made(
                &[],
                json!({"principal": other, "action": "secret.use", "about": {"scope": production}}),
            )
        }
        _ => return None,
    })
}

impl Cell<'_> {
    async fn grant(&self) -> GrantId {
        let other = self.other().await;
        let mut reader = self.house.app.store.reader().await.unwrap();
        reader.grant_history(other.principal, 1).await.unwrap()[0].id
    }
}

//! Requests and what a scope asks of them.

use super::cell::{Cell, Made, made};
use crate::house::request_id;
use claviger_model::{builtin_roles as roles, ids::SecretId};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let production = cell.places.production;
    Some(match *route {
        route::REQUESTS => made(&[], Value::Null),
        route::MAKE_REQUEST => {
            let want = json!({"kind": "rotation", "secret": cell.secret().await});
            made(&[], json!({"id": request_id(), "want": want, "reason": "leaked"}))
        }
        route::REFUSE_REQUEST => {
            let secret = cell.secret().await;
            made(&[&cell.request(secret).await], json!({"words": "not now"}))
        }
        route::WITHDRAW_REQUEST => {
            let secret = cell.secret().await;
            made(&[&cell.request(secret).await], Value::Null)
        }
        route::APPROVE_REQUEST => made(&[&cell.asked().await], json!({})),
        route::ANSWER_REQUESTS => {
            let answer = json!({"request": cell.asked().await, "answer": {"refuse": {"words": "not now"}}});
            made(&[], json!({"answers": [answer]}))
        }
        route::REQUEST_HISTORY => made(&[], json!({})),
        route::REQUEST_OPTIONS => made(&[], json!({"secret": cell.secret().await})),
        route::REQUEST_EVIDENCE => made(&[&cell.asked().await], Value::Null),
        route::KNOWN => made(&[], json!({})),
        route::REQUEST_SETTINGS => made(&[&production], Value::Null),
        route::SET_REQUEST_SETTINGS => {
            let before = cell.house.app.store.reader().await.unwrap();
            let before = { before }.request_settings(&[production]).await.unwrap();
            let before = before
                .into_iter()
                .next()
                .map(|(_, settings)| settings)
                .unwrap_or_default();
            let other = before.steps.map_or(1, |steps| 3 - steps);
            made(
                &[&production],
                json!({"before": before, "after": {"steps": other}}),
            )
        }
        _ => return None,
    })
}

impl Cell<'_> {
    async fn request(&self, secret: SecretId) -> String {
        let asker = self
            .house
            .actor(&[(roles::CONSUMER, self.places.production)])
            .await;
        let id = request_id();
        let body = json!({"id": id, "want": {"kind": "rotation", "secret": secret}, "reason": "leaked"});
        let answer = self
            .house
            .call(Some(&asker), &route::MAKE_REQUEST, &[], &body)
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        id.to_string()
    }

    /// A request of somebody else for access.
    pub async fn asked(&self) -> String {
        let asker = self.house.actor(&[(roles::VIEWER, self.places.production)]).await;
        let id = request_id();
        let want = json!({
            "kind": "access", "role": roles::READER, "scope": self.places.production, "seconds": 3600,
        });
        let body = json!({"id": id, "want": want, "reason": "on call"});
        let answer = self
            .house
            .call(Some(&asker), &route::MAKE_REQUEST, &[], &body)
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        id.to_string()
    }
}

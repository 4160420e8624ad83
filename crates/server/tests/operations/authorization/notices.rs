//! Notices, preferences, webhooks.

use super::cell::{Cell, Made, made};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::NoticeId};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    Some(match *route {
        route::NOTICES => made(&[], json!({})),
        route::READ_NOTICES => made(&[], json!({"these": [NoticeId::random(&SystemEntropy)]})),
        route::NOTICE_PREFERENCES => made(&[], Value::Null),
        route::SET_NOTICE_PREFERENCES => made(
            &[],
            json!({"preferences": [{"kind": "access.ended", "way": "mail", "wanted": true}]}),
        ),
        route::WEBHOOKS => made(&[], Value::Null),
        route::CREATE_WEBHOOK => made(&[], crate::telling::webhook_body("https://127.0.0.1:1/")),
        route::END_WEBHOOK | route::TEST_WEBHOOK => made(&[&cell.webhook().await], Value::Null),
        route::ROTATE_WEBHOOK_KEY => {
            cell.webhook().await;
            // Of a key that is followed already: the answer is the same whether or not another call came first.
            made(&[], json!({"replaces": 0}))
        }
        _ => return None,
    })
}

impl Cell<'_> {
    /// Made by another Owner.
    pub async fn webhook(&self) -> String {
        let owner = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        let listed = self
            .house
            .call(Some(&owner), &route::WEBHOOKS, &[], &Value::Null)
            .await;
        for webhook in listed.json()["webhooks"].as_array().unwrap() {
            let id = webhook["id"].as_str().unwrap().to_owned();
            let ended = self
                .house
                .call(Some(&owner), &route::END_WEBHOOK, &[&id], &Value::Null)
                .await;
            assert_eq!(ended.code(), "ok");
        }
        let made = crate::telling::webhook(self.house, &owner, "https://127.0.0.1:1/").await;
        made.to_string()
    }
}

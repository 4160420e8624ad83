//! Orders, their acknowledgements, and the journal of what was read offline.

use super::cell::{Cell, Made, made};
use crate::house::split;
use claviger_crypto::{
    bytes::sha256,
    to_server::{ToServer, seal_to_server},
};
use claviger_model::{
    entropy::SystemEntropy,
    ids::{EventId, OrderId},
};
use claviger_protocol::{
    journal::JournalEntry,
    order::{Acknowledgement, Order, Target},
    release::Purpose,
    route::{self, Route},
    signed::{Signed, canonical},
};
use claviger_storage::{orders, releases::Release};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    Some(match *route {
        route::ORDERS => made(&[], json!({"after": 0})),
        route::ACKNOWLEDGE => made(&[], cell.acknowledgement().await),
        route::JOURNAL => made(&[], cell.journal().await),
        _ => return None,
    })
}

impl Cell<'_> {
    /// Of an order that waits for the device of whoever calls.
    pub async fn acknowledgement(&self) -> Value {
        let Some(actor) = self.actor else {
            return json!({"acknowledgements": []});
        };
        let mut locked = self.house.app.store.locked().await.unwrap();
        let order = Order {
            organization: self.house.app.organization,
            device: actor.device,
            order: OrderId::random(&SystemEntropy),
            seq: locked.next_order_seq(actor.device).await.unwrap(),
            issued_at: locked.now(),
            targets: vec![Target::Scope {
                scope: self.places.staging,
                names: true,
            }],
        };
        let body = canonical(&order).unwrap();
        let signature = self.house.app.keys.now().orders.sign(&body);
        let digest = sha256(&body);
        let signed = Signed {
            body: body.into(),
            signature: signature.into(),
        };
        let row = orders::Order {
            id: order.order,
            device: order.device,
            seq: order.seq,
            targets: serde_json::to_value(&order.targets).unwrap(),
            signed: serde_json::to_vec(&signed).unwrap(),
            issued_at: order.issued_at,
            known_generation: 0,
            known_journal_seq: 0,
            acknowledged: None,
        };
        locked.insert_orders(&[row]).await.unwrap();
        locked.commit().await.unwrap();
        let word = Acknowledgement {
            organization: order.organization,
            device: order.device,
            order: order.order,
            order_sha256: digest.into(),
            cache_generation: 1,
            journal_seq: 0,
            journal_hash: Vec::new().into(),
        };
        let body = canonical(&word).unwrap();
        let signature = actor.key.sign(&body).unwrap();
        json!({"acknowledgements": [Signed { body: body.into(), signature: signature.into() }]})
    }

    /// One offline read of a value that the device of whoever calls has leased.
    pub async fn journal(&self) -> Value {
        let Some(actor) = self.actor else {
            return json!({"sealed": {"encapsulated": "", "ciphertext": ""}, "first": 1});
        };
        let (secret, event) = (self.secret().await, EventId::random(&SystemEntropy));
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        let lease = Release {
            event,
            principal: actor.principal,
            device: actor.device,
            secret,
            version: 1,
            ciphertext_sha256: [5; 32],
            issued_at: now,
            max_age_ms: 60_000,
            ended_at: None,
        };
        locked.insert_releases(&[lease]).await.unwrap();
        locked.commit().await.unwrap();
        let entry = JournalEntry {
            organization: self.house.app.organization,
            device: actor.device,
            seq: 1,
            prev: Vec::new().into(),
            lease: event,
            lease_leaf: [0; 32].into(),
            secret,
            version: 1,
            purpose: Purpose::Use,
            at: now,
        };
        let body = canonical(&entry).unwrap();
        let signature = actor.key.sign(&body).unwrap();
        let batch = [Signed {
            body: body.into(),
            signature: signature.into(),
        }];
        let binding = ToServer::Journal {
            organization: self.house.app.organization,
            device: actor.device,
            seq: 1,
        };
        let plain = serde_json::to_vec(&batch).unwrap();
        let to = self.house.app.keys.now().sealing.public();
        let sealed = split(seal_to_server(&to, &binding, &plain, &SystemEntropy).unwrap());
        json!({"sealed": sealed, "first": 1})
    }
}

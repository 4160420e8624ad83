//! Nothing that was acknowledged is lost, nothing is half there, and the log is whole.

use crate::{
    house::{Actor, House, description},
    program::Place,
};
use claviger_ledger::{
    checkpoint::Checkpoint, consistency::verify_consistency, edge::Edge, hash::NodeHash, prove::Prover,
};
use claviger_model::ids::{EventId, SecretId};
use claviger_protocol::release::{ReleaseReply, ReleaseResult};
use claviger_storage::log::LogFilter;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Mutex};

/// What a server has acknowledged, and what it was asked for without an answer.
#[derive(Debug, Default)]
pub struct Acknowledged {
    releases: Vec<(EventId, Vec<u8>)>,
    secrets: Vec<SecretId>,
    asked: Vec<SecretId>,
}

impl Acknowledged {
    pub fn count(&self) -> usize {
        self.releases.len() + self.secrets.len()
    }

    pub const fn counts(&self) -> (usize, usize) {
        (self.releases.len(), self.secrets.len())
    }

    /// Remembers the values of a reply.
    pub fn released(&mut self, reply: Value) {
        let reply: ReleaseReply = serde_json::from_value(reply).unwrap();
        for result in reply.results {
            match result {
                ReleaseResult::Released(release) => self.releases.push((release.event, release.leaf.0)),
                ReleaseResult::Refused { problem } => panic!("{problem:?}"),
            }
        }
    }

    pub fn asked(&mut self, secret: SecretId) {
        self.asked.push(secret);
    }

    pub fn created(&mut self, secret: SecretId) {
        self.secrets.push(secret);
    }
}

/// The body of a call that makes a secret in production.
pub fn creation(house: &House, actor: &Actor, id: SecretId) -> Value {
    json!({
        "id": id, "scope": house.places.production, "description": description(&id.to_string()),
        "value": house.sealed(actor, id, 1, b"made under load"),
    })
}

/// The newest checkpoint, whose signature holds.
pub async fn checkpoint(house: &House) -> Checkpoint {
    Checkpoint::verify(
        &house.head().await.checkpoint,
        house.app.keys.now().log.verifier(),
        &[],
    )
    .unwrap()
    .checkpoint
}

/// As [`check`], by a house of its own for as long as it takes.
pub async fn check_alone(
    place: &Place,
    acknowledged: &Mutex<Acknowledged>,
    pinned: Checkpoint,
) -> Checkpoint {
    let mut house = place.house().await;
    let newest = check(&house, acknowledged, pinned).await;
    house.started.take().unwrap().stop().await;
    newest
}

/// Checks everything, and returns the newest checkpoint.
pub async fn check(house: &House, acknowledged: &Mutex<Acknowledged>, pinned: Checkpoint) -> Checkpoint {
    let (releases, secrets, asked) = {
        let acknowledged = acknowledged.lock().unwrap();
        (
            acknowledged.releases.clone(),
            acknowledged.secrets.clone(),
            acknowledged.asked.clone(),
        )
    };
    let mut db = house.app.store.reader().await.unwrap();
    for (event, leaf) in &releases {
        let entry = db.event_by_id(*event).await.unwrap();
        assert_eq!(
            entry.map(|entry| entry.leaf).as_ref(),
            Some(leaf),
            "a value came out without its event"
        );
    }
    for secret in &secrets {
        let row = db.secret(*secret).await.unwrap();
        assert_eq!(
            row.map(|row| row.version),
            Some(1),
            "an acknowledged write is lost"
        );
    }
    for secret in secrets.iter().chain(&asked) {
        let row = db.secret(*secret).await.unwrap().is_some();
        let value = db.sealed_version(*secret, 1).await.unwrap().is_some();
        let filter = LogFilter {
            secret: Some(*secret),
            ..LogFilter::default()
        };
        let event = !db.events_matching(&filter, None, 1).await.unwrap().is_empty();
        assert_eq!((value, event), (row, row), "a write is half there");
    }
    // The whole log, leaf by leaf, gives the signed root and continues what was seen before.
    let newest = checkpoint(house).await;
    let (mut edge, mut tiles) = (Edge::new(), HashMap::new());
    while edge.size() < newest.size {
        let entries = db.events_from(edge.size(), 1_000).await.unwrap();
        assert!(!entries.is_empty());
        let full = edge.append(entries.iter().map(|entry| NodeHash::of_leaf(&entry.leaf)));
        tiles.extend(full.into_iter().map(|tile| (tile.id, tile.hashes)));
    }
    assert_eq!(edge.root(), newest.root);
    let proof = Prover::new(&edge, &tiles).consistency(pinned.size).unwrap();
    verify_consistency(&pinned, &newest, &proof).unwrap();
    newest
}

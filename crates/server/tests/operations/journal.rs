//! Offline reads, as devices report them.

use crate::house::{Actor, House, split};
use crate::releases::{release, released};
use claviger_crypto::{
    bytes::sha256,
    to_server::{ToServer, seal_to_server},
};
use claviger_ledger::{hash::NodeHash, leaf::Leaf};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    event::EventKind,
    ids::SecretId,
    time::{Clock, Timestamp},
};
use claviger_protocol::{
    journal::{JournalEntry, JournalReply},
    log::HistoryReply,
    release::{Purpose, Release, ReleaseReply},
    route,
    signed::{Signed, canonical},
};
use serde_json::json;

/// What a device tells of reads without the server.
pub struct Diary<'a> {
    pub house: &'a House,
    pub actor: &'a Actor,
    pub secret: SecretId,
    pub lease: Release,
}

impl Diary<'_> {
    pub fn entry(&self, seq: u64, prev: &[u8], at: Timestamp) -> Signed {
        let entry = JournalEntry {
            organization: self.house.app.organization,
            device: self.actor.device,
            seq,
            prev: prev.to_vec().into(),
            lease: self.lease.event,
            lease_leaf: (*NodeHash::of_leaf(&self.lease.leaf.0).as_bytes()).into(),
            secret: self.secret,
            version: self.lease.version,
            purpose: Purpose::Reveal,
            at,
        };
        let body = canonical(&entry).unwrap();
        let signature = self.actor.key.sign(&body).unwrap();
        Signed {
            body: body.into(),
            signature: signature.into(),
        }
    }

    pub async fn send(&self, first: u64, entries: &[Signed]) -> crate::house::Answer {
        let binding = ToServer::Journal {
            organization: self.house.app.organization,
            device: self.actor.device,
            seq: first,
        };
        let plain = serde_json::to_vec(entries).unwrap();
        let sealed = seal_to_server(
            &self.house.app.keys.now().sealing.public(),
            &binding,
            &plain,
            &SystemEntropy,
        )
        .unwrap();
        let body = json!({"sealed": split(sealed), "first": first});
        self.house
            .call(Some(self.actor), &route::JOURNAL, &[], &body)
            .await
    }

    async fn kinds(&self) -> Vec<EventKind> {
        let body = json!({"after": 0, "pinned": 0});
        let reply: HistoryReply = self
            .house
            .call(Some(self.actor), &route::HISTORY, &[], &body)
            .await
            .parse();
        reply
            .entries
            .iter()
            .map(|entry| Leaf::parse(&entry.leaf.0).unwrap().kind.as_kind().unwrap())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_count_once_and_contradictions_and_gaps_are_doubted() {
    let house = House::new().await;
    let actor = house.actor(&[(roles::READER, house.places.production)]).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    let reply: ReleaseReply = release(&house, &actor, secret, "lease").await.parse();
    let diary = Diary {
        house: &house,
        actor: &actor,
        secret,
        lease: released(&reply).clone(),
    };
    let now = house.clock.now();
    let one = diary.entry(1, &[], now);
    let two = diary.entry(2, &sha256(&one.body.0), now);
    for _ in 0..2 {
        let reply: JournalReply = diary.send(1, &[one.clone(), two.clone()]).await.parse();
        assert_eq!(reply.seq, 2);
    }
    assert_eq!(
        diary.kinds().await,
        [
            EventKind::SecretLeased,
            EventKind::SecretReadOffline,
            EventKind::SecretReadOffline
        ]
    );

    let other = diary.entry(2, &sha256(&one.body.0), Timestamp::from_millis(now.millis() + 1));
    assert_eq!(diary.send(2, &[other]).await.code(), "journal_conflict");
    assert_eq!(diary.kinds().await.last(), Some(&EventKind::JournalDoubted));

    let four = diary.entry(4, &[7; 32], now);
    assert_eq!(diary.send(4, &[four]).await.code(), "ok");
    let kinds = diary.kinds().await;
    assert_eq!(
        kinds[kinds.len() - 2..],
        [EventKind::JournalDoubted, EventKind::SecretReadOffline]
    );

    // Unsigned, out of order, sealed for another number.
    let mut forged = diary.entry(3, &sha256(&two.body.0), now);
    forged.signature = vec![0; 64].into();
    assert_eq!(diary.send(3, &[forged]).await.code(), "bad_request");
    assert_eq!(
        diary.send(3, &[two.clone(), one.clone()]).await.code(),
        "bad_request"
    );
    let three = diary.entry(3, &sha256(&two.body.0), now);
    let late = diary.entry(3, &sha256(&two.body.0), Timestamp::from_millis(i64::MAX));
    assert_eq!(diary.send(3, &[late]).await.code(), "bad_request");
    assert_eq!(diary.send(3, &[three]).await.code(), "ok");
}

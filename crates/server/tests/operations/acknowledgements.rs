//! Acknowledgements that come late, that a copy of a device sends, or that fit no order.

use crate::{
    house::{Actor, House},
    orders::{acknowledgement, orders, word},
};
use claviger_crypto::bytes::sha256;
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Leaf, Outcome},
};
use claviger_model::{
    builtin_roles as roles, entropy::SystemEntropy, event::EventKind, ids::OrderId, time::Clock,
};
use claviger_protocol::{
    order::{Acknowledgement, Order, Target},
    route,
    signed::{Signed, canonical},
    wire::Bytes,
};
use claviger_storage::{journal::JournalEntry, log::LogFilter, sessions::DeviceState};
use serde_json::json;

async fn sync(house: &House, actor: &Actor, generation: u64) -> String {
    let digest = Bytes(vec![u8::try_from(generation).unwrap(); 32]);
    let body = json!({"cursor": 0, "cache": {"generation": generation, "digest": digest}});
    house.call(Some(actor), &route::SYNC, &[], &body).await.code()
}

/// Takes a grant away, so that the device gets an order.
async fn take_away(house: &House, owner: &Actor, actor: &Actor) -> (Order, Signed) {
    let given = {
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        let given = crate::house::grant(actor.principal, roles::READER, house.places.staging, now);
        locked.insert_grant(&given).await.unwrap();
        locked.commit().await.unwrap();
        given.id
    };
    let body = json!({"reason": "left the team"});
    let ended = house.call(Some(owner), &route::END_GRANT, &[&given], &body).await;
    assert_eq!(ended.code(), "ok");
    orders(house, actor).await.pop().unwrap()
}

async fn state(house: &House, actor: &Actor) -> DeviceState {
    let mut reader = house.app.store.reader().await.unwrap();
    reader.device(actor.device).await.unwrap().unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_that_comes_late_is_no_clones() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let person = house.actor(&[(roles::READER, house.places.production)]).await;
    assert_eq!(sync(&house, &person, 5).await, "ok");
    let (order, signed) = take_away(&house, &owner, &person).await;
    // Carried out at 6 and not sent; the device goes on, and says so.
    let late = acknowledgement(&house, &person, &order, &signed.body.0, 6);
    assert_eq!(sync(&house, &person, 7).await, "ok");
    // Twice, as when the first reply is lost and the device has gone on again.
    for generation in [7, 8] {
        assert_eq!(sync(&house, &person, generation).await, "ok");
        let answer = house.call(Some(&person), &route::ACKNOWLEDGE, &[], &late).await;
        assert_eq!(answer.code(), "ok");
        assert_eq!(state(&house, &person).await, DeviceState::Active);
        assert!(orders(&house, &person).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_of_an_older_cache_is_a_clones() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    for repeated in [false, true] {
        let person = house.actor(&[(roles::READER, house.places.production)]).await;
        assert_eq!(sync(&house, &person, 5).await, "ok");
        let (order, signed) = take_away(&house, &owner, &person).await;
        let mut generation = 4;
        if repeated {
            // The one says 9 and the other 8, which both were possible when the order was issued.
            generation = 8;
            let first = acknowledgement(&house, &person, &order, &signed.body.0, 9);
            let answer = house.call(Some(&person), &route::ACKNOWLEDGE, &[], &first).await;
            assert_eq!(answer.code(), "ok");
        }
        let copy = acknowledgement(&house, &person, &order, &signed.body.0, generation);
        let answer = house.call(Some(&person), &route::ACKNOWLEDGE, &[], &copy).await;
        assert_eq!(answer.code(), "cache_rolled_back");
        assert_eq!(state(&house, &person).await, DeviceState::Ending);
        // Whichever of the two it is now, it can still say that it has destroyed everything.
        let (last, signed) = orders(&house, &person).await.pop().unwrap();
        assert_eq!(last.targets, [Target::Everything]);
        let done = acknowledgement(&house, &person, &last, &signed.body.0, 4);
        let answer = house.call(Some(&person), &route::ACKNOWLEDGE, &[], &done).await;
        assert_eq!(answer.code(), "ok");
        assert_eq!(state(&house, &person).await, DeviceState::Ended);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_no_order_is_counted_and_keeps_nothing_from_being_noted() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let person = house.actor(&[(roles::READER, house.places.production)]).await;
    let (order, signed) = take_away(&house, &owner, &person).await;
    let mut unknown = order.clone();
    unknown.order = OrderId::random(&SystemEntropy);
    let words = [
        word(&house, &person, &unknown, &signed.body.0, 1),
        word(&house, &person, &order, b"another order", 1),
        word(&house, &owner, &order, &signed.body.0, 1),
        word(&house, &person, &order, &signed.body.0, 1),
    ];
    let answer = house
        .call(
            Some(&person),
            &route::ACKNOWLEDGE,
            &[],
            &json!({ "acknowledgements": words }),
        )
        .await;
    assert_eq!(answer.code(), "ok");
    assert!(orders(&house, &person).await.is_empty());
    let filter = LogFilter {
        subject: Some(person.principal),
        kinds: vec![EventKind::OrderAcknowledged],
        ..Default::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let entries = reader.events_matching(&filter, None, 10).await.unwrap();
    let leaves = entries.iter().map(|entry| Leaf::parse(&entry.leaf).unwrap());
    let (refused, noted): (Vec<_>, Vec<_>) = leaves.partition(|leaf| leaf.outcome != Outcome::Allowed);
    assert_eq!((refused.len(), noted.len()), (1, 1));
    let count = Label::new("count").unwrap();
    assert_eq!(refused[0].facts.get(&count), Some(&Fact::Number(3)));
}

/// What the device sent of its journal, as the tables have it.
async fn send_journal(house: &House, actor: &Actor, seq: u64) {
    let entry = JournalEntry {
        device: actor.device,
        seq,
        hash: hash_of(seq),
        body: Vec::new(),
        received_at: house.clock.now(),
    };
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_journal(&[entry]).await.unwrap();
    locked.commit().await.unwrap();
}

fn hash_of(seq: u64) -> [u8; 32] {
    [u8::try_from(seq).unwrap(); 32]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_grew_since_is_not_doubted_and_one_that_shrank_is() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    for (seq, hash, doubted) in [
        // As far as it was when the order was issued, or further: it grew before the acknowledgement came.
        (1, hash_of(1).to_vec(), 0),
        (2, hash_of(2).to_vec(), 0),
        // Not sent yet.
        (4, hash_of(4).to_vec(), 0),
        // Another entry than the one that was sent; and less than was known.
        (2, hash_of(7).to_vec(), 1),
        (0, Vec::new(), 1),
    ] {
        let person = house.actor(&[]).await;
        send_journal(&house, &person, 1).await;
        let (order, signed) = take_away(&house, &owner, &person).await;
        send_journal(&house, &person, 2).await;
        send_journal(&house, &person, 3).await;
        let word = Acknowledgement {
            organization: house.app.organization,
            device: person.device,
            order: order.order,
            order_sha256: sha256(&signed.body.0).into(),
            cache_generation: 1,
            journal_seq: seq,
            journal_hash: hash.into(),
        };
        let body = canonical(&word).unwrap();
        let signature = person.key.sign(&body).unwrap();
        let word = Signed {
            body: body.into(),
            signature: signature.into(),
        };
        let call = json!({"acknowledgements": [word]});
        let answer = house.call(Some(&person), &route::ACKNOWLEDGE, &[], &call).await;
        assert_eq!(answer.code(), "ok");
        let filter = LogFilter {
            subject: Some(person.principal),
            kinds: vec![EventKind::JournalDoubted],
            ..LogFilter::default()
        };
        let mut reader = house.app.store.reader().await.unwrap();
        let doubts = reader.events_matching(&filter, None, 10).await.unwrap();
        assert_eq!(doubts.len(), doubted, "{seq}");
    }
}

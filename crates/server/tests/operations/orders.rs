//! Removal of access: orders, acknowledgements, clones.

use crate::house::{Actor, House};
use crate::releases::release;
use claviger_crypto::bytes::sha256;
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::GrantId, time::Clock};
use claviger_protocol::{
    order::{Acknowledgement, Order, OrdersReply, Target},
    route,
    signed::{Signed, canonical, parse},
};
use claviger_storage::sessions::DeviceState;
use serde_json::json;

pub async fn grant_of(house: &House, actor: &Actor) -> GrantId {
    house
        .app
        .store
        .reader()
        .await
        .unwrap()
        .grant_history(actor.principal, 1)
        .await
        .unwrap()[0]
        .id
}

pub async fn orders(house: &House, actor: &Actor) -> Vec<(Order, Signed)> {
    let reply: OrdersReply = house
        .call(Some(actor), &route::ORDERS, &[], &json!({"after": 0}))
        .await
        .parse();
    let read = |signed: Signed| {
        house
            .app
            .keys
            .now()
            .orders_public
            .verify(&signed.body.0, &signed.signature.0)
            .unwrap();
        (parse(&signed.body.0).unwrap(), signed)
    };
    reply.orders.into_iter().map(read).collect()
}

/// All that a device is told to destroy.
pub async fn targets(house: &House, actor: &Actor) -> Vec<Target> {
    let orders = orders(house, actor).await;
    orders.into_iter().flat_map(|(order, _)| order.targets).collect()
}

pub fn acknowledgement(
    house: &House,
    actor: &Actor,
    order: &Order,
    body: &[u8],
    generation: u64,
) -> serde_json::Value {
    json!({"acknowledgements": [word(house, actor, order, body, generation)]})
}

pub fn word(house: &House, actor: &Actor, order: &Order, body: &[u8], generation: u64) -> Signed {
    let word = Acknowledgement {
        organization: house.app.organization,
        device: actor.device,
        order: order.order,
        order_sha256: sha256(body).into(),
        cache_generation: generation,
        journal_seq: 0,
        journal_hash: Vec::new().into(),
    };
    let body = canonical(&word).unwrap();
    let signature = actor.key.sign(&body).unwrap();
    Signed {
        body: body.into(),
        signature: signature.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_grant_is_ordered_away_and_acknowledged() {
    let house = House::new().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let reader = house.actor(&[(roles::READER, production)]).await;
    let phone = house.sign_in(reader.principal).await;
    let secret = house.secret(production, "A", b"a").await;
    assert_eq!(release(&house, &reader, secret, "lease").await.code(), "ok");
    let leases = async || {
        let mut db = house.app.store.reader().await.unwrap();
        db.leases_on(reader.device, house.clock.now(), None, 10)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(leases().await, 1);

    let grant = grant_of(&house, &reader).await;
    let body = json!({"reason": "left the team"});
    assert_eq!(
        house
            .call(Some(&owner), &route::END_GRANT, &[&grant], &body)
            .await
            .code(),
        "ok"
    );
    assert_eq!(
        house
            .call(Some(&owner), &route::END_GRANT, &[&grant], &body)
            .await
            .code(),
        "wrong_state"
    );
    for device in [&reader, &phone] {
        let issued = orders(&house, device).await;
        assert_eq!(issued.len(), 1);
        assert_eq!(
            (issued[0].0.seq, &issued[0].0.targets),
            (
                1,
                &vec![Target::Scope {
                    scope: production,
                    names: true
                }]
            )
        );
    }

    let (order, signed) = orders(&house, &reader).await.remove(0);
    // For another order, and by another device: neither counts.
    let forged = acknowledgement(&house, &reader, &order, b"another order", 1);
    let stolen = acknowledgement(&house, &phone, &order, &signed.body.0, 1);
    for stray in [forged, stolen] {
        assert_eq!(
            house
                .call(Some(&reader), &route::ACKNOWLEDGE, &[], &stray)
                .await
                .code(),
            "ok"
        );
        assert_eq!(orders(&house, &reader).await.len(), 1);
        assert_eq!(leases().await, 1);
    }
    let word = acknowledgement(&house, &reader, &order, &signed.body.0, 1);
    for _ in 0..2 {
        assert_eq!(
            house
                .call(Some(&reader), &route::ACKNOWLEDGE, &[], &word)
                .await
                .code(),
            "ok"
        );
    }
    assert!(orders(&house, &reader).await.is_empty());
    assert_eq!(leases().await, 0);
    assert_eq!(
        release(&house, &reader, secret, "use").await.json()["results"][0]["problem"]["code"],
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_grant_still_gives_is_not_ordered_away() {
    let house = House::new().await;
    let (payments, production) = (house.places.payments, house.places.production);
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let person = house.actor(&[(roles::VIEWER, production)]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let wide = crate::house::grant(person.principal, roles::READER, payments, now);
    locked.insert_grant(&wide).await.unwrap();
    locked.commit().await.unwrap();
    let direct = house.secret(payments, "DIRECT", b"d").await;
    let secret = house.secret(production, "A", b"a").await;
    assert_eq!(release(&house, &person, secret, "lease").await.code(), "ok");
    let body = json!({"reason": "narrower"});
    assert_eq!(
        house
            .call(Some(&owner), &route::END_GRANT, &[&wide.id], &body)
            .await
            .code(),
        "ok"
    );
    let issued = orders(&house, &person).await;
    let targets: std::collections::HashSet<_> = issued[0].0.targets.iter().cloned().collect();
    let expected = [
        // Names of production stay, the lease goes; staging goes whole; payments only by its own secrets.
        Target::Secret { secret, names: false },
        Target::Secret {
            secret: direct,
            names: true,
        },
        Target::Scope {
            scope: house.places.staging,
            names: true,
        },
    ];
    assert_eq!(targets, expected.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_stays() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let grant = grant_of(&house, &owner).await;
    let body = json!({"reason": "holiday"});
    assert_eq!(
        house
            .call(Some(&owner), &route::END_GRANT, &[&grant], &body)
            .await
            .code(),
        "last_owner"
    );
    let second = house.actor(&[(roles::OWNER, house.places.root)]).await;
    assert_eq!(
        house
            .call(Some(&owner), &route::END_GRANT, &[&grant], &body)
            .await
            .code(),
        "ok"
    );
    let _ = second;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_grants_to_themselves_and_leads_only_what_their_role_may() {
    let house = House::new().await;
    let production = house.places.production;
    let (lead, other) = (
        house.actor(&[(roles::LEAD, production)]).await,
        house.actor(&[]).await,
    );
    let give = |to, role| json!({"id": GrantId::random(&SystemEntropy), "principal": to, "role": role, "scope": production, "reason": "r"});
    for (to, role, code) in [
        (lead.principal, roles::READER, "separation_of_duties"),
        (other.principal, roles::OWNER, "forbidden"),
        (other.principal, roles::LEAD, "forbidden"),
        (other.principal, roles::EDITOR, "ok"),
    ] {
        assert_eq!(
            house
                .call(Some(&lead), &route::GIVE_GRANT, &[], &give(to, role))
                .await
                .code(),
            code
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolled_back_cache_is_a_clone_and_must_enrol_again() {
    let house = House::new().await;
    let reader = house.actor(&[(roles::READER, house.places.production)]).await;
    let sync = |generation: u64, digest: u8| json!({"cursor": 0, "cache": {"generation": generation, "digest": claviger_protocol::wire::Bytes(vec![digest; 32])}});
    for (generation, digest) in [(5, 1), (5, 1), (6, 2)] {
        assert_eq!(
            house
                .call(Some(&reader), &route::SYNC, &[], &sync(generation, digest))
                .await
                .code(),
            "ok"
        );
    }
    assert_eq!(
        house
            .call(Some(&reader), &route::SYNC, &[], &sync(6, 3))
            .await
            .code(),
        "cache_rolled_back"
    );
    assert_eq!(
        house
            .call(Some(&reader), &route::SYNC, &[], &sync(7, 3))
            .await
            .status,
        401
    );
    let issued = orders(&house, &reader).await;
    assert_eq!(issued[0].0.targets, [Target::Everything]);
    let word = acknowledgement(&house, &reader, &issued[0].0, &issued[0].1.body.0, 7);
    assert_eq!(
        house
            .call(Some(&reader), &route::ACKNOWLEDGE, &[], &word)
            .await
            .code(),
        "ok"
    );
    let device = house
        .app
        .store
        .reader()
        .await
        .unwrap()
        .device(reader.device)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(device.state, DeviceState::Ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_grant_is_the_same_in_everything_or_a_conflict() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let other = house.actor(&[]).await;
    let at = |hours: u64| {
        house
            .clock
            .now()
            .plus(std::time::Duration::from_secs(hours * 3600))
    };
    let call = json!({
        "id": GrantId::random(&SystemEntropy), "principal": other.principal, "role": roles::READER,
        "scope": production, "reason": "on call", "not_before": at(1), "expires_at": at(2),
        "conditions": {"enrolled_device": true},
    });
    for _ in 0..2 {
        let given = house.call(Some(&lead), &route::GIVE_GRANT, &[], &call).await;
        assert_eq!(given.code(), "ok");
    }
    for (field, value) in [
        ("expires_at", json!(at(3))),
        ("not_before", json!(at(0))),
        ("conditions", json!({})),
        ("reason", json!("another")),
        ("role", json!(roles::VIEWER)),
    ] {
        let mut different = call.clone();
        different[field] = value;
        let answer = house.call(Some(&lead), &route::GIVE_GRANT, &[], &different).await;
        assert_eq!(answer.code(), "conflict", "{field}");
    }
    let id: GrantId = serde_json::from_value(call["id"].clone()).unwrap();
    let body = json!({"reason": "over"});
    let ended = house.call(Some(&lead), &route::END_GRANT, &[&id], &body).await;
    assert_eq!(ended.code(), "ok");
    let again = house.call(Some(&lead), &route::GIVE_GRANT, &[], &call).await;
    assert_eq!(again.code(), "conflict", "it has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_scope_is_the_same_in_everything_or_a_conflict() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let id = claviger_model::ids::ScopeId::random(&SystemEntropy);
    let make = |class: serde_json::Value| json!({"id": id, "parent": house.places.payments, "name": "testing", "class": class});
    for (class, code) in [
        (json!("testing"), "ok"),
        (json!("testing"), "ok"),
        (json!("production"), "conflict"),
        (json!(null), "conflict"),
    ] {
        let answer = house
            .call(Some(&owner), &route::CREATE_SCOPE, &[], &make(class.clone()))
            .await;
        assert_eq!(answer.code(), code, "{class}");
    }
}

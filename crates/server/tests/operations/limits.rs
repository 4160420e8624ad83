//! Limits: an office behind one address gets all of its orders, and no single device can keep the server busy.

use crate::{
    access::team,
    house::{Actor, House, grant},
    orders::orders,
};
use claviger_crypto::signing::DeviceKey;
use claviger_model::builtin_roles as roles;
use claviger_protocol::route;
use serde_json::json;

const OFFICE: usize = 100;
/// More calls than any limit of these tests lets through at once, however slow the machine is.
const MANY: usize = 5_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_devices_behind_one_address_all_get_their_orders() {
    let house = House::with(|config| {
        config.limits.unauthenticated_per_second = 1;
        config.limits.unauthenticated_burst = 5;
    })
    .await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let mut people = Vec::new();
    for _ in 0..OFFICE {
        people.push(house.actor(&[]).await);
    }
    let members: Vec<_> = people.iter().map(|person| person.principal).collect();
    let team = team(&house, "Office", &members).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let given = grant(team, roles::READER, house.places.production, now);
    locked.insert_grant(&given).await.unwrap();
    locked.commit().await.unwrap();
    let body = json!({"reason": "moved out"});
    let ended = house
        .call(Some(&owner), &route::END_GRANT, &[&given.id], &body)
        .await;
    assert_eq!(ended.code(), "ok");
    for person in &people {
        assert_eq!(orders(&house, person).await.len(), 1);
    }

    // One that calls without end is held up, and nobody else is.
    let ask = json!({"after": 0});
    let mut codes = Vec::new();
    for _ in 0..MANY {
        let answer = house.call(Some(&people[0]), &route::ORDERS, &[], &ask).await;
        codes.push(answer.code());
        if answer.code() == "too_many_requests" {
            break;
        }
    }
    assert_eq!(codes.last().map(String::as_str), Some("too_many_requests"));
    assert_eq!(orders(&house, &people[1]).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_devices_behind_one_address_renew_their_sessions_and_somebody_signs_in() {
    let house = House::with(|config| {
        config.limits.unauthenticated_per_second = 1;
        config.limits.unauthenticated_burst = 5;
    })
    .await;
    let refresh = async |actor: &Actor, number| {
        let token = house.app.keys.now().refresh.token(actor.session, number);
        let body = json!({"refresh": token.expose()});
        house.call(Some(actor), &route::REFRESH, &[], &body).await.code()
    };
    let mut office = Vec::new();
    for _ in 0..OFFICE {
        office.push(house.actor(&[]).await);
    }
    for actor in &office {
        assert_eq!(refresh(actor, 1).await, "ok");
    }
    let asked = house.call(None, &route::CHALLENGE, &[], &json!(null)).await;
    assert_eq!(
        asked.code(),
        "ok",
        "their renewals took nothing from who signs in"
    );

    // One that renews without end is held up, and nobody else is.
    let mut last = String::new();
    for _ in 0..MANY {
        last = refresh(&office[0], 2).await;
        if last == "too_many_requests" {
            break;
        }
        assert_eq!(last, "ok", "the predecessor gives the same successor");
    }
    assert_eq!(last, "too_many_requests");
    assert_eq!(refresh(&office[1], 2).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_nobody_knows_are_limited_by_address() {
    let house = House::with(|config| {
        config.limits.devices_per_second = 1;
        config.limits.devices_burst = 20;
    })
    .await;
    let mut actor = house.actor(&[]).await;
    let body = json!({"refresh": "x".repeat(75)});
    let mut codes = Vec::new();
    for _ in 0..MANY {
        // A new key for each, so that none is held up by itself.
        actor.key = DeviceKey::generate().unwrap();
        let answer = house.call(Some(&actor), &route::REFRESH, &[], &body).await;
        codes.push(answer.code());
        if answer.code() == "too_many_requests" {
            break;
        }
    }
    assert_eq!(codes.first().map(String::as_str), Some("bad_refresh_token"));
    assert_eq!(codes.last().map(String::as_str), Some("too_many_requests"));
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_that_are_none_are_limited_by_address() {
    let house = House::with(|config| {
        config.limits.devices_per_second = 1;
        config.limits.devices_burst = 20;
    })
    .await;
    let mut last = String::new();
    for _ in 0..MANY {
        last = house
            .call(None, &route::ORDERS, &[], &json!({"after": 0}))
            .await
            .code();
        if last == "too_many_requests" {
            break;
        }
    }
    assert_eq!(last, "too_many_requests");
}

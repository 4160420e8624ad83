//! How what was given ends and goes on, and how devices hear of it.

use super::{HOUR, done_at, id_of};
use crate::house::{Actor, House, request_id};
use claviger_model::{
    builtin_roles as roles, entropy::SystemEntropy, event::EventKind, ids::GrantId, scope::Discoverable,
};
use claviger_protocol::{
    grants::GrantsReply,
    order::{Order, Target},
    requests::{May, RequestRecord, RequestState},
    route,
};
use claviger_server::jobs;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_by_itself_takes_the_leases_with_it_and_stays_in_the_history() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let stranger = house.actor(&[]).await;
    house
        .discoverable(places.production, Discoverable::Everyone)
        .await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let id = id_of(&house.ask(&stranger, roles::READER, places.production, 1800).await);
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "ok");
    let items = json!({"items": [{"secret": secret, "purpose": "lease"}]});
    let leased = house.call(Some(&stranger), &route::RELEASES, &[], &items).await;
    assert!(
        leased.json()["results"][0]["problem"].is_null(),
        "{:?}",
        leased.json()
    );

    let almost = HOUR / 2 - Duration::from_millis(1);
    house.clock.advance(almost);
    jobs::sweep(&house.app).await;
    assert_eq!(house.reveal(&stranger, secret).await, Ok(()));
    assert_eq!(house.count(EventKind::OrderIssued).await, 0);
    house.clock.advance(Duration::from_millis(1));
    assert_eq!(house.reveal(&stranger, secret).await, Err("not_found".to_owned()));
    jobs::sweep(&house.app).await;
    jobs::sweep(&house.app).await;
    assert_eq!(house.count(EventKind::GrantEnded).await, 1, "once");
    let targets = ordered(&house, &stranger).await;
    let whole = Target::Scope {
        scope: places.production,
        names: true,
    };
    assert!(targets.contains(&said(&whole)), "{targets:?}");
    let told = house.seen(&stranger, id).await.unwrap();
    assert!(matches!(told.state, RequestState::Approved { .. }) && told.course.may.is_empty());

    // Kept by the setting, and gone after it.
    house.clock.advance(HOUR * 24 * 99);
    jobs::sweep(&house.app).await;
    let again = house.sign_in(stranger.principal).await;
    assert!(house.seen(&again, id).await.is_some());
    house.clock.advance(HOUR * 24 * 2);
    jobs::sweep(&house.app).await;
    let again = house.sign_in(stranger.principal).await;
    assert!(house.seen(&again, id).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_holds_by_another_grant_is_not_ordered_away() {
    let house = House::new().await;
    let places = house.places;
    let kept = house.secret(places.production, "KEPT", b"x").await;
    let direct = house.secret(places.payments, "DIRECT", b"x").await;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    house.discoverable(places.payments, Discoverable::Everyone).await;
    let id = id_of(&house.ask(&viewer, roles::READER, places.payments, 1800).await);
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "ok");
    let items =
        json!({"items": [{"secret": kept, "purpose": "lease"}, {"secret": direct, "purpose": "lease"}]});
    house.call(Some(&viewer), &route::RELEASES, &[], &items).await;
    house.clock.advance(HOUR / 2);
    jobs::sweep(&house.app).await;
    let targets = ordered(&house, &viewer).await;
    // The lease on what one still sees ran out with the grant.
    assert_eq!(
        targets,
        BTreeSet::from([
            said(&Target::Scope {
                scope: places.staging,
                names: true
            }),
            said(&Target::Secret {
                secret: direct,
                names: true
            }),
        ])
    );
}

/// What the first order to a device destroys.
async fn ordered(house: &House, of: &Actor) -> BTreeSet<String> {
    let orders = house
        .call(Some(of), &route::ORDERS, &[], &json!({"after": 0}))
        .await
        .json();
    let body = orders["orders"][0]["body"].as_str().unwrap();
    let body = claviger_crypto::bytes::decode_base64url(body).unwrap();
    let order: Order = serde_json::from_slice(&body).unwrap();
    order.targets.iter().map(said).collect()
}

fn said(target: &Target) -> String {
    serde_json::to_string(target).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_needs_a_new_approval_and_begins_at_the_end() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let other = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let first = id_of(&house.ask(&viewer, roles::READER, places.production, 1200).await);
    let want = |role| json!({"role": role, "scope": places.production, "seconds": 1200, "extends": first});
    let early = house.ask_as(&viewer, request_id(), want(roles::READER)).await;
    assert_eq!(early.code(), "bad_request", "nothing was given yet");
    house.approve(&lead, first, json!({})).await;
    for (by, role) in [(&other, roles::READER), (&viewer, roles::EDITOR)] {
        assert_eq!(
            house.ask_as(by, request_id(), want(role)).await.code(),
            "bad_request"
        );
    }
    let second = id_of(&house.ask_as(&viewer, request_id(), want(roles::READER)).await);
    house.clock.advance(HOUR / 6);
    let done: RequestRecord = house.approve(&lead, second, json!({})).await.parse();
    assert_eq!(
        done.course.given.clone().unwrap().ends_at,
        done_at(&done).plus(HOUR / 6 + HOUR / 3)
    );
    house.clock.advance(HOUR / 3);
    jobs::sweep(&house.app).await;
    assert_eq!(house.reveal(&viewer, secret).await, Ok(()));
    assert_eq!(house.count(EventKind::OrderIssued).await, 0, "nothing was lost");
    house.clock.advance(HOUR / 3);
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_brings_requests_to_those_who_ask_and_those_who_answer() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let reader = house.actor(&[(roles::READER, places.production)]).await;
    let sync = |by, cursor: u64| {
        let house = &house;
        async move {
            house
                .call(Some(by), &route::SYNC, &[], &json!({"cursor": cursor}))
                .await
                .json()
        }
    };
    let start = sync(&viewer, 0).await["cursor"].as_u64().unwrap();
    let id = id_of(&house.ask(&viewer, roles::READER, places.production, 3600).await);
    for (by, count) in [(&viewer, 1), (&lead, 1), (&reader, 0)] {
        let reply = sync(by, start).await;
        assert_eq!(reply["requests"].as_array().unwrap().len(), count);
    }
    let asked = sync(&viewer, start).await["cursor"].as_u64().unwrap();
    house.approve(&lead, id, json!({})).await;
    let news = sync(&viewer, asked).await;
    assert_eq!(news["requests"][0]["state"], "approved");
    let approved = news["cursor"].as_u64().unwrap();
    let grant = news["requests"][0]["course"]["given"]["grant"]
        .as_str()
        .unwrap()
        .to_owned();
    let back = json!({"reason": "done"});
    house
        .call(Some(&viewer), &route::END_GRANT, &[&grant], &back)
        .await;
    for by in [&viewer, &lead] {
        let news = sync(by, approved).await;
        assert!(
            news["requests"][0]["course"]["given"]["ended_at"].is_number(),
            "{news}"
        );
    }
    let _: GrantsReply = house
        .call(Some(&viewer), &route::GRANTS, &[], &Value::Null)
        .await
        .parse();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_narrowed_later_stays_the_answer_to_its_request() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let id = id_of(&house.ask(&viewer, roles::READER, places.production, 1800).await);
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "ok");
    let wide = house.seen(&viewer, id).await.unwrap().course.given.unwrap();
    let change = json!({"do": "narrow", "role": roles::CONSUMER});
    let call = json!({"change": change});
    let plan = house
        .call(Some(&lead), &route::PLAN_GRANT_CHANGE, &[&wide.grant], &call)
        .await
        .json();
    let lesser = GrantId::random(&SystemEntropy);
    let call =
        json!({"change": change, "digest": plan["digest"], "reason": "least is best", "new_grant": lesser});
    let done = house
        .call(Some(&lead), &route::CHANGE_GRANT, &[&wide.grant], &call)
        .await;
    assert_eq!(done.code(), "ok", "{:?}", done.json());
    let narrow = house.seen(&viewer, id).await.unwrap();
    assert_eq!(narrow.course.may, [May::HandBack]);
    let given = narrow.course.given.unwrap();
    assert_eq!((given.grant, given.role), (lesser, roles::CONSUMER));
    // Its end is still seen to.
    house.clock.advance(HOUR / 2);
    jobs::sweep(&house.app).await;
    assert_eq!(
        house.count(EventKind::GrantEnded).await,
        2,
        "the wide one by hand, the lesser one by itself"
    );
}

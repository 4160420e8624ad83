//! What a blast radius and a rehearsal leave out: what is over, what is not theirs, and what the action would not touch.

use super::{offboarders, opened, record, release, settle_steps};
use crate::{
    access::team,
    emergency::right_of,
    house::{Actor, House, request_id},
    services::{crew, keyed},
};
use claviger_model::{
    blast::{Suspect, Waiting},
    builtin_roles as roles,
    ids::{PrincipalId, RequestId},
    principal::PrincipalState,
    time::Clock as _,
};
use claviger_protocol::{
    offboarding::{
        cases::{EndedOf, Rehearsal},
        radius::RadiusReply,
    },
    route,
};
use claviger_storage::sessions::{DeviceState, LogoutTarget};
use serde_json::{Value, json};
use std::time::Duration;

const HALF_AN_HOUR: Duration = Duration::from_secs(1_800);

async fn radius(house: &House, of: Suspect) -> RadiusReply {
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    house
        .call(Some(&admin), &route::BLAST_RADIUS, &[], &json!({"of": of}))
        .await
        .parse()
}

async fn stands(house: &House, person: PrincipalId, state: PrincipalState) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(person).await.unwrap().unwrap();
    row.state = state;
    locked.update_principal(&row).await.unwrap();
    locked.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_without_a_living_session_reaches_nothing() {
    let house = House::new().await;
    let production = house.places.production;
    let laptop = house.actor(&[(roles::READER, production)]).await;
    let phone = house.sign_in(laptop.principal).await;
    let secret = house.secret(production, "DB", b"1").await;
    release(&house, &phone, secret, "copy").await;
    assert_eq!(
        radius(&house, Suspect::Device(phone.device))
            .await
            .numbers
            .secrets,
        1
    );
    let ended = house
        .call(
            Some(&laptop),
            &route::END_SESSION,
            &[&phone.session],
            &Value::Null,
        )
        .await;
    assert_eq!(ended.code(), "ok");
    let over = radius(&house, Suspect::Device(phone.device)).await.numbers;
    assert_eq!(
        (over.places, over.secrets, over.sessions, over.known),
        (0, 0, 0, 1)
    );
    // Another device of theirs is not this one's.
    assert_eq!(
        radius(&house, Suspect::Device(laptop.device))
            .await
            .numbers
            .secrets,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_to_a_device_after_a_session_was_over_did_not_come_to_that() {
    let house = House::new().await;
    let production = house.places.production;
    let laptop = house.actor(&[(roles::READER, production)]).await;
    let (before, after) = (
        house.secret(production, "BEFORE", b"1").await,
        house.secret(production, "AFTER", b"2").await,
    );
    release(&house, &laptop, before, "copy").await;
    let first = house.clock.now();
    house.clock.advance(HALF_AN_HOUR);
    release(&house, &laptop, after, "copy").await;
    let mut locked = house.app.store.locked().await.unwrap();
    let over = LogoutTarget::Session(laptop.session);
    locked
        .end_sessions(&over, first.plus(HALF_AN_HOUR / 2))
        .await
        .unwrap();
    locked.commit().await.unwrap();
    let found = radius(&house, Suspect::Session(laptop.session)).await;
    let known: Vec<_> = found.known.iter().map(|one| one.secret).collect();
    assert_eq!(known, [before]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_second_pair_of_eyes_is_looked_at_as_they_would_come_back() {
    let house = House::new().await;
    let production = house.places.production;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    house.secret(production, "DB", b"1").await;
    let of = Suspect::Person(leaver.principal);
    let before = radius(&house, of).await;
    assert_eq!(before.numbers.secrets, 1);
    stands(&house, leaver.principal, PrincipalState::Suspended).await;
    assert_eq!(radius(&house, of).await.numbers.secrets, 1);
    stands(&house, leaver.principal, PrincipalState::Disabled).await;
    assert_eq!(radius(&house, of).await.numbers.secrets, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn emergency_access_waits_for_a_review_by_others_once_it_is_over() {
    let house = House::new().await;
    let production = house.places.production;
    let leaver = house.actor(&[(roles::LEAD, production)]).await;
    let other = house.actor(&[]).await;
    for drawer in [&leaver, &other] {
        let right = right_of(&house, drawer.principal, production).await;
        let id = claviger_model::ids::DrawId::random(&claviger_model::entropy::SystemEntropy);
        let body = json!({"id": id, "reason": "it burns", "seconds": 600});
        let drawn = house
            .call(Some(drawer), &route::DRAW_EMERGENCY, &[&right], &body)
            .await;
        assert_eq!(drawn.code(), "ok", "{:?}", drawn.json());
    }
    let reviews = async || {
        let found = radius(&house, Suspect::Person(leaver.principal)).await.waiting;
        found
            .iter()
            .filter(|one| matches!(one, Waiting::Review(_)))
            .count()
    };
    assert_eq!(reviews().await, 0, "they run");
    house.clock.advance(HALF_AN_HOUR);
    assert_eq!(reviews().await, 1, "their own is reviewed by others");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_devices_that_are_over_are_not_at_hand() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let leaver = &crew.lead;
    let (living, _) = keyed(&house, leaver, crew.service, json!({})).await;
    let (ended, _) = keyed(&house, leaver, crew.service, json!({"name": "second"})).await;
    let answer = house
        .call(
            Some(leaver),
            &route::END_SERVICE_KEY,
            &[&ended],
            &json!({"reason": "lost"}),
        )
        .await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    let away = house.sign_in(leaver.principal).await;
    let mut locked = house.app.store.locked().await.unwrap();
    locked
        .set_device_state(away.device, DeviceState::Active, DeviceState::Ended)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    for of in [Suspect::Person(leaver.principal), Suspect::Service(crew.service)] {
        let found = radius(&house, of).await;
        let keys: Vec<_> = found.keys.iter().map(|one| one.key).collect();
        assert_eq!(keys, [living]);
        assert!(found.devices.iter().all(|one| one.device == leaver.device));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_counts_approvals_and_no_grants_of_teams() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let (admin, _) = offboarders(&house).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[(roles::LEAD, production)]).await;
    let crew = team(&house, "crew", &[leaver.principal, owner.principal]).await;
    crate::services::given(&house, crew, roles::READER, production).await;
    half_approved(&house, &owner, &leaver).await;
    let body = json!({"person": leaver.principal});
    let refused = house.call(Some(&leaver), &route::REHEARSE_CASE, &[], &body).await;
    assert_eq!(refused.code(), "forbidden", "nobody else rehearses");
    let rehearsal: Rehearsal = house
        .call(Some(&admin), &route::REHEARSE_CASE, &[], &body)
        .await
        .parse();
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let after = record(&house, &admin, case.id).await;
    assert_eq!(rehearsal.effects, after.effects.to_vec());
}

/// A request that needs two, of which this is the first.
async fn half_approved(house: &House, owner: &Actor, first: &Actor) -> RequestId {
    let production = house.places.production;
    let settings = json!({"before": {}, "after": {"steps": 2}});
    let set = house
        .call(
            Some(owner),
            &route::SET_REQUEST_SETTINGS,
            &[&production],
            &settings,
        )
        .await;
    assert_eq!(set.code(), "ok", "{:?}", set.json());
    let asker = house.actor(&[(roles::VIEWER, production)]).await;
    let id = request_id();
    let want = json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600});
    let body = json!({"id": id, "want": want, "reason": "on call"});
    for (by, route, path, body) in [
        (&asker, &route::MAKE_REQUEST, vec![], body),
        (first, &route::APPROVE_REQUEST, vec![id], json!({})),
    ] {
        let path: Vec<&dyn std::fmt::Display> = path.iter().map(|one| one as _).collect();
        let answer = house.call(Some(by), route, &path, &body).await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    }
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn which_teams_somebody_was_in_is_told_to_who_may_put_them_back() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let (admin, _) = offboarders(&house).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let local = team(&house, "local", &[leaver.principal, owner.principal]).await;
    opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let told = async |by: &Actor| -> EndedOf {
        house
            .call(Some(by), &route::ENDED_OF, &[&leaver.principal], &Value::Null)
            .await
            .parse()
    };
    let of_lead = told(&lead).await.ended;
    assert_eq!((of_lead.grants.len(), of_lead.teams.len()), (1, 0));
    let teams = told(&owner).await.ended.teams;
    assert_eq!(teams.iter().map(|one| one.team).collect::<Vec<_>>(), [local]);
}

//! The brake: many at once, or somebody protected, wait for a second pair of eyes.

use super::{open, opened, record};
use crate::house::{Actor, House};
use claviger_model::{
    builtin_roles as roles,
    offboarding::{Brake, CaseState},
};
use claviger_protocol::{offboarding::cases::CaseVerb, route};
use serde_json::{Value, json};
use std::time::Duration;

async fn set(house: &House, by: &Actor, settings: Value) -> String {
    house
        .call(Some(by), &route::SET_OFFBOARDING_SETTINGS, &[], &settings)
        .await
        .code()
}

async fn can_act(house: &House, actor: &Actor) -> bool {
    house
        .call(Some(actor), &route::ME, &[], &Value::Null)
        .await
        .code()
        == "ok"
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_protected_is_suspended_until_somebody_else_has_looked() {
    let house = House::new().await;
    let root = house.places.root;
    let (first, second) = (
        house.actor(&[(roles::OFFBOARDER, root)]).await,
        house.actor(&[(roles::OFFBOARDER, root)]).await,
    );
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[(roles::READER, house.places.production)]).await;
    let settings = json!({"people_per_hour": 10, "protected": [leaver.principal]});
    assert_eq!(set(&house, &first, settings.clone()).await, "forbidden");
    assert_eq!(set(&house, &owner, settings).await, "ok");
    let case = opened(&house, &first, leaver.principal, json!({})).await;
    assert_eq!(
        (case.state, case.brake),
        (CaseState::Braked, Some(Brake::Protected))
    );
    assert!(!can_act(&house, &leaver).await, "no read while it waits");
    let approve = async |by: &Actor| {
        house
            .call(Some(by), &route::APPROVE_CASE, &[&case.id], &Value::Null)
            .await
            .code()
    };
    assert_eq!(approve(&first).await, "separation_of_duties");
    assert_eq!(record(&house, &first, case.id).await.may, [CaseVerb::Cancel]);
    assert_eq!(approve(&leaver).await, "disabled");
    assert_eq!(approve(&second).await, "ok");
    assert_eq!(approve(&second).await, "wrong_state");
    let begun = record(&house, &second, case.id).await;
    assert_eq!(begun.state, CaseState::Running);
    assert_eq!(begun.approved.map(|approved| approved.by), Some(second.principal));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_braked_by_mistake_goes_on_as_before() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let stays = house.actor(&[]).await;
    let settings = json!({"people_per_hour": 10, "protected": [stays.principal]});
    assert_eq!(set(&house, &owner, settings).await, "ok");
    let case = opened(&house, &admin, stays.principal, json!({})).await;
    assert!(!can_act(&house, &stays).await);
    let body = json!({"reason": "the wrong one"});
    let answer = house
        .call(Some(&admin), &route::CANCEL_CASE, &[&case.id], &body)
        .await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    assert!(can_act(&house, &stays).await, "with the same session");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_so_many_in_an_hour_wait() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let settings = json!({"people_per_hour": 2, "protected": []});
    assert_eq!(set(&house, &owner, settings).await, "ok");
    let mut states = Vec::new();
    for _ in 0..4 {
        let leaver = house.actor(&[]).await;
        states.push(opened(&house, &admin, leaver.principal, json!({})).await.state);
    }
    let (run, brake) = (CaseState::Running, CaseState::Braked);
    assert_eq!(states, [run, run, brake, brake]);
    house.clock.advance(Duration::from_secs(3601));
    let admin = house.sign_in(admin.principal).await;
    let leaver = house.actor(&[]).await;
    assert_eq!(
        opened(&house, &admin, leaver.principal, json!({})).await.state,
        run
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_case_that_was_approved_is_not_braked() {
    let house = House::new().await;
    let root = house.places.root;
    let (first, second) = (
        house.actor(&[(roles::OFFBOARDER, root)]).await,
        house.actor(&[(roles::OFFBOARDER, root)]).await,
    );
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[]).await;
    let settings = json!({"people_per_hour": 0, "protected": []});
    assert_eq!(set(&house, &owner, settings).await, "ok");
    let start = json!({"start": {"local": "2026-01-06T18:00:00", "zone": "UTC"}});
    let case = opened(&house, &first, leaver.principal, start).await;
    let approve = house
        .call(Some(&second), &route::APPROVE_CASE, &[&case.id], &Value::Null)
        .await;
    assert_eq!(approve.code(), "ok", "{:?}", approve.json());
    house.clock.set(case.start.unwrap().at);
    super::settle_steps(&house).await;
    let first = house.sign_in(first.principal).await;
    assert!(record(&house, &first, case.id).await.state.has_begun());
    // Without it, the same waits.
    let other = house.actor(&[]).await;
    assert_eq!(
        opened(&house, &first, other.principal, json!({})).await.state,
        CaseState::Braked
    );
    assert_eq!(
        open(&house, &first, other.principal, json!({})).await.code(),
        "ok",
        "it is merged"
    );
}

//! Coming back, and undo: nothing by itself, each grant by somebody who may give it.

use super::{opened, settle_steps};
use crate::{
    house::{Actor, House},
    orders::grant_of,
};
use claviger_model::{builtin_roles as roles, ids::GrantId};
use claviger_protocol::{
    offboarding::cases::{EndedGrants, RestoredGrants},
    route,
};
use serde_json::{Value, json};
use std::time::Duration;

async fn enable(house: &House, by: &Actor, person: &Actor) -> String {
    let body = json!({"reason": "she stays after all"});
    house
        .call(Some(by), &route::ENABLE_PERSON, &[&person.principal], &body)
        .await
        .code()
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_restores_nothing_and_each_grant_is_given_by_who_may_give_it() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let grant = grant_of(&house, &leaver).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    assert_eq!(
        enable(&house, &admin, &leaver).await,
        "case_open",
        "in the middle of a case"
    );
    settle_steps(&house).await;
    let restore = async |by: &Actor, grant: GrantId| {
        let body = json!({"grants": [grant], "reason": "by mistake"});
        house
            .call(Some(by), &route::RESTORE_GRANTS, &[&case.id], &body)
            .await
    };
    assert_eq!(
        restore(&lead, grant).await.code(),
        "wrong_state",
        "nobody gives to who has left"
    );
    assert_eq!(enable(&house, &lead, &leaver).await, "not_found");
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");

    // The old session and device stay over, and a new one reaches nothing.
    assert_eq!(
        house
            .call(Some(&leaver), &route::ME, &[], &Value::Null)
            .await
            .status,
        401
    );
    let again = house.sign_in(leaver.principal).await;
    let secret = house.secret(production, "DB", b"1").await;
    let reads = async || {
        let body = json!({"items": [{"secret": secret, "purpose": "use"}]});
        let answer = house.call(Some(&again), &route::RELEASES, &[], &body).await;
        answer.json()["results"][0]["problem"].is_null()
    };
    assert!(!reads().await);

    assert_eq!(
        restore(&admin, grant).await.code(),
        "forbidden",
        "the Offboarder gives nothing"
    );
    assert_eq!(restore(&again, grant).await.code(), "not_found");
    let given: RestoredGrants = restore(&lead, grant).await.parse();
    assert!(reads().await);
    assert_ne!(given.grants, [grant]);
    let twice: RestoredGrants = restore(&lead, grant).await.parse();
    assert_eq!(twice, given, "once");
    let list: EndedGrants = house
        .call(Some(&admin), &route::CASE_GRANTS, &[&case.id], &Value::Null)
        .await
        .parse();
    let ended: Vec<_> = list
        .grants
        .iter()
        .map(|one| (one.grant.id, one.restored_as))
        .collect();
    assert_eq!(ended, [(grant, Some(given.grants[0]))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_ends_after_thirty_days() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let grant = grant_of(&house, &leaver).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    house.clock.advance(Duration::from_secs(30 * 24 * 3600 + 1));
    let lead = house.sign_in(lead.principal).await;
    let body = json!({"grants": [grant], "reason": "by mistake"});
    let late = house
        .call(Some(&lead), &route::RESTORE_GRANTS, &[&case.id], &body)
        .await;
    assert_eq!(late.code(), "wrong_state", "{:?}", late.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_again_asks_for_a_fresh_sign_in_where_giving_does() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let careful = crate::stepping_up::careful(&house, roles::LEAD, production).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let grant = grant_of(&house, &leaver).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    let restore = async |by: &Actor| {
        let body = json!({"grants": [grant], "reason": "by mistake"});
        house
            .call(Some(by), &route::RESTORE_GRANTS, &[&case.id], &body)
            .await
            .code()
    };
    house.clock.advance(Duration::from_secs(301));
    assert_eq!(
        restore(&careful).await,
        "step_up",
        "the sign-in is older than the grant allows"
    );
    // Whoever may look at grants otherwise is asked too.
    let looking = house.actor(&[]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    for (role, within) in [(roles::AUDITOR, None), (roles::LEAD, Some(300))] {
        let mut grant = crate::house::grant(looking.principal, role, production, locked.now());
        grant.conditions = claviger_model::conditions::Conditions {
            multi_factor_within: within,
            ..Default::default()
        }
        .into();
        locked.insert_grant(&grant).await.unwrap();
    }
    locked.commit().await.unwrap();
    house.clock.advance(Duration::from_secs(301));
    assert_eq!(restore(&looking).await, "step_up");
    let fresh = house.sign_in(careful.principal).await;
    assert_eq!(restore(&fresh).await, "ok");
}

//! Plans that are stale, would leave no Owner, or are not for whoever asks.

use super::{HOUR, carry_out, plan};
use crate::{
    access::given,
    house::{Actor, House},
    releases::release,
};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::GrantId, time::Clock};
use claviger_protocol::{grant_change::GrantPlan, route};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_would_be_another_one_is_not_carried_out() {
    let house = House::new().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let person = house.actor(&[]).await;
    let held = given(&house, person.principal, roles::READER, production).await;
    let secret = house.secret(production, "A", b"a").await;
    let revoke = json!({"do": "revoke"});
    let shown: GrantPlan = plan(&house, &owner, held.id, &revoke).await.parse();
    // One more secret would be lost.
    house.secret(production, "B", b"b").await;
    let stale = carry_out(&house, &owner, held.id, &revoke, &shown, None).await;
    assert_eq!(stale.code(), "stale_plan");
    // One more value is kept.
    let shown: GrantPlan = plan(&house, &owner, held.id, &revoke).await.parse();
    assert_eq!(release(&house, &person, secret, "lease").await.code(), "ok");
    let stale = carry_out(&house, &owner, held.id, &revoke, &shown, None).await;
    assert_eq!(stale.code(), "stale_plan");
    // The plan of another change.
    let shown: GrantPlan = plan(&house, &owner, held.id, &revoke).await.parse();
    let narrow = json!({"do": "narrow", "role": roles::VIEWER});
    let new = Some(GrantId::random(&SystemEntropy));
    let other = carry_out(&house, &owner, held.id, &narrow, &shown, new).await;
    assert_eq!(other.code(), "stale_plan");
    let mut db = house.app.store.reader().await.unwrap();
    assert!(db.grant(held.id).await.unwrap().unwrap().ended.is_none());
    drop(db);
    // What changed elsewhere does not matter.
    house.actor(&[(roles::READER, house.places.staging)]).await;
    house.secret(house.places.staging, "C", b"c").await;
    let done = carry_out(&house, &owner, held.id, &revoke, &shown, None).await;
    assert_eq!(done.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_stays_whatever_the_change() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let mut db = house.app.store.reader().await.unwrap();
    let held = db.grant_history(owner.principal, 1).await.unwrap().remove(0);
    drop(db);
    let in_an_hour = house.clock.now().plus(HOUR);
    for change in [
        json!({"do": "revoke"}),
        json!({"do": "shorten", "expires_at": in_an_hour}),
    ] {
        let shown: GrantPlan = plan(&house, &owner, held.id, &change).await.parse();
        let refused = carry_out(&house, &owner, held.id, &change, &shown, None).await;
        assert_eq!(refused.code(), "last_owner", "{change}");
    }
    house.actor(&[(roles::OWNER, house.places.root)]).await;
    let change = json!({"do": "shorten", "expires_at": in_an_hour});
    let shown: GrantPlan = plan(&house, &owner, held.id, &change).await.parse();
    assert_eq!(
        carry_out(&house, &owner, held.id, &change, &shown, None)
            .await
            .code(),
        "ok"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_for_those_who_may() {
    let house = House::new().await;
    let (payments, production) = (house.places.payments, house.places.production);
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let auditor = house.actor(&[(roles::AUDITOR, payments)]).await;
    let offboarder = house.actor(&[(roles::OFFBOARDER, payments)]).await;
    let person = house.actor(&[]).await;
    let stranger = house.actor(&[]).await;
    let held = given(&house, person.principal, roles::READER, production).await;
    let above = given(&house, person.principal, roles::VIEWER, payments).await;
    let revoke = json!({"do": "revoke"});
    let code =
        async |who: &Actor, grant: GrantId, change: &Value| plan(&house, who, grant, change).await.code();
    assert_eq!(code(&stranger, held.id, &revoke).await, "not_found");
    assert_eq!(code(&auditor, held.id, &revoke).await, "forbidden");
    assert_eq!(code(&lead, above.id, &revoke).await, "not_found", "given above");
    assert_eq!(code(&lead, held.id, &revoke).await, "ok");
    assert_eq!(code(&person, held.id, &revoke).await, "ok", "handing back");
    let narrow = json!({"do": "narrow", "role": roles::CONSUMER});
    assert_eq!(code(&offboarder, held.id, &revoke).await, "ok");
    assert_eq!(
        code(&offboarder, held.id, &narrow).await,
        "forbidden",
        "they give nothing"
    );
    let missing = GrantId::random(&SystemEntropy);
    let shown: GrantPlan = plan(&house, &lead, held.id, &revoke).await.parse();
    let known = carry_out(&house, &stranger, held.id, &revoke, &shown, None).await;
    let unknown = carry_out(&house, &stranger, missing, &revoke, &shown, None).await;
    assert_eq!(
        (known.status, known.without_call()),
        (unknown.status, unknown.without_call())
    );
    assert_eq!(
        carry_out(&house, &auditor, held.id, &revoke, &shown, None)
            .await
            .code(),
        "forbidden"
    );
    // Without a reason, or with an id that has no meaning.
    let bad = json!({"change": revoke, "digest": shown.digest, "reason": " "});
    let refused = house
        .call(Some(&lead), &route::CHANGE_GRANT, &[&held.id], &bad)
        .await;
    assert_eq!(refused.code(), "bad_request");
    let new = Some(missing);
    let refused = carry_out(&house, &lead, held.id, &revoke, &shown, new).await;
    assert_eq!(refused.code(), "bad_request");
}

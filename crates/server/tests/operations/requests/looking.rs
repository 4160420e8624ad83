//! An approval stands on what the approver saw: what is on the table after others narrowed it, and what the role allowed then.

use super::{HOUR, id_of};
use crate::house::{Actor, House, name, request_id};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{RequestId, RoleId},
    role::{MayGrant, Role},
    time::Clock,
};
use claviger_protocol::{
    requests::{AnswersReply, Evidence, Outcome, RequestRecord, RequestState, Terms},
    route,
};
use serde_json::{Value, json};

async fn evidence(house: &House, by: &Actor, id: RequestId) -> Evidence {
    house
        .call(Some(by), &route::REQUEST_EVIDENCE, &[&id], &Value::Null)
        .await
        .parse()
}

async fn shown(house: &House, by: &Actor, id: RequestId) -> Terms {
    house.seen(by, id).await.unwrap().course.terms.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_approver_sees_what_the_first_left() {
    let house = House::new().await;
    let places = house.places;
    house.secret(places.production, "KEY", b"x").await;
    house.secret(places.staging, "KEY", b"x").await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let (one, two) = (
        house.actor(&[(roles::LEAD, places.payments)]).await,
        house.actor(&[(roles::LEAD, places.payments)]).await,
    );
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let set = house.settings(&owner, places.payments, json!({"steps": 2})).await;
    assert_eq!(set.code(), "ok");
    let id = id_of(&house.ask(&viewer, roles::EDITOR, places.payments, 8 * 3600).await);
    let asked = shown(&house, &one, id).await;
    assert_eq!(
        (asked.role, asked.scope, asked.seconds),
        (roles::EDITOR, places.payments, 8 * 3600)
    );
    let whole = evidence(&house, &one, id).await;
    assert_eq!(whole.terms.as_ref(), Some(&asked));
    let less = json!({
        "role": roles::CONSUMER, "scope": places.production, "seconds": 3600, "shown": asked.digest,
    });
    let half: RequestRecord = house.approve(&one, id, less).await.parse();
    assert_eq!(half.state, RequestState::Open);

    let left = shown(&house, &two, id).await;
    assert_eq!(
        (left.role, left.role_name.as_str(), left.scope, left.seconds),
        (roles::CONSUMER, "Consumer", places.production, 3600)
    );
    assert!(left.path.ends_with("production"), "{left:?}");
    let found = evidence(&house, &two, id).await;
    assert_eq!(found.terms.as_ref(), Some(&left));
    let [newly] = &*found
        .newly
        .iter()
        .filter(|newly| newly.action == Action::SecretUse)
        .collect::<Vec<_>>()
    else {
        panic!("{found:?}")
    };
    assert_eq!((newly.scopes, newly.secrets), (1, 1), "production only");
    assert!(
        found
            .newly
            .iter()
            .all(|newly| newly.action != Action::SecretWrite)
    );
    assert!(
        found.lesser.iter().all(|role| role.id != roles::READER),
        "{found:?}"
    );
    assert!(found.below.is_empty());
    // Who looked before somebody narrowed it looks again.
    let stale = house.approve(&two, id, json!({"shown": asked.digest})).await;
    assert_eq!(stale.code(), "stale_plan");
    let done: RequestRecord = house
        .approve(&two, id, json!({"shown": left.digest}))
        .await
        .parse();
    let given = done.course.given.unwrap();
    assert_eq!((given.role, given.scope), (roles::CONSUMER, places.production));
    assert!(
        house.seen(&two, id).await.unwrap().course.terms.is_none(),
        "nothing is on the table"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_was_widened_since_is_not_approved() {
    let house = House::new().await;
    let places = house.places;
    let put = async |role: &Role| {
        let mut locked = house.app.store.locked().await.unwrap();
        locked.put_role(role).await.unwrap();
        locked.commit().await.unwrap();
    };
    let support = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Support"),
        [Action::SecretView].into(),
        MayGrant::nothing(),
    )
    .unwrap();
    put(&support).await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let asker = house.actor(&[(roles::CONSUMER, places.production)]).await;
    let ask = async || id_of(&house.ask(&asker, support.id, places.production, 3600).await);
    let (id, other) = (ask().await, ask().await);
    let (seen, of_other) = (
        shown(&house, &owner, id).await,
        shown(&house, &owner, other).await,
    );
    assert_ne!(seen.digest, of_other.digest, "each request has its own");
    let wider = Role {
        actions: [Action::SecretView, Action::SecretUse].into(),
        ..support.clone()
    };
    put(&wider).await;
    let call = json!({"shown": seen.digest});
    assert_eq!(house.approve(&owner, id, call.clone()).await.code(), "stale_plan");
    let body = json!({"answers": [{"request": id, "answer": {"approve": call}}]});
    let many: AnswersReply = house
        .call(Some(&owner), &route::ANSWER_REQUESTS, &[], &body)
        .await
        .parse();
    assert!(
        matches!(&many.outcomes[0], Outcome::Problem(problem) if problem.code.as_str() == "stale_plan"),
        "{many:?}"
    );
    assert_eq!(house.seen(&owner, id).await.unwrap().state, RequestState::Open);
    let again = shown(&house, &owner, id).await;
    assert_ne!(again.digest, seen.digest);
    let done = house.approve(&owner, id, json!({"shown": again.digest})).await;
    assert_eq!(done.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_says_from_when_it_counts() {
    let house = House::new().await;
    let production = house.places.production;
    let viewer = house.actor(&[(roles::VIEWER, production)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let first = id_of(&house.ask(&viewer, roles::READER, production, 3600).await);
    assert_eq!(shown(&house, &lead, first).await.begins_at, None);
    assert_eq!(house.approve(&lead, first, json!({})).await.code(), "ok");
    let want = json!({"role": roles::READER, "scope": production, "seconds": 600, "extends": first});
    let second = id_of(&house.ask_as(&viewer, request_id(), want).await);
    let begins = Some(house.clock.now().plus(HOUR));
    assert_eq!(shown(&house, &lead, second).await.begins_at, begins);
    assert_eq!(
        evidence(&house, &lead, second).await.terms.unwrap().begins_at,
        begins
    );
}

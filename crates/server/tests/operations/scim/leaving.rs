//! The provider ends access by itself.

use super::{Client, On, acts, linked};
use crate::{
    house::House,
    offboarding::{set_brake, settle_steps},
};
use claviger_model::{
    builtin_roles::{OFFBOARDER, OWNER, READER},
    offboarding::{CaseState, Cause},
    principal::PrincipalState,
};
use claviger_protocol::route;
use serde_json::{Value, json};

on_both! {
    inactive_or_deleted_opens_one_case_and_ends_everything_at_once,
    active_again_restores_nothing_and_waits_for_a_case_that_goes_on,
    what_people_here_decided_the_provider_does_not_undo,
    the_last_owner_is_not_lost,
    a_client_that_deletes_everyone_is_braked,
}

/// The newest case of somebody.
async fn case(
    house: &House,
    person: claviger_model::ids::PrincipalId,
) -> Option<claviger_model::offboarding::Case> {
    let mut reader = house.app.store.reader().await.unwrap();
    reader.last_case_of(person).await.unwrap()
}

async fn state(house: &House, person: claviger_model::ids::PrincipalId) -> PrincipalState {
    let mut reader = house.app.store.reader().await.unwrap();
    reader.principal(person).await.unwrap().unwrap().state
}

async fn inactive_or_deleted_opens_one_case_and_ends_everything_at_once(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    for by_deletion in [false, true] {
        let subject = format!("leaver-{by_deletion}");
        let ada = house.actor(&[(READER, house.places.production)]).await;
        linked(&house, ada.principal, &subject).await;
        let user = client.user(&subject, json!({"externalId": subject})).await.id();
        assert!(acts(&house, &ada).await);
        let left = if by_deletion {
            client
                .call("DELETE", &format!("/Users/{user}"), Value::Null)
                .await
                .status
        } else {
            client.set_active(&user, false).await.status
        };
        assert!(left < 300, "{left}");
        assert!(!acts(&house, &ada).await, "the next call is refused");
        let opened = case(&house, ada.principal).await.unwrap();
        assert_eq!(
            (opened.cause, opened.state, opened.opened_by),
            (Cause::Provider, CaseState::Running, None)
        );
        assert_eq!(opened.reason, claviger_server::scim::users::SAID);

        let before = house.head().await;
        if !by_deletion {
            let again = client.set_active(&user, false).await;
            assert_eq!((again.status, &again.json["active"]), (200, &json!(false)));
        }
        assert_eq!(house.head().await, before, "said again, nothing happens");
        assert_eq!(case(&house, ada.principal).await.unwrap().id, opened.id);
    }
}

async fn active_again_restores_nothing_and_waits_for_a_case_that_goes_on(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let ada = house.actor(&[(READER, house.places.production)]).await;
    linked(&house, ada.principal, "ada").await;
    let user = client.user("ada", json!({"externalId": "ada"})).await.id();
    client.set_active(&user, false).await;
    let soon = client.set_active(&user, true).await;
    assert_eq!(soon.status, 409, "{soon:?}");
    assert!(
        soon.json["detail"].as_str().unwrap().contains("goes on"),
        "{soon:?}"
    );
    assert_eq!(state(&house, ada.principal).await, PrincipalState::Disabled);
    let shown = client.call("GET", &format!("/Users/{user}"), Value::Null).await;
    assert_eq!(shown.json["active"], json!(false));

    settle_steps(&house).await;
    let back = client.set_active(&user, true).await;
    assert_eq!(
        (back.status, &back.json["active"]),
        (200, &json!(true)),
        "{back:?}"
    );
    assert_eq!(state(&house, ada.principal).await, PrincipalState::Active);
    assert!(!acts(&house, &ada).await, "no session comes back");
    let mut reader = house.app.store.reader().await.unwrap();
    let grants = reader.grant_history(ada.principal, 10).await.unwrap();
    assert!(
        !grants.is_empty() && grants.iter().all(|grant| grant.ended.is_some()),
        "no grant comes back"
    );
}

async fn what_people_here_decided_the_provider_does_not_undo(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let admin = house.actor(&[(OFFBOARDER, house.places.root)]).await;
    let ada = house.actor(&[]).await;
    linked(&house, ada.principal, "ada").await;
    let user = client.user("ada", json!({"externalId": "ada"})).await.id();
    crate::offboarding::opened(&house, &admin, ada.principal, json!({})).await;
    settle_steps(&house).await;
    // Its word did not change; saying it again is nothing new, and the answer says what is.
    let same = client.set_active(&user, true).await;
    assert_eq!((same.status, &same.json["active"]), (200, &json!(false)));
    assert_eq!(client.set_active(&user, false).await.status, 200);
    assert_eq!(client.set_active(&user, true).await.status, 409);
    let gone = client
        .call("DELETE", &format!("/Users/{user}"), Value::Null)
        .await;
    assert_eq!(gone.status, 204);
    let anew = client.user("ada", json!({"externalId": "ada"})).await;
    assert_eq!(anew.status, 409, "nor by a new user of the same person: {anew:?}");
    assert_eq!(state(&house, ada.principal).await, PrincipalState::Disabled);
}

async fn the_last_owner_is_not_lost(on: On) {
    let house = on.house(|_| ()).await;
    let olga = house.actor(&[(OWNER, house.places.root)]).await;
    let (_, token) = super::token(&house, &olga).await;
    let client = Client { house: &house, token };
    linked(&house, olga.principal, "olga").await;
    let user = client.user("olga", json!({"externalId": "olga"})).await.id();
    let path = format!("/Users/{user}");
    let before = house.head().await;
    for reply in [
        client.set_active(&user, false).await,
        client.call("DELETE", &path, Value::Null).await,
    ] {
        assert_eq!(reply.status, 409);
        assert!(
            reply.json["detail"].as_str().unwrap().contains("last Owner"),
            "{reply:?}"
        );
    }
    assert_eq!(
        house.head().await.next_index,
        before.next_index + 2,
        "each refusal is an event"
    );
    assert!(acts(&house, &olga).await);
    let shown = client.call("GET", &path, Value::Null).await;
    assert_eq!((shown.status, &shown.json["active"]), (200, &json!(true)));
    let other = house.actor(&[(OWNER, house.places.root)]).await;
    assert_eq!(client.set_active(&user, false).await.status, 200);
    assert!(!acts(&house, &olga).await && acts(&house, &other).await);
}

async fn a_client_that_deletes_everyone_is_braked(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    assert_eq!(set_brake(&house, &owner, 2, &[]).await, "ok");
    let mut people = Vec::new();
    for number in 0..5 {
        let actor = house.actor(&[(READER, house.places.production)]).await;
        let subject = format!("person{number}");
        linked(&house, actor.principal, &subject).await;
        let user = client.user(&subject, json!({"externalId": subject})).await.id();
        people.push((actor, user));
    }
    for (_, user) in &people {
        let gone = client
            .call("DELETE", &format!("/Users/{user}"), Value::Null)
            .await;
        assert_eq!(gone.status, 204);
    }
    let mut states = Vec::new();
    for (actor, _) in &people {
        states.push(case(&house, actor.principal).await.unwrap().state);
        assert!(
            !acts(&house, actor).await,
            "whoever waits for a second pair of eyes reads nothing"
        );
    }
    let (run, braked) = (CaseState::Running, CaseState::Braked);
    assert_eq!(states, [run, run, braked, braked, braked]);
    assert_eq!(
        state(&house, people[4].0.principal).await,
        PrincipalState::Suspended
    );
    // Said by a new user of the same person, it is not undone either.
    let anew = client.user("person4", json!({"externalId": "person4"})).await;
    assert_eq!(anew.status, 409);
    let waiting = case(&house, people[4].0.principal).await.unwrap().id;
    let body = json!({"reason": "the client was wrong"});
    let called_off = house
        .call(Some(&owner), &route::CANCEL_CASE, &[&waiting], &body)
        .await;
    assert_eq!(called_off.code(), "ok", "{:?}", called_off.json());
    assert!(acts(&house, &people[4].0).await, "called off, they go on");
}

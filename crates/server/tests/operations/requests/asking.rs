//! Asking: how often, and where one knows of a place without a right to it.

use super::id_of;
use crate::house::{House, request_id};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::ScopeId, scope::Discoverable};
use claviger_protocol::{
    requests::{KnownReply, OptionsReply},
    route,
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn one_person_has_so_many_open_requests_and_no_more() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let other = house.actor(&[(roles::VIEWER, places.production)]).await;
    let mut first = None;
    for _ in 0..20 {
        let answer = house.ask(&viewer, roles::READER, places.production, 3600).await;
        first.get_or_insert(id_of(&answer));
    }
    let full = house.ask(&viewer, roles::READER, places.production, 3600).await;
    assert_eq!((full.status, full.code()), (409, "request_limit".to_owned()));
    let want = json!({"role": roles::READER, "scope": places.production, "seconds": 3600});
    let again = house.ask_as(&viewer, first.unwrap(), want).await;
    assert_eq!(again.code(), "ok", "a repeated call");
    assert_eq!(
        house
            .ask(&other, roles::READER, places.production, 3600)
            .await
            .code(),
        "ok"
    );
    house
        .call(
            Some(&viewer),
            &route::WITHDRAW_REQUEST,
            &[&first.unwrap()],
            &Value::Null,
        )
        .await;
    assert_eq!(
        house
            .ask(&viewer, roles::READER, places.production, 3600)
            .await
            .code(),
        "ok"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_shows_its_name_owner_and_who_can_grant_and_nothing_else() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "STRIPE_KEY", b"x").await;
    let hidden = house.secret(places.staging, "OTHER", b"x").await;
    let (stranger, member) = (house.actor(&[]).await, house.actor(&[]).await);
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let team = house.team("support", &[member.principal]).await;
    let known = async |by| house.call(by, &route::KNOWN, &[], &json!({})).await;
    let ask = |by, scope| house.ask(by, roles::CONSUMER, scope, 3600);
    let nothing: KnownReply = known(Some(&member)).await.parse();
    assert!(nothing.secrets.is_empty() && nothing.scopes.is_empty());
    let closed = ask(&member, places.production).await;
    let nowhere = ask(&member, ScopeId::random(&SystemEntropy)).await;
    assert_eq!(closed.status, 404);
    assert_eq!(closed.without_call(), nowhere.without_call());

    house
        .discoverable(places.production, Discoverable::Teams(vec![team]))
        .await;
    let reply = known(Some(&member)).await;
    let found: KnownReply = reply.parse();
    assert_eq!(found.secrets.len(), 1);
    assert_eq!(
        (found.secrets[0].secret, found.secrets[0].name.as_str()),
        (secret, "STRIPE_KEY")
    );
    assert_eq!(found.scopes[0].can_grant, [lead.principal]);
    let keys: Vec<_> = reply.json()["secrets"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
    let none: KnownReply = known(Some(&stranger)).await.parse();
    assert!(none.secrets.is_empty());
    assert_eq!(ask(&stranger, places.production).await.code(), "not_found");
    // Still nothing of it but that it is there.
    let look = house
        .call(Some(&member), &route::SECRET, &[&secret], &Value::Null)
        .await;
    assert_eq!(look.code(), "not_found");
    let options = async |secret: Value| {
        house
            .call(Some(&member), &route::REQUEST_OPTIONS, &[], &secret)
            .await
    };
    let offered: OptionsReply = options(json!({"secret": secret})).await.parse();
    assert_eq!(offered.reaches, None);
    assert_eq!(options(json!({"secret": hidden})).await.code(), "not_found");
    assert_eq!(ask(&member, places.production).await.code(), "ok");
    // For its sake only what is there can be named.
    let want = |secret| json!({"role": roles::CONSUMER, "scope": places.production, "seconds": 3600, "secret": secret});
    assert_eq!(
        house.ask_as(&member, request_id(), want(secret)).await.code(),
        "ok"
    );
    assert_eq!(
        house.ask_as(&member, request_id(), want(hidden)).await.code(),
        "not_found"
    );
    // Whoever sees it by right needs no hint.
    let seeing: KnownReply = known(Some(&lead)).await.parse();
    assert!(seeing.secrets.is_empty());
}

/// Open ones are counted, and so is what is taken back or approved at once: else the lists of others fill without end.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_makes_so_many_requests_in_a_day_and_no_more() {
    let house = House::new().await;
    let staging = house.places.staging;
    let (one, two) = (
        house.actor(&[(roles::VIEWER, staging)]).await,
        house.actor(&[(roles::VIEWER, staging)]).await,
    );
    let lead = house.actor(&[(roles::LEAD, staging)]).await;
    let team = house.team("developers", &[two.principal]).await;
    let rule = json!({
        "id": claviger_model::ids::PolicyId::random(&SystemEntropy), "name": "on call", "teams": [team],
        "approves": {"what": "access", "role": roles::READER, "most_seconds": 3600}, "author": lead.principal,
    });
    let set = house.settings(&lead, staging, json!({"rules": [rule]})).await;
    assert_eq!(set.code(), "ok");
    for _ in 0..200 {
        let asked = house.ask(&one, roles::READER, staging, 3600).await;
        assert_eq!(asked.code(), "ok");
        let back = house
            .call(
                Some(&one),
                &route::WITHDRAW_REQUEST,
                &[&id_of(&asked)],
                &Value::Null,
            )
            .await;
        assert_eq!(back.code(), "ok");
        let at_once = house.ask(&two, roles::READER, staging, 300).await;
        assert_eq!(at_once.json()["state"], "approved");
    }
    for by in [&one, &two] {
        let full = house.ask(by, roles::READER, staging, 300).await;
        assert_eq!((full.status, full.code()), (409, "request_limit".to_owned()));
    }
    house.clock.advance(std::time::Duration::from_secs(24 * 3600));
    let again = house.sign_in(one.principal).await;
    assert_eq!(house.ask(&again, roles::READER, staging, 300).await.code(), "ok");
}

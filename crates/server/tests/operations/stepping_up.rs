//! A refusal for want of a fresh multi-factor sign-in says so (RFC 9470), on each road; and nothing else does.

use crate::{
    assigning::given,
    house::{Actor, House, grant},
};
use axum::http::header::WWW_AUTHENTICATE;
use claviger_model::{
    builtin_roles::{EDITOR, LEAD, READER, VIEWER},
    conditions::Conditions,
    entropy::SystemEntropy,
    ids::{GrantId, RoleId, ScopeId, SecretId},
    time::Clock,
};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;

/// Somebody whose grant asks for a sign-in of at most five minutes.
pub async fn careful(house: &House, role: RoleId, scope: ScopeId) -> Actor {
    let actor = house.actor(&[(VIEWER, scope)]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let mut grant = grant(actor.principal, role, scope, locked.now());
    grant.conditions = Conditions {
        multi_factor_within: Some(300),
        ..Conditions::default()
    }
    .into();
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
    actor
}

async fn without_factors(house: &House, actor: &Actor) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut session = locked.session(actor.session).await.unwrap().unwrap();
    session.amr = vec!["pwd".to_owned()];
    locked.put_session(&session).await.unwrap();
    locked.commit().await.unwrap();
}

/// Status, the challenge of the header, and the body.
async fn answered(
    house: &House,
    actor: &Actor,
    route: Route,
    path: String,
    body: Value,
) -> (u16, String, Value) {
    let body = if body.is_null() {
        Vec::new()
    } else {
        serde_json::to_vec(&body).unwrap()
    };
    let request = house.request(Some(actor), &route, &path, body);
    let response = house.router.clone().oneshot(request).await.unwrap();
    let challenge = response.headers().get(WWW_AUTHENTICATE);
    let challenge = challenge.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let bytes = http_body_util::BodyExt::collect(response.into_body())
        .await
        .unwrap()
        .to_bytes();
    (
        status,
        challenge,
        serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    )
}

fn items(secrets: &[SecretId]) -> Value {
    let items: Vec<_> = secrets
        .iter()
        .map(|secret| json!({"secret": secret, "purpose": "reveal"}))
        .collect();
    json!({ "items": items })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_sign_in_is_asked_for_afresh_and_then_the_value_is_released() {
    let house = House::new().await;
    let staging = house.places.staging;
    let secret = house.secret(staging, "DB", b"x").await;
    let reader = careful(&house, READER, staging).await;
    let releases = || route::RELEASES.at(&[]);
    let (status, ..) = answered(&house, &reader, route::RELEASES, releases(), items(&[secret])).await;
    assert_eq!(status, 200);
    house.clock.advance(Duration::from_secs(301));
    let (status, challenge, body) =
        answered(&house, &reader, route::RELEASES, releases(), items(&[secret])).await;
    assert_eq!(
        (status, body["code"].as_str(), body["max_age"].as_u64()),
        (401, Some("step_up"), Some(300))
    );
    assert!(
        challenge.contains("error=\"insufficient_user_authentication\"")
            && challenge.contains("max_age=\"300\""),
        "{challenge}"
    );
    // The sign-in is taken into the same session; here by hand, with a real provider in the vault's tests.
    let mut locked = house.app.store.locked().await.unwrap();
    let mut session = locked.session(reader.session).await.unwrap().unwrap();
    session.auth_time = Some(house.clock.now());
    locked.put_session(&session).await.unwrap();
    locked.commit().await.unwrap();
    let (status, ..) = answered(&house, &reader, route::RELEASES, releases(), items(&[secret])).await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_item_among_others_says_so_for_itself() {
    let house = House::new().await;
    let (staging, production) = (house.places.staging, house.places.production);
    let (free, strict) = (
        house.secret(staging, "A", b"x").await,
        house.secret(production, "B", b"x").await,
    );
    let reader = house.actor(&[(READER, house.places.payments)]).await;
    without_factors(&house, &reader).await;
    let (status, _, body) = answered(
        &house,
        &reader,
        route::RELEASES,
        route::RELEASES.at(&[]),
        items(&[free, strict]),
    )
    .await;
    assert_eq!(status, 200, "{body}");
    assert!(body["results"][0].get("problem").is_none());
    assert_eq!(
        body["results"][1]["problem"]["code"], "step_up",
        "production values need several factors"
    );
    let (status, challenge, body) = answered(
        &house,
        &reader,
        route::RELEASES,
        route::RELEASES.at(&[]),
        items(&[strict]),
    )
    .await;
    assert_eq!((status, body["max_age"].as_u64()), (401, Some(0)));
    assert!(challenge.contains("max_age=\"0\""), "{challenge}");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_and_grants_say_so_too_and_nobody_else_is_told() {
    let house = House::new().await;
    let staging = house.places.staging;
    let secret = house.secret(staging, "DB", b"x").await;
    let (editor, lead) = (
        careful(&house, EDITOR, staging).await,
        careful(&house, LEAD, staging).await,
    );
    let viewer = house.actor(&[(VIEWER, staging)]).await;
    let stranger = house.actor(&[]).await;
    let receiver = house.actor(&[]).await.principal;
    for actor in [&editor, &lead, &viewer] {
        without_factors(&house, actor).await;
    }
    let delete = || route::DELETE_SECRET.at(&[&secret]);
    let code = |answer: (u16, String, Value)| answer.2["code"].as_str().unwrap_or("ok").to_owned();
    assert_eq!(
        code(answered(&house, &editor, route::DELETE_SECRET, delete(), Value::Null).await),
        "step_up"
    );
    assert_eq!(
        code(answered(&house, &viewer, route::DELETE_SECRET, delete(), Value::Null).await),
        "forbidden"
    );
    assert_eq!(
        code(answered(&house, &stranger, route::DELETE_SECRET, delete(), Value::Null).await),
        "not_found"
    );
    let gift = json!({
        "id": GrantId::random(&SystemEntropy), "principal": receiver, "role": READER, "scope": staging, "reason": "on call",
    });
    let give = || route::GIVE_GRANT.at(&[]);
    assert_eq!(
        code(answered(&house, &lead, route::GIVE_GRANT, give(), gift.clone()).await),
        "step_up"
    );
    assert_eq!(
        code(answered(&house, &viewer, route::GIVE_GRANT, give(), gift).await),
        "forbidden"
    );
    given(&house, stranger.principal, VIEWER, staging).await;
    assert_eq!(
        code(answered(&house, &stranger, route::DELETE_SECRET, delete(), Value::Null).await),
        "forbidden"
    );
}

/// Somebody who has nothing but a grant that asks for a sign-in of at most five minutes.
pub async fn only(house: &House, role: RoleId, scope: ScopeId) -> Actor {
    let actor = house.actor(&[]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let mut grant = grant(actor.principal, role, scope, locked.now());
    grant.conditions = Conditions {
        multi_factor_within: Some(300),
        ..Conditions::default()
    }
    .into();
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
    actor
}

/// Each look before an action of a Lead asks for the sign-in, as the action does: an empty list or a plain refusal would say that they
/// may not, which is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_whose_sign_in_grew_stale_is_asked_for_it_at_every_look() {
    let house = House::new().await;
    let staging = house.places.staging;
    let (careful, only) = (
        careful(&house, LEAD, staging).await,
        only(&house, LEAD, staging).await,
    );
    let asker = house.actor(&[(VIEWER, staging)]).await;
    let viewer = house.actor(&[(VIEWER, staging)]).await;
    let (receiver, stranger) = (house.actor(&[]).await.principal, house.actor(&[]).await);
    let held = given(&house, receiver, READER, staging).await;
    let asked = crate::house::request_id();
    let want = json!({"kind": "access", "role": READER, "scope": staging, "seconds": 600});
    let body = json!({"id": asked, "want": want, "reason": "on call"});
    let made = house.call(Some(&asker), &route::MAKE_REQUEST, &[], &body).await;
    assert_eq!(made.code(), "ok", "{:?}", made.json());
    let gift = json!({
        "id": GrantId::random(&SystemEntropy), "principal": receiver, "role": READER, "scope": staging, "reason": "on call",
    });
    let narrow = json!({"change": {"do": "narrow", "role": VIEWER}});
    let looks = || {
        vec![
            (
                route::GRANT_CHOICES,
                route::GRANT_CHOICES.at(&[]),
                json!({"scope": staging}),
            ),
            (route::PREVIEW_GRANT, route::PREVIEW_GRANT.at(&[]), gift.clone()),
            (route::GIVE_GRANT, route::GIVE_GRANT.at(&[]), gift.clone()),
            (
                route::GRANT_RECEIVERS,
                route::GRANT_RECEIVERS.at(&[]),
                json!({"scope": staging, "role": READER, "text": ""}),
            ),
            (
                route::PLAN_GRANT_CHANGE,
                route::PLAN_GRANT_CHANGE.at(&[&held]),
                json!({"change": {"do": "revoke"}}),
            ),
            (
                route::PLAN_GRANT_CHANGE,
                route::PLAN_GRANT_CHANGE.at(&[&held]),
                narrow.clone(),
            ),
            (
                route::END_GRANT,
                route::END_GRANT.at(&[&held]),
                json!({"reason": "over"}),
            ),
            (
                route::REQUEST_EVIDENCE,
                route::REQUEST_EVIDENCE.at(&[&asked]),
                Value::Null,
            ),
            (
                route::APPROVE_REQUEST,
                route::APPROVE_REQUEST.at(&[&asked]),
                json!({}),
            ),
            (
                route::REFUSE_REQUEST,
                route::REFUSE_REQUEST.at(&[&asked]),
                json!({"words": "no"}),
            ),
            (
                route::REQUEST_SETTINGS,
                route::REQUEST_SETTINGS.at(&[&staging]),
                Value::Null,
            ),
            (
                route::PLAN_EMERGENCY,
                route::PLAN_EMERGENCY.at(&[]),
                crate::emergency::right_body(&house, receiver, staging),
            ),
        ]
    };
    for lead in [&careful, &only] {
        without_factors(&house, lead).await;
        for (route, path, body) in looks() {
            let (status, _, said) = answered(&house, lead, route, path, body).await;
            assert_eq!(
                (status, said["code"].as_str()),
                (401, Some("step_up")),
                "{route} {said}"
            );
        }
        // What waits for them is listed, with what they can do about it once they signed in afresh.
        let listed = house.call(Some(lead), &route::REQUESTS, &[], &Value::Null).await;
        assert_eq!(
            listed.json()["requests"][0]["course"]["may"],
            json!(["approve", "refuse"]),
            "{:?}",
            listed.json()
        );
    }
    // Nobody else is sent to sign in for what no sign-in would give them.
    for (who, codes) in [
        (&viewer, ["ok", "forbidden", "not_found"]),
        (&stranger, ["not_found", "forbidden", "not_found"]),
    ] {
        without_factors(&house, who).await;
        for (route, path, body) in looks() {
            let (_, _, said) = answered(&house, who, route, path, body).await;
            let code = said["code"].as_str().unwrap_or("ok");
            assert!(codes.contains(&code), "{route} {said}");
            assert!(
                code != "ok" || route == route::GRANT_CHOICES || route == route::GRANT_RECEIVERS,
                "{route}"
            );
        }
    }
    for lead in [&careful, &only] {
        let mut locked = house.app.store.locked().await.unwrap();
        let mut session = locked.session(lead.session).await.unwrap().unwrap();
        (session.amr, session.auth_time) = (vec!["mfa".to_owned()], Some(house.clock.now()));
        locked.put_session(&session).await.unwrap();
        locked.commit().await.unwrap();
        for (route, path, body) in looks()
            .into_iter()
            .filter(|(route, ..)| route.asks || route.method == "GET")
        {
            let (status, _, said) = answered(&house, lead, route, path, body).await;
            assert_eq!(status, 200, "{route} {said}");
        }
    }
}

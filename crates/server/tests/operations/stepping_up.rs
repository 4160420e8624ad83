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

//! Back-channel logout: by the provider's own tokens, and by tokens that are wrong in one way.

use crate::support::{
    TestServer,
    device::{TestDevice, overlaid},
    people,
};
use claviger_model::{
    event::EventKind,
    time::{Clock, SystemClock},
};
use claviger_protocol::{route, sign_in::SignedIn};
use claviger_testkit::{
    http,
    peers::provider::{CLIENT_ID, Provider},
};
use serde_json::{Value, json};

on_both!(
    the_providers_own_word_ends_what_it_names_and_nothing_else,
    each_wrong_token_is_refused_and_ends_nothing,
);

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

async fn post(server: &TestServer, token: &str) -> (u16, String, Option<String>) {
    let url = format!("{}{}", server.url, route::BACK_CHANNEL_LOGOUT.path);
    let form = [("logout_token", token)];
    let reply = http::client()
        .unwrap()
        .post(url)
        .form(&form)
        .send()
        .await
        .unwrap();
    let cached = reply
        .headers()
        .get("cache-control")
        .map(|value| value.to_str().unwrap().to_owned());
    (reply.status().as_u16(), reply.text().await.unwrap(), cached)
}

/// Signs in with a session of the provider's.
async fn signed_in(
    device: &TestDevice,
    server: &TestServer,
    provider: &Provider,
    sub: &str,
    sid: &str,
) -> SignedIn {
    let claims = json!({ "sid": sid });
    device.try_sign_in(server, provider, sub, claims, None).await.ok()
}

async fn acts(device: &TestDevice, server: &TestServer, session: &SignedIn) -> bool {
    device
        .call(server, route::ME, &session.tokens.access)
        .await
        .status
        == 200
}

/// A right token.
fn claims(server: &TestServer, provider: &Provider, jti: &str) -> Value {
    json!({
        "iss": provider.issuer(), "aud": CLIENT_ID, "iat": server.clock.now().seconds(), "jti": jti, "sub": "ada",
        "events": { EVENT: {} },
    })
}

async fn the_providers_own_word_ends_what_it_names_and_nothing_else() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let uri = format!("{}{}", server.url, route::BACK_CHANNEL_LOGOUT.path);
    provider.set_logout_uri(&uri).await.unwrap();
    let [owner, laptop, phone, tablet, other] = std::array::from_fn(|_| TestDevice::new());
    let olga = owner.found(&server, &provider, "olga").await;
    let here = signed_in(&laptop, &server, &provider, "ada", "s-1").await;
    let there = signed_in(&phone, &server, &provider, "ada", "s-2").await;
    let third = signed_in(&tablet, &server, &provider, "ada", "s-3").await;
    let ben = signed_in(&other, &server, &provider, "ben", "s-4").await;
    // The provider's clock is the machine's.
    server.clock.set(SystemClock.now());

    provider.log_out("ada", Some("s-1")).await.unwrap();
    assert!(!acts(&laptop, &server, &here).await);
    assert!(acts(&phone, &server, &there).await && acts(&tablet, &server, &third).await);
    // A session of somebody else's is not theirs to end.
    provider.log_out("ada", Some("s-4")).await.unwrap();
    assert!(acts(&other, &server, &ben).await);
    let all = overlaid(claims(&server, &provider, "all"), json!({}));
    let token = provider.forge(all, json!({ "typ": "logout+jwt" })).await.unwrap();
    let (status, body, cached) = post(&server, &token).await;
    assert_eq!(
        (status, body.as_str(), cached.as_deref()),
        (200, "", Some("no-store"))
    );
    assert!(!acts(&phone, &server, &there).await && !acts(&tablet, &server, &third).await);
    assert!(acts(&owner, &server, &olga).await && acts(&other, &server, &ben).await);
    assert_eq!(server.events(EventKind::LoggedOutByProvider).await.len(), 3);
    assert_eq!(server.events(EventKind::SessionEnded).await.len(), 3);
    assert!(
        server.events(EventKind::OffboardingOpened).await.is_empty(),
        "rule 5"
    );
    // They sign in again as ever.
    laptop.sign_in(&server, &provider, "ada").await;
}

async fn each_wrong_token_is_refused_and_ends_nothing() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    TestDevice::new().found(&server, &provider, "olga").await;
    let session = signed_in(&device, &server, &provider, "ada", "s-1").await;
    let now = server.clock.now().seconds();
    let wrong = [
        json!({ "iss": "https://elsewhere.example" }),
        json!({ "iss": null }),
        json!({ "aud": "another-app" }),
        json!({ "aud": [CLIENT_ID, "another-app"] }),
        json!({ "aud": null }),
        json!({ "iat": now - 301 }),
        json!({ "iat": now + 61 }),
        json!({ "iat": null }),
        json!({ "exp": now - 61 }),
        json!({ "jti": null }),
        json!({ "jti": "" }),
        json!({ "jti": "x".repeat(256) }),
        json!({ "events": null }),
        json!({ "events": {} }),
        json!({ "events": { "http://schemas.openid.net/event/other": {} } }),
        json!({ "events": { EVENT: true } }),
        json!({ "events": [EVENT] }),
        json!({ "nonce": "n" }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": "a\u{0}da" }),
        json!({ "sid": 5 }),
    ];
    for (number, wrong) in wrong.into_iter().enumerate() {
        let claims = overlaid(claims(&server, &provider, &format!("w-{number}")), wrong.clone());
        let token = provider.forge(claims, json!({})).await.unwrap();
        let (status, body, cached) = post(&server, &token).await;
        assert_eq!(
            (status, cached.as_deref()),
            (400, Some("no-store")),
            "{wrong} {body}"
        );
    }
    for sign in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "key": "unknown" }),
        json!({ "key": "unknown", "kid": "made-up" }),
        json!({ "tamper": true }),
        json!({ "typ": "at+jwt" }),
    ] {
        let claims = claims(&server, &provider, &sign.to_string());
        let token = provider.forge(claims, sign.clone()).await.unwrap();
        assert_eq!(post(&server, &token).await.0, 400, "{sign}");
    }
    for text in ["", "x", "a.b", "a.b.c", &"x".repeat(70_000)] {
        assert_eq!(post(&server, text).await.0, 400);
    }
    // An ID token is no logout token, however genuine.
    let challenge = device.challenge(&server).await;
    let id_token = provider
        .forge(device.claims(&server, &provider, &challenge, "ada"), json!({}))
        .await
        .unwrap();
    assert_eq!(post(&server, &id_token).await.0, 400);
    assert!(acts(&device, &server, &session).await);
    assert!(server.events(EventKind::LoggedOutByProvider).await.is_empty());
    let token = provider
        .forge(claims(&server, &provider, "right"), json!({}))
        .await
        .unwrap();
    assert_eq!(
        post(&server, &token).await.0,
        200,
        "each of them was wrong in one way only"
    );
    assert!(!acts(&device, &server, &session).await);
    server.minute_passes().await;
    assert!(!server.events(EventKind::FailuresCounted).await.is_empty());
}

#[tokio::test]
async fn a_token_counts_once_on_every_replica() {
    let provider = Provider::start(&people()).await.unwrap();
    let (server, other) = TestServer::two(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    signed_in(&TestDevice::new(), &server, &provider, "ada", "s-1").await;
    let token = provider
        .forge(claims(&server, &provider, "once"), json!({}))
        .await
        .unwrap();
    assert_eq!(post(&server, &token).await.0, 200);
    let back = TestDevice::new();
    let session = signed_in(&back, &server, &provider, "ada", "s-2").await;
    assert_eq!(post(&other, &token).await.0, 400);
    assert_eq!(post(&server, &token).await.0, 400);
    assert!(
        acts(&back, &server, &session).await,
        "a token that was overheard ends nothing later"
    );
}

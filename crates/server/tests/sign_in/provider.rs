//! The provider itself: its real pages, new keys, and its absence.

use crate::support::{
    TestServer,
    device::{TestDevice, overlaid},
    people,
};
use claviger_protocol::{
    problem::{Code, Problem},
    route,
    sign_in::SignedIn,
};
use claviger_testkit::{
    http,
    peers::{
        browser::{self, Answer},
        provider::{CLIENT_ID, Provider, REDIRECT_PATH, Signing},
    },
};
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};
use url::Url;

on_both!(
    the_real_pages_lead_to_a_session,
    a_new_key_is_fetched_but_not_at_anyones_pace,
    a_provider_that_is_down_or_lies_is_said_to_be,
);

const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rules-of-pkce";

/// Walks the provider's pages and exchanges the code, as the app does.
async fn genuine_token(provider: &Provider, sub: &str, nonce: &str) -> String {
    // Nobody is ever given this port, so that no provider of another test is taken for the device.
    let redirect = format!("http://127.0.0.1:9{REDIRECT_PATH}");
    let challenge =
        claviger_crypto::bytes::encode_base64url(&claviger_crypto::bytes::sha256(VERIFIER.as_bytes()));
    let url = Url::parse_with_params(
        &format!("{}/auth", provider.issuer()),
        [
            ("client_id", CLIENT_ID),
            ("response_type", "code"),
            ("scope", "openid offline_access profile email groups"),
            ("redirect_uri", &redirect),
            ("state", "state"),
            ("nonce", nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ],
    )
    .unwrap();
    let back = browser::walk(&url, sub, Answer::Allow).await.unwrap();
    let query: HashMap<String, String> = back.query_pairs().into_owned().collect();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", query.get("code").unwrap()),
        ("redirect_uri", &redirect),
        ("code_verifier", VERIFIER),
    ];
    let reply = http::client()
        .unwrap()
        .post(format!("{}/token", provider.issuer()))
        .form(&form)
        .send()
        .await
        .unwrap();
    let tokens: Value = reply.json().await.unwrap();
    tokens.get("id_token").unwrap().as_str().unwrap().to_owned()
}

async fn the_real_pages_lead_to_a_session() {
    for signing in [Signing::Es256, Signing::Rs256] {
        let provider = Provider::start_signing(&people(), signing).await.unwrap();
        let server = TestServer::start(&provider).await;
        TestDevice::new().found(&server, &provider, "olga").await;
        let device = TestDevice::new();
        let challenge = device.challenge(&server).await;
        let token = genuine_token(&provider, "ada", &device.nonce(&server, &challenge)).await;
        let body = device.sign_in_body(&challenge, token, None);
        // The provider's clock is the machine's, and the test's clock stands still.
        server.clock.set(claviger_model::time::Clock::now(
            &claviger_model::time::SystemClock,
        ));
        let session: SignedIn = device.post(&server, route::SIGN_IN, &body, None).await.ok();
        let me: claviger_protocol::session::Me =
            device.call(&server, route::ME, &session.tokens.access).await.ok();
        let teams: Vec<_> = me.teams.iter().map(|team| team.name.as_str()).collect();
        assert_eq!(
            (me.person.name.as_str(), teams),
            ("ada", vec!["payments", "platform"])
        );
    }
}

async fn a_new_key_is_fetched_but_not_at_anyones_pace() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    device.found(&server, &provider, "olga").await;
    let fetched = async || {
        let counts = provider.counts().await.unwrap();
        counts
            .iter()
            .filter(|(endpoint, _)| endpoint.contains("/jwks"))
            .map(|(_, count)| count)
            .sum::<u64>()
    };
    assert_eq!(fetched().await, 1);
    provider.rotate_keys(false).await.unwrap();
    let soon = device
        .try_sign_in(&server, &provider, "olga", json!({}), None)
        .await;
    assert_eq!(soon.code(), Code::BadIdToken, "asked less than 30 seconds ago");
    server.clock.advance(Duration::from_secs(30));
    device.sign_in(&server, &provider, "olga").await;
    assert_eq!(fetched().await, 2);
    for _ in 0..5 {
        let challenge = device.challenge(&server).await;
        let claims = overlaid(device.claims(&server, &provider, &challenge, "olga"), json!({}));
        let token = provider
            .forge(claims, json!({ "key": "unknown", "kid": "made-up" }))
            .await
            .unwrap();
        let body = device.sign_in_body(&challenge, token, None);
        assert_eq!(
            device.post(&server, route::SIGN_IN, &body, None).await.code(),
            Code::BadIdToken
        );
    }
    assert_eq!(fetched().await, 2, "nonsense does not make us ask");
}

async fn a_provider_that_is_down_or_lies_is_said_to_be() {
    for (wrong, code, said) in [
        (json!({ "down": "refused" }), Code::ProviderDown, ""),
        (json!({ "down": "closed" }), Code::ProviderDown, ""),
        (
            json!({ "discovery": { "issuer": "https://elsewhere.example" } }),
            Code::ProviderMisconfigured,
            "names another issuer than `oidc.issuer`",
        ),
        (
            json!({ "discovery": { "jwks_uri": null } }),
            Code::ProviderMisconfigured,
            "such as `jwks_uri`",
        ),
    ] {
        let provider = Provider::start(&people()).await.unwrap();
        let server = TestServer::start(&provider).await;
        provider.misbehave(wrong.clone()).await.unwrap();
        let device = TestDevice::new();
        let reply = device
            .try_sign_in(&server, &provider, "olga", json!({}), None)
            .await;
        assert_eq!(reply.code(), code, "{wrong}");
        let problem: Problem = serde_json::from_slice(&reply.body).unwrap();
        let detail = problem.detail.unwrap_or_default();
        assert_eq!(detail.is_empty(), said.is_empty(), "{detail}");
        assert!(detail.contains(said) && !detail.contains("elsewhere"), "{detail}");
        provider.misbehave(json!({})).await.unwrap();
        device.found(&server, &provider, "olga").await;
    }
}

/// What the administrator reads before anybody signs in.
#[tokio::test]
async fn a_provider_that_is_not_as_configured_is_found_by_the_check() {
    let provider = Provider::start(&people()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let check = async |issuer: &str| {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_claviger-server"))
            .arg("check")
            // What else stands in the environment of the tests is no setting.
            .env_clear()
            .env("CLAVIGER_DATABASE", folder.path().join("data/server.db"))
            .env("CLAVIGER_KEY_FILE", folder.path().join("keys/root.key"))
            .env("CLAVIGER_OIDC__ISSUER", issuer)
            .env("CLAVIGER_OIDC__CLIENT_ID", CLIENT_ID)
            .output()
            .await
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        (said, String::from_utf8(output.stderr).unwrap())
    };
    let lies = json!({ "discovery": { "issuer": "https://elsewhere.example" } });
    provider.misbehave(lies).await.unwrap();
    let (_, said) = check(provider.issuer()).await;
    assert!(said.contains("names another issuer than `oidc.issuer`"), "{said}");
    assert!(said.contains("https://elsewhere.example"), "and which: {said}");
    provider
        .misbehave(json!({ "discovery": { "jwks_uri": null } }))
        .await
        .unwrap();
    let (_, said) = check(provider.issuer()).await;
    assert!(said.contains("missing field `jwks_uri`"), "{said}");
    provider.misbehave(json!({})).await.unwrap();
    let (_, said) = check(&format!("{}/nowhere", provider.issuer())).await;
    assert!(said.contains("look at `oidc.issuer`"), "{said}");
    // Only the database is missing now.
    let (good, _) = check(provider.issuer()).await;
    assert!(good.contains("identity provider: good"), "{good}");
}

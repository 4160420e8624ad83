//! The identity provider and the scripted person do what other tests rely on.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use claviger_testkit::{
    http,
    peers::{
        browser::{self, Answer, BrowserError},
        provider::{CLIENT_ID, Person, Provider, REDIRECT_PATH, Signing},
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rules-of-pkce";
const REDIRECT: &str = "http://127.0.0.1:45671";

fn authorization(provider: &Provider) -> Url {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let redirect = format!("{REDIRECT}{REDIRECT_PATH}");
    Url::parse_with_params(
        &format!("{}/auth", provider.issuer()),
        [
            ("client_id", CLIENT_ID),
            ("response_type", "code"),
            ("scope", "openid offline_access profile email groups"),
            ("redirect_uri", &redirect),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ],
    )
    .unwrap()
}

async fn token(provider: &Provider, form: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("{}/token", provider.issuer());
    let reply = http::client().unwrap().post(url).form(form).send().await.unwrap();
    (reply.status().as_u16(), reply.json().await.unwrap())
}

async fn exchange(provider: &Provider, redirect: &Url) -> (u16, Value) {
    let query: HashMap<_, _> = redirect.query_pairs().into_owned().collect();
    assert_eq!(query["state"], "the-state");
    let redirect_uri = format!("{REDIRECT}{REDIRECT_PATH}");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", &query["code"]),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    token(provider, &form).await
}

async fn refresh(provider: &Provider, tokens: &Value) -> (u16, Value) {
    let refresh = tokens["refresh_token"].as_str().unwrap();
    token(
        provider,
        &[
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("refresh_token", refresh),
        ],
    )
    .await
}

async fn sign_in(provider: &Provider, sub: &str) -> Value {
    let redirect = browser::walk(&authorization(provider), sub, Answer::Allow)
        .await
        .unwrap();
    let (status, tokens) = exchange(provider, &redirect).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(
        &BASE64_URL_SAFE_NO_PAD
            .decode(token.split('.').nth(index).unwrap())
            .unwrap(),
    )
    .unwrap()
}

fn claims(tokens: &Value) -> Value {
    part(tokens["id_token"].as_str().unwrap(), 1)
}

fn people() -> [Person; 2] {
    [
        Person::new("mara", &["payments", "on-call"]),
        Person::new("lin", &["platform"]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_says_what_the_server_checks() {
    let provider = Provider::start(&people()).await.unwrap();
    let redirect = browser::walk(&authorization(&provider), "mara", Answer::Allow)
        .await
        .unwrap();
    let iss = redirect
        .query_pairs()
        .find(|(name, _)| name == "iss")
        .unwrap()
        .1
        .into_owned();
    assert_eq!(iss, provider.issuer(), "RFC 9207");
    let (_, tokens) = exchange(&provider, &redirect).await;
    let claims = claims(&tokens);
    assert_eq!(claims["iss"], provider.issuer());
    assert_eq!(claims["aud"], CLIENT_ID);
    assert_eq!(claims["azp"], CLIENT_ID);
    assert_eq!(claims["sub"], "mara");
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["groups"], json!(["payments", "on-call"]));
    assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(claims["acr"], "urn:claviger:multi-factor");
    for present in ["sid", "auth_time", "iat", "exp", "name", "email"] {
        assert!(!claims[present].is_null(), "`{present}` is missing in {claims}");
    }
    let (again, refused) = exchange(&provider, &redirect).await;
    assert_eq!(
        (again, &refused["error"]),
        (400, &json!("invalid_grant")),
        "a code serves once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_keeps_who_and_when_and_brings_new_groups() {
    let provider = Provider::start(&people()).await.unwrap();
    let first = sign_in(&provider, "lin").await;
    provider.set_groups("lin", &["payments"]).await.unwrap();
    let (status, second) = refresh(&provider, &first).await;
    assert_eq!(status, 200, "{second}");
    assert_ne!(first["refresh_token"], second["refresh_token"], "rotated");
    for kept in ["sub", "aud", "iss", "auth_time", "nonce", "sid"] {
        assert_eq!(claims(&first)[kept], claims(&second)[kept], "`{kept}`");
    }
    assert_eq!(claims(&second)["groups"], json!(["payments"]));

    provider.set_disabled("lin", true).await.unwrap();
    let (status, refused) = refresh(&provider, &second).await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_grant")));
    let error = browser::walk(&authorization(&provider), "lin", Answer::Allow)
        .await
        .unwrap_err();
    assert!(matches!(error, BrowserError::Page { status: 403, .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_and_forged_tokens_look_the_part() {
    let provider = Provider::start_signing(&people(), Signing::Rs256).await.unwrap();
    let before = sign_in(&provider, "mara").await;
    let kid = provider.rotate_keys(true).await.unwrap();
    let after = sign_in(&provider, "mara").await;
    let header = |tokens: &Value| part(tokens["id_token"].as_str().unwrap(), 0);
    assert_eq!(header(&before)["alg"], "RS256");
    assert_ne!(header(&before)["kid"], header(&after)["kid"]);
    assert_eq!(header(&after)["kid"], kid);
    let (status, _) = refresh(&provider, &before).await;
    assert_eq!(status, 200, "what was issued outlives the key");
    let jwks: Value = reqwest::get(format!("{}/jwks", provider.issuer()))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let published: Vec<_> = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].clone())
        .collect();
    assert_eq!(published, [json!(kid)]);

    let none = provider
        .forge(json!({ "sub": "mara" }), json!({ "alg": "none" }))
        .await
        .unwrap();
    assert_eq!(part(&none, 0)["alg"], "none");
    assert!(none.ends_with('.'));
    let hmac = provider
        .forge(json!({ "sub": "mara" }), json!({ "alg": "HS256" }))
        .await
        .unwrap();
    assert_eq!(
        part(&hmac, 0),
        json!({ "alg": "HS256", "typ": "JWT", "kid": kid })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_misbehaves_until_it_is_mended() {
    let provider = Provider::start(&people()).await.unwrap();
    let wrong = json!({ "id_token": { "claims": { "aud": "another", "nonce": null }, "shift": -3600 }, "redirect": { "iss": "https://evil.test" } });
    provider.misbehave(wrong).await.unwrap();
    let redirect = browser::walk(&authorization(&provider), "mara", Answer::Allow)
        .await
        .unwrap();
    assert!(
        redirect.as_str().contains("iss=https%3A%2F%2Fevil.test"),
        "{redirect}"
    );
    let (_, tokens) = exchange(&provider, &redirect).await;
    assert_eq!(claims(&tokens)["aud"], "another");
    assert!(claims(&tokens)["nonce"].is_null());
    assert!(claims(&tokens)["iat"].as_i64() < claims(&tokens)["auth_time"].as_i64());

    provider.misbehave(json!({ "down": "refused" })).await.unwrap();
    assert_eq!(reqwest::get(provider.issuer()).await.unwrap().status(), 503);
    provider.misbehave(json!({ "down": "closed" })).await.unwrap();
    assert!(reqwest::get(provider.issuer()).await.is_err());
    provider.misbehave(json!({})).await.unwrap();
    assert_eq!(claims(&sign_in(&provider, "mara").await)["aud"], CLIENT_ID);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_deny_or_close_the_browser() {
    let provider = Provider::start(&people()).await.unwrap();
    let redirect = browser::walk(&authorization(&provider), "mara", Answer::Deny)
        .await
        .unwrap();
    assert!(redirect.as_str().contains("error=access_denied"), "{redirect}");
    let stopped = browser::walk(&authorization(&provider), "mara", Answer::Stop)
        .await
        .unwrap_err();
    assert!(matches!(stopped, BrowserError::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_is_delivered_over_the_back_channel() {
    let provider = Provider::start(&people()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/logout", listener.local_addr().unwrap());
    provider.set_logout_uri(&uri).await.unwrap();
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        while !text.contains("logout_token=") {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).await.unwrap();
            text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        text.split_once("logout_token=").unwrap().1.to_owned()
    });
    provider.log_out("mara", Some("a-session")).await.unwrap();
    let token = received.await.unwrap();
    assert_eq!(part(&token, 0)["typ"], "logout+jwt");
    assert_eq!(
        (&part(&token, 1)["sub"], &part(&token, 1)["sid"]),
        (&json!("mara"), &json!("a-session"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journeys_xdg_open_signs_in_by_itself() {
    let provider = Provider::start(&people()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let script = browser::write_xdg_open(folder.path(), "lin", Answer::Allow).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = authorization(&provider)
        .as_str()
        .replace("45671", &port.to_string());
    assert!(
        std::process::Command::new(script)
            .arg(url)
            .status()
            .unwrap()
            .success()
    );
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = [0; 4096];
    let read = stream.read(&mut buffer).await.unwrap();
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(
        std::str::from_utf8(&buffer[..read])
            .unwrap()
            .starts_with("GET /callback?code=")
    );
}

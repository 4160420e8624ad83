//! Signing in at a provider that we did not write (npm `oidc-provider`), with a scripted person in place of a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use claviger_crypto::challenge::{Challenge, SignInNonce};
use claviger_model::{
    entropy::SystemEntropy,
    time::{Clock, SystemClock, Timestamp},
};
use claviger_protocol::wire::Token;
use claviger_sign_in::{
    cancel::Cancel,
    device_keys::DeviceKeys,
    door::{Door, ProviderTokens, Visit},
    error::SignInError,
    http,
    provider::{Provider, ProviderSettings},
    renewal::RenewalError,
};
use claviger_testkit::peers::{
    browser::{self, Answer, BrowserError},
    provider::{self as peer, Person},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use url::Url;

const ORIGIN: &str = "https://vault.example";

struct Rig {
    peer: peer::Provider,
    keys: DeviceKeys,
    challenge: Challenge,
}

/// A clock that is wrong by some seconds.
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(SystemClock.now().millis() + self.0 * 1000)
    }
}

impl Rig {
    async fn start() -> Self {
        let _again = rustls::crypto::ring::default_provider().install_default();
        Self {
            peer: peer::Provider::start(&[Person::new("ada", &["payments"])])
                .await
                .unwrap(),
            keys: DeviceKeys::generate(&SystemEntropy).unwrap(),
            challenge: Challenge::from_bytes([5; 32]),
        }
    }

    fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            issuer: self.peer.issuer().to_owned(),
            client_id: peer::CLIENT_ID.to_owned(),
            scopes: ["openid", "profile", "email", "groups", "offline_access"]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    async fn discovered(&self) -> Result<Provider, SignInError> {
        Provider::discover(self.settings(), http::client().unwrap(), Arc::new(SystemClock)).await
    }

    const fn visit(&self) -> Visit<'_> {
        Visit {
            origin: ORIGIN,
            challenge: &self.challenge,
            keys: &self.keys,
            patience: Duration::from_secs(20),
        }
    }

    async fn sign_in(
        &self,
        answer: Answer,
    ) -> (Result<ProviderTokens, SignInError>, Result<String, BrowserError>) {
        self.sign_in_at(&self.discovered().await.unwrap(), answer).await
    }

    async fn sign_in_at(
        &self,
        provider: &Provider,
        answer: Answer,
    ) -> (Result<ProviderTokens, SignInError>, Result<String, BrowserError>) {
        let mut walk: Option<JoinHandle<_>> = None;
        let open = |url: &Url| {
            let url = url.clone();
            walk = Some(tokio::spawn(
                async move { browser::open(&url, "ada", answer).await },
            ));
            Ok(())
        };
        let done = Door::new()
            .enter(provider, self.visit(), open, &Cancel::new())
            .await;
        (done, walk.unwrap().await.unwrap())
    }
}

fn payload(token: &Token) -> Value {
    let part = token.expose().split('.').nth(1).unwrap();
    serde_json::from_slice(&claviger_crypto::bytes::decode_base64url(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_sign_in_gives_a_token_that_is_bound_to_device_and_server() {
    let rig = Rig::start().await;
    let (done, page) = rig.sign_in(Answer::Allow).await;
    let tokens = done.unwrap();
    assert!(page.unwrap().contains("You can close this tab."));
    let claims = payload(&tokens.id_token);
    let nonce = SignInNonce::derive(
        ORIGIN,
        &rig.challenge,
        &rig.keys.jkt(),
        &rig.keys.sealing_public(),
    );
    assert_eq!(claims["nonce"], nonce.as_str());
    assert_eq!(
        (claims["sub"].as_str(), claims["iss"].as_str()),
        (Some("ada"), Some(rig.peer.issuer()))
    );
    assert!(tokens.refresh.is_some());
    assert!(!format!("{tokens:?}").contains(tokens.id_token.expose()));
}

#[tokio::test]
async fn the_request_in_the_browser_asks_for_what_it_must() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    let mut seen: Vec<Url> = Vec::new();
    for _ in 0..2 {
        let open = |url: &Url| {
            seen.push(url.clone());
            Err("no browser here".into())
        };
        let refused = Door::new()
            .enter(&provider, rig.visit(), open, &Cancel::new())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "browser_not_opened");
    }
    let value = |url: &Url, name: &str| {
        let mut found = url.query_pairs().filter(|(other, _)| other == name);
        let value = found.next().unwrap_or_else(|| panic!("no {name}")).1.into_owned();
        assert!(found.next().is_none(), "{name} twice");
        value
    };
    let url = &seen[0];
    assert_eq!(value(url, "response_type"), "code");
    assert_eq!(value(url, "code_challenge_method"), "S256");
    assert_eq!(value(url, "code_challenge").len(), 43);
    assert_eq!(
        value(url, "scope")
            .split(' ')
            .filter(|scope| *scope == "openid")
            .count(),
        1
    );
    assert!(value(url, "redirect_uri").starts_with("http://127.0.0.1:"));
    for name in ["state", "code_challenge", "redirect_uri"] {
        assert_ne!(
            value(&seen[0], name),
            value(&seen[1], name),
            "{name} is new each time"
        );
    }
    assert_eq!(
        value(&seen[0], "nonce"),
        value(&seen[1], "nonce"),
        "the nonce binds challenge, server and device"
    );
}

#[tokio::test]
async fn refusals_in_the_browser_have_their_own_words() {
    let rig = Rig::start().await;
    let (denied, page) = rig.sign_in(Answer::Deny).await;
    let denied = denied.unwrap_err();
    assert_eq!(denied.code(), "consent_denied");
    assert!(denied.words().contains("denied"));
    let page = page.unwrap();
    assert!(page.contains("Nobody was signed in") && !page.contains("access_denied"));
}

#[tokio::test]
async fn a_closed_browser_ends_by_time_and_a_change_of_mind_at_once() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    let visit = Visit {
        patience: Duration::from_millis(300),
        ..rig.visit()
    };
    let closed = Door::new()
        .enter(&provider, visit, |_| Ok(()), &Cancel::new())
        .await
        .unwrap_err();
    assert_eq!(closed.code(), "sign_in_timed_out");

    let (door, cancel) = (Door::new(), Cancel::new());
    let waiting = door.enter(&provider, rig.visit(), |_| Ok(()), &cancel);
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let busy = door
            .enter(
                &provider,
                rig.visit(),
                |_| panic!("no second browser"),
                &Cancel::new(),
            )
            .await;
        assert_eq!(busy.unwrap_err().code(), "sign_in_busy");
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(waiting, second);
    assert_eq!(ended.unwrap_err().code(), "sign_in_cancelled");
    let free = door.enter(&provider, visit, |_| Ok(()), &Cancel::new()).await;
    assert_eq!(
        free.unwrap_err().code(),
        "sign_in_timed_out",
        "the door is free again"
    );
    let late = door.enter(&provider, visit, |_| Ok(()), &cancel).await;
    assert_eq!(
        late.unwrap_err().code(),
        "sign_in_cancelled",
        "cancelled for good"
    );
}

#[tokio::test]
async fn answers_from_elsewhere_are_not_taken() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    for iss in [json!("https://evil.example"), Value::Null] {
        rig.peer
            .misbehave(json!({ "redirect": { "iss": iss } }))
            .await
            .unwrap();
        let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
        assert_eq!(done.unwrap_err().code(), "wrong_issuer");
    }
    rig.peer
        .misbehave(json!({ "redirect": { "state": "another" } }))
        .await
        .unwrap();
    let mut open_browser = None;
    let open = |url: &Url| {
        let url = url.clone();
        open_browser = Some(tokio::spawn(async move {
            browser::open(&url, "ada", Answer::Allow).await
        }));
        Ok(())
    };
    let visit = Visit {
        patience: Duration::from_secs(4),
        ..rig.visit()
    };
    let done = Door::new().enter(&provider, visit, open, &Cancel::new()).await;
    assert_eq!(
        done.unwrap_err().code(),
        "sign_in_timed_out",
        "another state is not heard"
    );
    let before = rig.peer.counts().await.unwrap();
    assert_eq!(
        before.get("POST /token").copied().unwrap_or(0),
        0,
        "no code was exchanged"
    );
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused_on_the_device_already() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    for (how, code, why) in [
        (
            json!({ "claims": { "nonce": "another" } }),
            "bad_id_token",
            "another sign-in",
        ),
        (
            json!({ "claims": { "nonce": null } }),
            "bad_id_token",
            "another sign-in",
        ),
        (
            json!({ "claims": { "iss": "https://evil.example" } }),
            "bad_id_token",
            "another provider",
        ),
        (
            json!({ "claims": { "aud": "another" } }),
            "bad_id_token",
            "another program",
        ),
        (
            json!({ "claims": { "aud": [peer::CLIENT_ID, "another"] } }),
            "bad_id_token",
            "another program",
        ),
        (
            json!({ "claims": { "azp": "another" } }),
            "bad_id_token",
            "another program",
        ),
        (json!({ "claims": { "exp": 1 } }), "bad_id_token", "too old"),
        (json!({ "sign": { "tamper": true } }), "bad_id_token", "signature"),
        (
            json!({ "sign": { "key": "unknown" } }),
            "bad_id_token",
            "signature",
        ),
        (json!({ "sign": { "alg": "HS256" } }), "bad_id_token", "signature"),
        (json!({ "shift": 3600 }), "clock_skewed", "differ"),
        (json!({ "shift": -400 }), "clock_skewed", "differ"),
    ] {
        rig.peer.misbehave(json!({ "id_token": how })).await.unwrap();
        let (done, page) = rig.sign_in_at(&provider, Answer::Allow).await;
        let error = done.expect_err(&how.to_string());
        assert_eq!(error.code(), code, "{how}: {error}");
        assert!(error.to_string().contains(why), "{how}: {error}");
        assert!(page.unwrap().contains("Nobody was signed in"), "{how}");
    }
    rig.peer
        .misbehave(json!({ "id_token": { "sign": { "alg": "none" } } }))
        .await
        .unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    let code = done.unwrap_err().code();
    assert!(
        ["bad_id_token", "provider_misconfigured"].contains(&code),
        "{code}"
    );
    rig.peer.misbehave(json!({ "omit": ["id_token"] })).await.unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    assert_eq!(done.unwrap_err().code(), "provider_misconfigured");
}

#[tokio::test]
async fn a_skewed_clock_is_said_with_its_direction() {
    let rig = Rig::start().await;
    let settings = rig.settings();
    let provider = Provider::discover(settings, http::client().unwrap(), Arc::new(Wrong(-1_000)))
        .await
        .unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    let Err(SignInError::Skewed { seconds }) = done else {
        panic!("{done:?}")
    };
    assert!((-1_005..=-995).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_provider_that_is_down_or_misconfigured_is_told_apart() {
    let rig = Rig::start().await;
    for down in ["refused", "closed"] {
        rig.peer.misbehave(json!({ "down": down })).await.unwrap();
        assert_eq!(
            rig.discovered().await.unwrap_err().code(),
            "provider_unavailable",
            "{down}"
        );
    }
    for discovery in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "token_endpoint": null }),
        json!({ "code_challenge_methods_supported": ["plain"] }),
        json!({ "response_types_supported": ["id_token"] }),
        json!({ "jwks_uri": "http://keys.example/jwks" }),
        json!({ "jwks_uri": null }),
    ] {
        rig.peer
            .misbehave(json!({ "discovery": discovery }))
            .await
            .unwrap();
        assert_eq!(
            rig.discovered().await.unwrap_err().code(),
            "provider_misconfigured",
            "{discovery}"
        );
    }
    rig.peer.misbehave(json!({})).await.unwrap();
    let elsewhere = |issuer: &str| ProviderSettings {
        issuer: issuer.to_owned(),
        ..rig.settings()
    };
    for (settings, code) in [
        (
            elsewhere(&format!("{}/nothing", rig.peer.issuer())),
            "provider_misconfigured",
        ),
        (elsewhere("http://provider.example"), "provider_misconfigured"),
        (elsewhere("nonsense"), "provider_misconfigured"),
        (elsewhere("http://127.0.0.1:9"), "provider_unavailable"),
    ] {
        let error =
            Provider::discover(settings.clone(), http::client().unwrap(), Arc::new(SystemClock)).await;
        assert_eq!(error.unwrap_err().code(), code, "{settings:?}");
    }
}

#[tokio::test]
async fn the_provider_is_asked_again_and_a_refusal_is_not_an_outage() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    let first = done.unwrap();
    rig.peer.set_groups("ada", &["search"]).await.unwrap();
    let second = provider.renew(&first.refresh.unwrap()).await.unwrap();
    let (before, after) = (payload(&first.id_token), payload(&second.id_token));
    assert_eq!(
        (&before["sub"], &before["auth_time"]),
        (&after["sub"], &after["auth_time"])
    );
    assert_eq!(after["groups"], json!(["search"]));
    let refresh = second.refresh.unwrap();

    for down in [
        json!({ "down": "refused" }),
        json!({ "down": "closed" }),
        json!({ "token": { "status": 429, "body": {} } }),
    ] {
        rig.peer.misbehave(down.clone()).await.unwrap();
        let failed = provider.renew(&refresh).await;
        assert!(
            matches!(failed, Err(RenewalError::Unasked(_))),
            "{down}: {failed:?}"
        );
    }
    let busy = json!({ "token": { "status": 400, "body": { "error": "temporarily_unavailable" } } });
    rig.peer.misbehave(busy).await.unwrap();
    assert!(matches!(
        provider.renew(&refresh).await,
        Err(RenewalError::Unasked(_))
    ));
    rig.peer.misbehave(json!({})).await.unwrap();

    rig.peer.set_disabled("ada", true).await.unwrap();
    let refused = provider.renew(&refresh).await;
    assert!(
        matches!(&refused, Err(RenewalError::Refused { code }) if code == "invalid_grant"),
        "{refused:?}"
    );
}

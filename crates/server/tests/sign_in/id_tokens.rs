//! ID tokens that are wrong in one way: refused with the right code, counted for the minute, and nothing changed.

use crate::support::{
    TestServer,
    device::{TestDevice, overlaid},
    people,
};
use claviger_crypto::challenge::{Challenge, SignInNonce};
use claviger_ledger::leaf::{Fact, Leaf};
use claviger_model::{event::EventKind, time::Clock};
use claviger_protocol::{problem::Code, route};
use claviger_storage::principals::Identity;
use claviger_testkit::peers::provider::{CLIENT_ID, Provider};
use serde_json::{Value, json};
use std::time::Duration;

on_both!(
    each_is_refused_and_counted,
    what_was_used_once_is_worth_nothing,
    a_challenge_lives_ten_minutes_and_must_be_ours,
);

/// One way of being wrong: claims laid over the right ones, and how the token is signed.
struct Case {
    name: &'static str,
    claims: Value,
    sign: Value,
}

fn case(name: &'static str, claims: Value) -> Case {
    Case {
        name,
        claims,
        sign: json!({}),
    }
}

fn signed(name: &'static str, sign: Value) -> Case {
    Case {
        name,
        claims: json!({}),
        sign,
    }
}

fn cases(server: &TestServer, provider: &Provider, device: &TestDevice, challenge: &Challenge) -> Vec<Case> {
    let now = server.clock.now().seconds();
    let (own, other) = (device.key.public().thumbprint(), TestDevice::new());
    let other_jkt = other.key.public().thumbprint();
    let nonce = |origin: &str, challenge: &Challenge, jkt, sealing| json!({ "nonce": SignInNonce::derive(origin, challenge, jkt, sealing).as_str() });
    let (origin, sealing) = (server.app.origin.as_str(), device.sealing.public());
    let another = Challenge::from_bytes([7; 32]);
    vec![
        case("another issuer", json!({ "iss": "https://elsewhere.example" })),
        case(
            "the issuer written otherwise",
            json!({ "iss": format!("{}/", provider.issuer()) }),
        ),
        case("no issuer", json!({ "iss": null })),
        case("another audience", json!({ "aud": "another-app" })),
        case(
            "an additional audience",
            json!({ "aud": [CLIENT_ID, "another-app"], "azp": CLIENT_ID }),
        ),
        case("no audience", json!({ "aud": null })),
        case("another authorized party", json!({ "azp": "another-app" })),
        case("no nonce", json!({ "nonce": null })),
        case(
            "the nonce of another device",
            nonce(origin, challenge, &other_jkt, &sealing),
        ),
        case(
            "the nonce of another sealing key",
            nonce(origin, challenge, &own, &other.sealing.public()),
        ),
        case(
            "the nonce of another server",
            nonce("https://elsewhere.example", challenge, &own, &sealing),
        ),
        case(
            "the nonce of another challenge",
            nonce(origin, &another, &own, &sealing),
        ),
        case("expired", json!({ "exp": now - 61 })),
        case("no expiry", json!({ "exp": null })),
        case("issued too long ago", json!({ "iat": now - 301 })),
        case("issued in the future", json!({ "iat": now + 61 })),
        case("not valid yet", json!({ "nbf": now + 61 })),
        case("no subject", json!({ "sub": null })),
        case("an empty subject", json!({ "sub": "" })),
        case("a subject that is no text", json!({ "sub": "mallory\u{0}" })),
        case("a subject without end", json!({ "sub": "m".repeat(256) })),
        case(
            "a session of the provider that is no text",
            json!({ "sid": "s\u{0}" }),
        ),
        case("groups that are no texts", json!({ "groups": [1, 2] })),
        signed("altered after signing", json!({ "tamper": true })),
        signed("not signed", json!({ "alg": "none" })),
        signed(
            "signed with the public key as a secret",
            json!({ "alg": "HS256" }),
        ),
        signed("signed with a key of one's own", json!({ "key": "unknown" })),
        signed(
            "signed with a key of one's own under an unknown id",
            json!({ "key": "unknown", "kid": "mine" }),
        ),
        signed("of another type", json!({ "typ": "at+jwt" })),
    ]
}

async fn each_is_refused_and_counted() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let device = TestDevice::new();
    let names: Vec<usize> =
        (0..cases(&server, &provider, &device, &Challenge::from_bytes([0; 32])).len()).collect();
    for number in names {
        let challenge = device.challenge(&server).await;
        let case = cases(&server, &provider, &device, &challenge).swap_remove(number);
        let claims = overlaid(
            device.claims(&server, &provider, &challenge, "mallory"),
            case.claims,
        );
        let token = provider.forge(claims, case.sign).await.unwrap();
        let body = device.sign_in_body(&challenge, token, None);
        let reply = device.post(&server, route::SIGN_IN, &body, None).await;
        assert_eq!(reply.code(), Code::BadIdToken, "{}", case.name);
        expect_counted(&server, Code::BadIdToken, case.name).await;
    }
    let mallory = Identity {
        issuer: provider.issuer().to_owned(),
        subject: "mallory".into(),
    };
    let mut reader = server.app.store.reader().await.unwrap();
    assert!(reader.principal_by_identity(&mallory).await.unwrap().is_none());
    let jkt = device.key.public().thumbprint();
    assert!(reader.device_by_jkt(jkt.as_bytes()).await.unwrap().is_none());
    drop(reader);
    device.sign_in(&server, &provider, "mallory").await;
}

/// The minute's count of failures stands in the log, with this code.
pub async fn expect_counted(server: &TestServer, code: Code, name: &str) {
    server.minute_passes().await;
    let newest = server.events(EventKind::FailuresCounted).await.into_iter().next();
    let leaf = Leaf::parse(
        &newest
            .unwrap_or_else(|| unreachable!("{name}: nothing was counted"))
            .leaf,
    )
    .unwrap();
    let fact = |name: &str| {
        leaf.facts
            .iter()
            .find(|(label, _)| label.as_str() == name)
            .map(|(_, fact)| fact.clone())
    };
    assert!(
        matches!(fact("code"), Some(Fact::Label(label)) if label.as_str() == code.as_str()),
        "{name}: {leaf:?}"
    );
    assert_eq!(fact("count"), Some(Fact::Number(1)), "{name}");
    assert!(leaf.actor.is_none(), "{name}");
}

async fn what_was_used_once_is_worth_nothing() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let device = TestDevice::new();

    let challenge = device.challenge(&server).await;
    let token = provider
        .forge(device.claims(&server, &provider, &challenge, "ada"), json!({}))
        .await
        .unwrap();
    let body = device.sign_in_body(&challenge, token.clone(), None);
    assert_eq!(
        device.post(&server, route::SIGN_IN, &body, None).await.status,
        200
    );
    assert_eq!(
        device.post(&server, route::SIGN_IN, &body, None).await.code(),
        Code::BadChallenge
    );
    expect_counted(&server, Code::BadChallenge, "the same again").await;

    let fresh = device.challenge(&server).await;
    let body = device.sign_in_body(&fresh, token, None);
    assert_eq!(
        device.post(&server, route::SIGN_IN, &body, None).await.code(),
        Code::BadIdToken
    );

    let thief = TestDevice::new();
    let challenge = device.challenge(&server).await;
    let token = provider
        .forge(device.claims(&server, &provider, &challenge, "ada"), json!({}))
        .await
        .unwrap();
    let body = device.sign_in_body(&challenge, token, None);
    assert_eq!(
        thief.post(&server, route::SIGN_IN, &body, None).await.code(),
        Code::BadIdToken
    );
}

async fn a_challenge_lives_ten_minutes_and_must_be_ours() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let device = TestDevice::new();
    for (age, made_up, expected) in [(599, false, None), (600, false, Some(())), (0, true, Some(()))] {
        let challenge = if made_up {
            Challenge::from_bytes([9; 32])
        } else {
            device.challenge(&server).await
        };
        server.clock.advance(Duration::from_secs(age));
        let token = provider
            .forge(device.claims(&server, &provider, &challenge, "ada"), json!({}))
            .await
            .unwrap();
        let reply = device
            .post(
                &server,
                route::SIGN_IN,
                &device.sign_in_body(&challenge, token, None),
                None,
            )
            .await;
        match expected {
            None => assert_eq!(reply.status, 200),
            Some(()) => assert_eq!(reply.code(), Code::BadChallenge),
        }
    }
}

//! DPoP proofs that are wrong in one way.

use super::id_tokens::expect_counted;
use crate::support::{
    TestServer,
    device::{Draft, TestDevice},
    people,
};
use claviger_crypto::{nonce::NonceKey, secret::Key256};
use claviger_model::{entropy::SystemEntropy, event::EventKind, time::Clock};
use claviger_protocol::{
    problem::Code,
    proof::{digest, htu},
    route,
    sign_in::{ProviderRefused, SignedIn},
};
use claviger_testkit::peers::provider::Provider;
use std::time::Duration;

on_both!(
    each_is_refused_and_counted_and_nothing_happens,
    there_must_be_exactly_one_proof_by_the_tokens_own_key,
    a_proof_counts_once_and_its_replay_is_an_event,
    an_access_token_lives_ten_minutes,
);

type Bend = Box<dyn Fn(&mut Draft, &TestServer)>;

fn cases() -> Vec<(&'static str, Code, Bend)> {
    fn bend(change: impl Fn(&mut Draft, &TestServer) + 'static) -> Bend {
        Box::new(change)
    }
    let stranger = NonceKey::new(Key256::random(&SystemEntropy));
    vec![
        (
            "another method",
            Code::BadProof,
            bend(|d, _| d.claims.htm = "GET".into()),
        ),
        (
            "another path",
            Code::BadProof,
            bend(|d, s| d.claims.htu = htu(s.app.origin.as_str(), "/v1/me")),
        ),
        (
            "another origin",
            Code::BadProof,
            bend(|d, _| d.claims.htu = htu("https://elsewhere.example", &d.path)),
        ),
        ("too old", Code::BadProof, bend(|d, _| d.claims.iat -= 121)),
        (
            "from the future",
            Code::BadProof,
            bend(|d, _| d.claims.iat += 121),
        ),
        (
            "a short id",
            Code::BadProof,
            bend(|d, _| d.claims.jti = "short".into()),
        ),
        (
            "no token digest",
            Code::BadProof,
            bend(|d, _| d.claims.ath = None),
        ),
        (
            "another token's digest",
            Code::BadProof,
            bend(|d, _| d.claims.ath = Some(digest(b"another"))),
        ),
        (
            "no body digest",
            Code::BadProof,
            bend(|d, _| d.claims.content_sha256 = None),
        ),
        (
            "another body",
            Code::BadProof,
            bend(|d, _| d.body = br#"{"error":"access_denied"}"#.to_vec()),
        ),
        ("another type", Code::BadProof, bend(|d, _| d.typ = "JWT")),
        ("no nonce", Code::UseNonce, bend(|d, _| d.claims.nonce = None)),
        (
            "an old nonce",
            Code::UseNonce,
            bend(|d, s| {
                let then = s.clock.now().minus(Duration::from_secs(120));
                d.claims.nonce = Some(s.app.keys.now().nonces.issue(then));
            }),
        ),
        (
            "the nonce of another server",
            Code::UseNonce,
            bend(move |d, s| d.claims.nonce = Some(stranger.issue(s.clock.now()))),
        ),
        (
            "a bearer",
            Code::Unauthenticated,
            bend(|d, _| d.scheme = "Bearer"),
        ),
        ("no token", Code::Unauthenticated, bend(|d, _| d.access = None)),
        (
            "an unknown token",
            Code::Unauthenticated,
            bend(|d, _| {
                let token = "A".repeat(43);
                d.claims.ath = Some(digest(token.as_bytes()));
                d.access = Some(token);
            }),
        ),
        (
            "a query",
            Code::BadRequest,
            bend(|d, _| d.path.push_str("?error=invalid_grant")),
        ),
    ]
}

fn suspend(device: &TestDevice, server: &TestServer, session: &SignedIn) -> Draft {
    let body = serde_json::to_vec(&ProviderRefused {
        error: "invalid_grant".into(),
    })
    .unwrap();
    let route = route::PROVIDER_REFUSED;
    device.draft(server, route, route.path, body, Some(&session.tokens.access))
}

async fn each_is_refused_and_counted_and_nothing_happens() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let session = device.found(&server, &provider, "olga").await;
    let mut tokens = session.tokens.clone();
    for (name, code, bend) in cases() {
        let session = SignedIn {
            tokens: tokens.clone(),
            ..session.clone()
        };
        let mut draft = suspend(&device, &server, &session);
        bend(&mut draft, &server);
        let reply = device.send(&server, &draft).await;
        assert_eq!(reply.code(), code, "{name}");
        assert!(reply.nonce.is_some(), "{name}");
        match code {
            Code::UseNonce => {
                let header = reply.headers.get("www-authenticate").unwrap().to_str().unwrap();
                assert!(header.contains("error=\"use_dpop_nonce\""), "{name}: {header}");
            }
            Code::BadRequest => {}
            code => expect_counted(&server, code, name).await,
        }
        tokens = device.refreshed(&server, &tokens.refresh).await;
    }
    assert!(server.events(EventKind::SessionSuspended).await.is_empty());
    let session = SignedIn { tokens, ..session };
    assert_eq!(
        device
            .send(&server, &suspend(&device, &server, &session))
            .await
            .status,
        204
    );
    assert_eq!(server.events(EventKind::SessionSuspended).await.len(), 1);
}

async fn there_must_be_exactly_one_proof_by_the_tokens_own_key() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let (device, thief) = (TestDevice::new(), TestDevice::new());
    let session = device.found(&server, &provider, "olga").await;
    let draft = suspend(&device, &server, &session);
    let proof = device.proof(&draft);
    assert_eq!(
        device.send_proofs(&server, &draft, &[]).await.code(),
        Code::BadProof
    );
    assert_eq!(
        device
            .send_proofs(&server, &draft, &[&proof, &proof])
            .await
            .code(),
        Code::BadProof
    );
    let (signed, signature) = proof.rsplit_once('.').unwrap();
    let torn = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    assert_eq!(
        device.send_proofs(&server, &draft, &[&torn]).await.code(),
        Code::BadProof
    );
    assert_eq!(
        thief
            .send(&server, &suspend(&thief, &server, &session))
            .await
            .code(),
        Code::BadProof
    );
    assert!(server.events(EventKind::SessionSuspended).await.is_empty());
}

async fn a_proof_counts_once_and_its_replay_is_an_event() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let session = device.found(&server, &provider, "olga").await;
    let draft = device.draft(
        &server,
        route::ME,
        route::ME.path,
        Vec::new(),
        Some(&session.tokens.access),
    );
    assert_eq!(device.send(&server, &draft).await.status, 200);
    for _ in 0..3 {
        assert_eq!(device.send(&server, &draft).await.code(), Code::ProofReused);
    }
    let replays = server.events(EventKind::ReplayDetected).await;
    assert_eq!(replays.len(), 1, "one event for the session, however often");
    assert_eq!(replays.first().unwrap().actor, Some(session.principal));
}

async fn an_access_token_lives_ten_minutes() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let session = device.found(&server, &provider, "olga").await;
    server.clock.advance(Duration::from_secs(599));
    assert_eq!(
        device
            .call(&server, route::ME, &session.tokens.access)
            .await
            .status,
        200
    );
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(
        device
            .call(&server, route::ME, &session.tokens.access)
            .await
            .code(),
        Code::Unauthenticated
    );
}

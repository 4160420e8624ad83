//! Two processes on one PostgreSQL: what counts once counts once for both.

use crate::stream;
use crate::support::{Setup, Tables, TestServer, device::TestDevice, people};
use claviger_model::{entropy::SystemEntropy, event::EventKind, ids::SessionId};
use claviger_protocol::{
    problem::Code,
    route,
    session::Me,
    sign_in::{ProviderRefused, Refresh, SignedIn},
};
use claviger_server::jobs::replicas::follow;
use claviger_testkit::peers::provider::Provider;
use serde_json::json;

#[tokio::test]
async fn what_was_used_at_one_is_used_at_the_other() {
    let provider = Provider::start(&people()).await.unwrap();
    let (one, other) = TestServer::two(&provider).await;
    let device = TestDevice::new();
    let session = device.found(&one, &provider, "olga").await;
    let me = device.call(&other, route::ME, &session.tokens.access).await;
    assert_eq!(me.status, 200, "a token of the one is a token of the other");

    let path = route::END_SESSION.at(&[&SessionId::random(&SystemEntropy)]);
    let draft = device.draft(
        &one,
        route::END_SESSION,
        &path,
        Vec::new(),
        Some(&session.tokens.access),
    );
    assert_eq!(device.send(&one, &draft).await.code(), Code::NotFound);
    assert_eq!(device.send(&other, &draft).await.code(), Code::ProofReused);
    assert_eq!(one.events(EventKind::ReplayDetected).await.len(), 1);

    let body = serde_json::to_vec(&Refresh {
        refresh: session.tokens.refresh.clone(),
    })
    .unwrap();
    let draft = device.draft(&one, route::REFRESH, route::REFRESH.path, body, None);
    assert_eq!(device.send(&other, &draft).await.status, 200);
    assert_eq!(device.send(&one, &draft).await.code(), Code::ProofReused);

    let challenge = device.challenge(&one).await;
    let token = provider
        .forge(device.claims(&one, &provider, &challenge, "olga"), json!({}))
        .await
        .unwrap();
    let body = device.sign_in_body(&challenge, token, None);
    assert_eq!(device.post(&one, route::SIGN_IN, &body, None).await.status, 200);
    assert_eq!(
        device.post(&other, route::SIGN_IN, &body, None).await.code(),
        Code::BadChallenge
    );
}

/// PostgreSQL keeps no U+0000, whoever sends it.
#[tokio::test]
async fn what_the_provider_says_in_odd_characters_gives_nothing_and_breaks_nothing() {
    let provider = Provider::start(&people()).await.unwrap();
    let tables = Tables::postgres().await;
    let setup = Setup {
        provider: &provider,
        tables: &tables,
        settings: Vec::new(),
    };
    let one = TestServer::start_with(&setup).await;
    let device = TestDevice::new();
    device.found(&one, &provider, "olga").await;
    let challenge = device.challenge(&one).await;
    let odd = json!({
        "groups": ["payments\u{0}", "payments"], "acr": "\u{0}", "amr": ["pwd", "mfa\u{0}"],
        "email": "olga\u{0}@example.com", "name": "Olga\u{0}", "preferred_username": "\u{0}",
    });
    let claims = crate::support::device::overlaid(device.claims(&one, &provider, &challenge, "olga"), odd);
    let token = provider.forge(claims, json!({})).await.unwrap();
    let body = device.sign_in_body(&challenge, token, None);
    let session: SignedIn = device.post(&one, route::SIGN_IN, &body, None).await.ok();
    let me: Me = device.call(&one, route::ME, &session.tokens.access).await.ok();
    let teams: Vec<_> = me.teams.iter().map(|team| team.name.as_str()).collect();
    assert_eq!(teams, ["payments"]);
    let stored = one
        .app
        .store
        .reader()
        .await
        .unwrap()
        .session(session.session)
        .await
        .unwrap();
    let stored = stored.unwrap();
    assert_eq!((stored.acr, stored.amr), (None, vec!["pwd".to_owned()]));
}

/// A spent refresh token ends its family wherever it is presented, with whatever proof.
#[tokio::test]
async fn a_refresh_token_that_was_spent_at_one_ends_its_family_at_the_other() {
    let provider = Provider::start(&people()).await.unwrap();
    let (one, other) = TestServer::two(&provider).await;
    let device = TestDevice::new();
    let first = device.found(&one, &provider, "olga").await.tokens;
    let second = device.refreshed(&one, &first.refresh).await;
    let third = device.refreshed(&one, &second.refresh).await;
    assert!(one.events(EventKind::ReplayDetected).await.is_empty());
    let reply = device.refresh(&other, &first.refresh).await;
    assert_eq!(reply.code(), Code::BadRefresh);
    assert_eq!(one.events(EventKind::ReplayDetected).await.len(), 1);
    assert_eq!(one.events(EventKind::SessionEnded).await.len(), 1);
    let late = device.refresh(&one, &third.refresh).await;
    assert_eq!(late.code(), Code::BadRefresh, "the family has ended");
}

/// Everything that ends a session at the one ends its stream at the other as soon as that hears of it.
#[tokio::test]
async fn a_session_that_ends_at_one_ends_its_stream_at_the_other() {
    let provider = Provider::start(&people()).await.unwrap();
    let (one, other) = TestServer::two(&provider).await;
    TestDevice::new().found(&one, &provider, "olga").await;
    let suspend = serde_json::to_vec(&ProviderRefused {
        error: "invalid_grant".into(),
    })
    .unwrap();
    for (route, body) in [(route::SIGN_OUT, Vec::new()), (route::PROVIDER_REFUSED, suspend)] {
        let (laptop, phone) = (TestDevice::new(), TestDevice::new());
        let ending = laptop.sign_in(&one, &provider, "ada").await;
        let staying = phone.sign_in(&one, &provider, "ada").await;
        let mut ended = stream::open(&other, &laptop, &ending).await;
        let mut stays = stream::open(&other, &phone, &staying).await;
        let cursor = follow(&other.app, None).await.unwrap();
        let access = Some(&ending.tokens.access);
        let draft = laptop.draft(&one, route, route.path, body, access);
        assert_eq!(laptop.send(&one, &draft).await.status, 204);
        follow(&other.app, Some(cursor)).await.unwrap();
        assert_eq!(stream::next(&mut ended).await, None, "{route}");
        let hint = stream::next(&mut stays).await;
        assert_eq!(hint.as_deref(), Some("event: sync\ndata: sync\n\n"));
    }
}

//! Two processes on one PostgreSQL: what counts once counts once for both.

use crate::support::{Setup, Tables, TestServer, device::TestDevice, people};
use claviger_model::{entropy::SystemEntropy, event::EventKind, ids::SessionId};
use claviger_protocol::{problem::Code, route, sign_in::Refresh};
use claviger_testkit::peers::provider::Provider;
use serde_json::json;

#[tokio::test]
async fn what_was_used_at_one_is_used_at_the_other() {
    let provider = Provider::start(&people()).await.unwrap();
    let tables = Tables::postgres().await;
    let setup = Setup {
        provider: &provider,
        tables: &tables,
        settings: Vec::new(),
    };
    let one = TestServer::start_with(&setup).await;
    let other = one.second(&setup).await;
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

//! What surrounds every route: problems, limits, health, the enrolment bundle.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use claviger_protocol::{
    enrolment::{Bundle, Enrolment},
    problem::Code,
    route, signed,
};
use claviger_testkit::peers::provider::Provider;
use support::{
    Setup, Tables, TestServer,
    device::{Reply, TestDevice},
    people,
};

async fn send(server: &TestServer, method: &str, path: &str) -> Reply {
    let client = claviger_testkit::http::client().unwrap();
    let request = client.request(method.parse().unwrap(), format!("{}{path}", server.url));
    Reply::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    assert_eq!(send(&server, "GET", "/v1/nothing").await.code(), Code::NotFound);
    let method = send(&server, "PUT", "/v1/enrolment").await;
    assert_eq!((method.status, method.code()), (405, Code::BadRequest));
    for route in route::ALL
        .iter()
        .filter(|route| route.caller != route::Caller::Anyone)
    {
        let reply = send(&server, route.method, &route.path.replace(['{', '}', '*'], "x")).await;
        assert_eq!(reply.status, 401, "{route}");
        assert!(
            matches!(reply.code(), Code::Unauthenticated | Code::BadProof),
            "{route}"
        );
        assert!(reply.nonce.is_some(), "{route}");
    }
    let device = TestDevice::new();
    let large = vec![b' '; 1024 * 1024 + 1];
    let draft = device.draft(&server, route::SIGN_IN, route::SIGN_IN.path, large, None);
    assert_eq!(device.send(&server, &draft).await.code(), Code::TooLarge);
    let draft = device.draft(
        &server,
        route::SIGN_IN,
        route::SIGN_IN.path,
        b"{\"x\":1}".to_vec(),
        None,
    );
    assert_eq!(device.send(&server, &draft).await.code(), Code::BadRequest);
}

#[tokio::test]
async fn calls_without_a_token_are_limited() {
    let provider = Provider::start(&people()).await.unwrap();
    let settings = vec![
        ("LIMITS__UNAUTHENTICATED_PER_SECOND", "1".to_owned()),
        ("LIMITS__UNAUTHENTICATED_BURST", "5".to_owned()),
    ];
    let server = TestServer::start_with(&Setup {
        provider: &provider,
        tables: &Tables::Sqlite,
        settings,
    })
    .await;
    let mut last = None;
    for _ in 0..20 {
        last = Some(send(&server, "GET", route::LIVE.path).await);
    }
    let last = last.unwrap();
    assert_eq!(last.code(), Code::TooMany);
    assert!(last.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn the_bundle_is_signed_by_the_key_that_it_names() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    assert_eq!(send(&server, "GET", route::LIVE.path).await.status, 200);
    assert_eq!(send(&server, "GET", route::READY.path).await.status, 200);
    let enrolment: Enrolment = send(&server, "GET", route::ENROLMENT.path).await.ok();
    let bundle: Bundle = signed::parse(&enrolment.bundle.body.0).unwrap();
    let key = claviger_crypto::signing::ServerPublicKey::from_bytes(bundle.orders.array().unwrap());
    key.verify(&enrolment.bundle.body.0, &enrolment.bundle.signature.0)
        .unwrap();
    assert_eq!(bundle.origin, server.url);
    assert_eq!(enrolment.issuer, provider.issuer());
    assert!(!enrolment.demonstration);
}

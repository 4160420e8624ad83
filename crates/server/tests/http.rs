//! What surrounds every route: problems, limits, health, the enrolment bundle, TLS, proxies.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use claviger_ledger::leaf::SOURCE_ADDRESS;
use claviger_model::event::EventKind;
use claviger_protocol::{
    enrolment::{Bundle, Enrolment},
    problem::Code,
    route, signed,
};
use claviger_testkit::{certificates, peers::provider::Provider};
use reqwest::header::HeaderMap;
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
        if route.caller == route::Caller::Provisioner {
            assert_eq!(
                reply.headers.get("content-type").unwrap(),
                "application/scim+json"
            );
            assert!(
                reply
                    .headers
                    .get("www-authenticate")
                    .unwrap()
                    .as_bytes()
                    .starts_with(b"Bearer")
            );
            continue;
        }
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
    // As many as it takes on a slow machine, where the limit gives some back meanwhile; one client, since making one is slow.
    let client = claviger_testkit::http::client().unwrap();
    let live = format!("{}{}", server.url, route::LIVE.path);
    let mut refused = None;
    for _ in 0..5_000 {
        let reply = Reply::read(client.get(&live).send().await.unwrap()).await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.code(), Code::TooMany);
    assert!(refused.headers.contains_key("retry-after"));
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

/// A server that speaks TLS as `localhost`, and a device that trusts only who vouches for it.
async fn over_tls(provider: &Provider) -> (TestServer, TestDevice) {
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let settings = vec![
        ("PUBLIC_ORIGIN", "https://vault.example".to_owned()),
        ("TLS__CERTIFICATE", path("tls.crt", certificates::SERVER)),
        ("TLS__KEY", path("tls.key", certificates::SERVER_KEY)),
    ];
    let mut server = TestServer::start_with(&Setup {
        provider,
        tables: &Tables::Sqlite,
        settings,
    })
    .await;
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    server.url = server.url.replace("127.0.0.1", "localhost");
    let mut device = TestDevice::new();
    device.http = trusting(certificates::AUTHORITY);
    (server, device)
}

fn trusting(authority: &str) -> reqwest::Client {
    let authority = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    reqwest::Client::builder()
        .tls_certs_only([authority])
        .no_proxy()
        .build()
        .unwrap()
}

#[tokio::test]
async fn calls_go_through_tls_and_nothing_else() {
    let provider = Provider::start(&people()).await.unwrap();
    let (server, device) = over_tls(&provider).await;
    let session = device.found(&server, &provider, "olga").await;
    let me = device.call(&server, route::ME, &session.tokens.access).await;
    assert_eq!(me.status, 200);

    let ready = format!("{}{}", server.url, route::READY.path);
    let stranger = trusting(certificates::ANOTHER_AUTHORITY);
    assert!(stranger.get(&ready).send().await.unwrap_err().is_connect());
    let by_address = ready.replace("localhost", "127.0.0.1");
    let refused = device.http.get(&by_address).send().await.unwrap_err();
    assert!(refused.is_connect(), "the certificate is of another name");
    let plain = ready.replace("https://", "http://");
    assert!(device.http.get(&plain).send().await.is_err());
    assert_eq!(device.http.get(&ready).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn only_configured_proxies_say_where_a_call_comes_from() {
    let provider = Provider::start(&people()).await.unwrap();
    for (trusted, expected) in [
        ("[]", "127.0.0.1"),
        ("[\"192.0.2.0/24\"]", "127.0.0.1"),
        ("[\"127.0.0.0/8\"]", "203.0.113.9"),
        ("[\"127.0.0.0/8\", \"203.0.113.0/24\"]", "198.51.100.7"),
    ] {
        let server = TestServer::start_with(&Setup {
            provider: &provider,
            tables: &Tables::Sqlite,
            settings: vec![("TRUSTED_PROXIES", trusted.to_owned())],
        })
        .await;
        let mut device = TestDevice::new();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.7, 203.0.113.9".parse().unwrap());
        device.http = reqwest::Client::builder()
            .default_headers(headers)
            .no_proxy()
            .build()
            .unwrap();
        device.found(&server, &provider, "olga").await;
        let event = server.events(EventKind::SignedIn).await.remove(0);
        let opening = event
            .openings
            .iter()
            .find(|opening| opening.field == SOURCE_ADDRESS);
        assert_eq!(opening.unwrap().value, expected, "{trusted}");
    }
}

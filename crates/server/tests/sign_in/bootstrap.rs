//! The first Owner.

use crate::support::{TestServer, device::TestDevice, people};
use claviger_model::{action::Action, entropy::SystemEntropy, event::EventKind};
use claviger_protocol::{enrolment::Enrolment, problem::Code, route, session::Me, sign_in::SignedIn};
use claviger_server::sign_in::bootstrap::{ArmError, arm};
use claviger_testkit::peers::provider::Provider;
use serde_json::json;
use std::time::Duration;

on_both!(the_code_makes_one_owner_once,);

async fn the_code_makes_one_owner_once() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let attempt = |code: Option<String>| {
        let (device, server, provider) = (&device, &server, &provider);
        async move {
            device
                .try_sign_in(server, provider, "olga", json!({}), code.as_deref())
                .await
        }
    };
    assert_eq!(attempt(None).await.code(), Code::NoOwner);
    assert!(!bootstrap_open(&server).await);

    let stale = server.bootstrap_code().await;
    server.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        attempt(Some(stale.expose().into())).await.code(),
        Code::BadBootstrap
    );

    let replaced = server.bootstrap_code().await;
    let code = server.bootstrap_code().await;
    assert!(bootstrap_open(&server).await);
    assert_eq!(
        attempt(Some(replaced.expose().into())).await.code(),
        Code::BadBootstrap
    );
    assert_eq!(attempt(Some("nonsense".into())).await.code(), Code::BadBootstrap);
    assert!(
        server.events(EventKind::SignedIn).await.is_empty(),
        "nothing was kept of the refused ones"
    );

    let session: SignedIn = attempt(Some(code.expose().into())).await.ok();
    assert!(session.bootstrapped);
    let me: Me = device.call(&server, route::ME, &session.tokens.access).await.ok();
    assert!(me.actions.contains(&Action::PolicyManage));
    assert!(!me.actions.contains(&Action::SecretReveal));
    assert_eq!(server.events(EventKind::Bootstrapped).await.len(), 1);
    assert!(!bootstrap_open(&server).await);

    assert_eq!(
        attempt(Some(code.expose().into())).await.code(),
        Code::BadBootstrap
    );
    let armed = arm(&server.app.store, &SystemEntropy).await;
    assert!(matches!(armed, Err(ArmError::OwnerExists)));
}

async fn bootstrap_open(server: &TestServer) -> bool {
    let reply = reqwest::get(format!("{}{}", server.url, route::ENROLMENT.path))
        .await
        .unwrap();
    reply.json::<Enrolment>().await.unwrap().bootstrap_open
}

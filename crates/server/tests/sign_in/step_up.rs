//! A fresher or stronger sign-in for a session that goes on: what must match, and what it changes.

use crate::support::{
    TestServer,
    device::{Reply, TestDevice, overlaid},
    people,
};
use claviger_crypto::challenge::Challenge;
use claviger_model::{event::EventKind, time::Clock};
use claviger_protocol::{
    problem::Code,
    route,
    sign_in::{Reassert, SignedIn, StepUp, Tokens},
    wire::Token,
};
use claviger_testkit::peers::provider::Provider;
use serde_json::{Value, json};
use std::time::Duration;

struct Rig {
    provider: Provider,
    server: TestServer,
    device: TestDevice,
    session: SignedIn,
}

impl Rig {
    async fn start(amr: Value) -> Self {
        let provider = Provider::start(&people()).await.unwrap();
        let server = TestServer::start(&provider).await;
        TestDevice::new().found(&server, &provider, "olga").await;
        let device = TestDevice::new();
        let session = device
            .try_sign_in(&server, &provider, "ada", json!({ "amr": amr }), None)
            .await
            .ok();
        server.clock.advance(Duration::from_secs(60));
        Self {
            provider,
            server,
            device,
            session,
        }
    }

    async fn token(&self, challenge: &Challenge, overlay: Value) -> String {
        let claims = self.device.claims(&self.server, &self.provider, challenge, "ada");
        self.provider
            .forge(overlaid(claims, overlay), json!({}))
            .await
            .unwrap()
    }

    async fn step_up(&self, challenge: &Challenge, token: String) -> Reply {
        let body = StepUp {
            challenge: challenge.as_bytes().to_vec().into(),
            id_token: Token::new(token),
        };
        let access = &self.session.tokens.access;
        self.device
            .post(&self.server, route::STEP_UP, &body, Some(access))
            .await
    }
}

#[tokio::test]
async fn the_same_session_takes_the_new_sign_in() {
    let rig = Rig::start(json!(["pwd"])).await;
    let before = {
        let mut reader = rig.server.app.store.reader().await.unwrap();
        reader.session(rig.session.session).await.unwrap().unwrap()
    };
    let challenge = rig.device.challenge(&rig.server).await;
    let token = rig
        .token(&challenge, json!({ "acr": "strong", "sid": "s2" }))
        .await;
    let tokens: Tokens = rig.step_up(&challenge, token).await.ok();
    let mut reader = rig.server.app.store.reader().await.unwrap();
    let session = reader.session(rig.session.session).await.unwrap().unwrap();
    drop(reader);
    assert_eq!(
        session.auth_time.unwrap().seconds(),
        rig.server.clock.now().seconds()
    );
    assert_eq!(
        (session.amr.as_slice(), session.acr.as_deref()),
        (&["pwd".to_owned(), "otp".to_owned()][..], Some("strong"))
    );
    assert_eq!(
        session.created_at, before.created_at,
        "it began with the first sign-in"
    );
    assert_eq!(session.ends_at, rig.session.ends_at, "it lives no longer for it");
    assert_eq!(rig.server.events(EventKind::SessionSteppedUp).await.len(), 1);
    // From now on the provider is asked again about this sign-in, not about the first.
    rig.server.clock.advance(Duration::from_secs(5));
    let now = rig.server.clock.now().seconds();
    let claims = json!({ "iat": now, "exp": now + 300, "auth_time": session.auth_time.unwrap().seconds(), "nonce": null });
    let token = rig.token(&challenge, claims).await;
    let body = Reassert {
        id_token: Token::new(token),
    };
    let reply = rig
        .device
        .post(&rig.server, route::REASSERT, &body, Some(&tokens.access))
        .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn whatever_does_not_match_changes_nothing() {
    let rig = Rig::start(json!(["pwd"])).await;
    let before = {
        let mut reader = rig.server.app.store.reader().await.unwrap();
        reader.session(rig.session.session).await.unwrap().unwrap()
    };
    let early = before.auth_time.unwrap().seconds() - 30;
    for (overlay, code) in [
        (json!({ "sub": "grace" }), Code::BadIdToken),
        (json!({ "nonce": "of another device" }), Code::BadIdToken),
        (json!({ "nonce": null }), Code::BadIdToken),
        (json!({ "auth_time": null }), Code::BadIdToken),
        (json!({ "auth_time": early }), Code::BadIdToken),
        (json!({ "amr": ["pwd"] }), Code::StepUp),
        (json!({ "amr": null }), Code::StepUp),
    ] {
        let challenge = rig.device.challenge(&rig.server).await;
        let token = rig.token(&challenge, overlay.clone()).await;
        assert_eq!(rig.step_up(&challenge, token).await.code(), code, "{overlay}");
    }
    // A challenge that the server never gave, and one that was used.
    let own = Challenge::from_bytes([7; 32]);
    let token = rig.token(&own, json!({})).await;
    assert_eq!(rig.step_up(&own, token).await.code(), Code::BadChallenge);
    let mut reader = rig.server.app.store.reader().await.unwrap();
    let after = reader.session(rig.session.session).await.unwrap().unwrap();
    assert_eq!(
        (after.auth_time, &after.amr, &after.nonce),
        (before.auth_time, &before.amr, &before.nonce)
    );
    let challenge = rig.device.challenge(&rig.server).await;
    let token = rig.token(&challenge, json!({})).await;
    let renewed: Tokens = rig.step_up(&challenge, token.clone()).await.ok();
    let body = StepUp {
        challenge: challenge.as_bytes().to_vec().into(),
        id_token: Token::new(token),
    };
    let again = rig
        .device
        .post(&rig.server, route::STEP_UP, &body, Some(&renewed.access))
        .await;
    assert_eq!(again.code(), Code::BadChallenge, "both count once");
}

//! The provider asked again: what must match, and what a refusal or a lost group does.

use crate::support::{
    TestServer,
    device::{Reply, TestDevice, overlaid},
    people,
};
use claviger_crypto::{
    challenge::Challenge,
    to_server::{ToServer, seal_to_server},
};
use claviger_model::{
    builtin_roles,
    conditions::GrantConditions,
    entropy::SystemEntropy,
    event::EventKind,
    grant::Grant,
    ids::{GrantId, ScopeId, SecretId},
    name::Name,
    principal::PrincipalKind,
    time::Clock,
};
use claviger_protocol::{
    order::{Order, OrdersCall, OrdersReply, Target},
    problem::Code,
    release::{ReleaseReply, ReleaseResult},
    route,
    session::Me,
    sign_in::{ProviderRefused, Reassert, SignedIn, Tokens},
    signed::{Signed, parse},
    wire::{Bytes, Token},
};
use claviger_storage::scopes::ScopeSettings;
use claviger_testkit::peers::provider::Provider;
use serde_json::{Value, json};
use std::time::Duration;

on_both!(
    after_an_hour_nothing_else_works,
    only_the_same_sign_in_of_the_same_person_counts,
    a_zone_is_taken_anew_and_silence_leaves_it,
    a_lost_group_takes_effect,
    a_lost_group_takes_what_only_it_gave,
    a_refusal_by_the_provider_suspends,
);

struct Rig {
    provider: Provider,
    server: TestServer,
    device: TestDevice,
    session: SignedIn,
    claims: Value,
}

impl Rig {
    async fn start() -> Self {
        let provider = Provider::start(&people()).await.unwrap();
        let server = TestServer::start(&provider).await;
        TestDevice::new().found(&server, &provider, "olga").await;
        let device = TestDevice::new();
        let challenge: Challenge = device.challenge(&server).await;
        let claims = device.claims(&server, &provider, &challenge, "ada");
        let token = provider.forge(claims.clone(), json!({})).await.unwrap();
        let body = device.sign_in_body(&challenge, token, None);
        let session = device.post(&server, route::SIGN_IN, &body, None).await.ok();
        Self {
            provider,
            server,
            device,
            session,
            claims,
        }
    }

    async fn reassert(&self, overlay: Value, access: &Token) -> Reply {
        let now = self.server.clock.now().seconds();
        let claims = overlaid(self.claims.clone(), json!({ "iat": now, "exp": now + 300 }));
        let token = self
            .provider
            .forge(overlaid(claims, overlay), json!({}))
            .await
            .unwrap();
        let body = Reassert {
            id_token: Token::new(token),
        };
        self.device
            .post(&self.server, route::REASSERT, &body, Some(access))
            .await
    }
}

async fn after_an_hour_nothing_else_works() {
    let rig = Rig::start().await;
    let mut tokens = rig.session.tokens.clone();
    for _ in 0..6 {
        rig.server.clock.advance(Duration::from_secs(600));
        tokens = rig.device.refreshed(&rig.server, &tokens.refresh).await;
    }
    assert_eq!(
        rig.device
            .call(&rig.server, route::ME, &tokens.access)
            .await
            .code(),
        Code::ReassertFirst
    );
    let renewed: Tokens = rig.reassert(json!({ "nonce": null }), &tokens.access).await.ok();
    assert_eq!(
        renewed.reassert_by,
        rig.server.clock.now().plus(Duration::from_secs(3600))
    );
    assert_eq!(renewed.refresh, tokens.refresh, "the family goes on");
    assert_eq!(
        rig.device
            .call(&rig.server, route::ME, &renewed.access)
            .await
            .status,
        200
    );
    assert_eq!(rig.server.events(EventKind::SessionReasserted).await.len(), 1);
}

async fn only_the_same_sign_in_of_the_same_person_counts() {
    let rig = Rig::start().await;
    rig.server.clock.advance(Duration::from_secs(2));
    let access = &rig.session.tokens.access;
    let auth_time = rig.claims.get("auth_time").unwrap().as_i64().unwrap();
    for (name, overlay) in [
        ("another person", json!({ "sub": "ben" })),
        ("another sign-in", json!({ "auth_time": auth_time + 1 })),
        ("no time of sign-in", json!({ "auth_time": null })),
        ("another nonce", json!({ "nonce": "another" })),
        ("another client", json!({ "aud": "another-app" })),
        (
            "too old",
            json!({ "iat": rig.server.clock.now().seconds() - 301 }),
        ),
    ] {
        assert_eq!(
            rig.reassert(overlay, access).await.code(),
            Code::BadIdToken,
            "{name}"
        );
    }
    let refused = rig.server.events(EventKind::SessionReasserted).await;
    assert_eq!(refused.len(), 6);
    assert!(
        refused
            .iter()
            .all(|event| event.actor == Some(rig.session.principal))
    );
    assert_eq!(
        rig.device.call(&rig.server, route::ME, access).await.status,
        200,
        "nothing changed"
    );
}

async fn a_lost_group_takes_effect() {
    let rig = Rig::start().await;
    let me: Me = rig
        .device
        .call(&rig.server, route::ME, &rig.session.tokens.access)
        .await
        .ok();
    let names = |me: &Me| me.teams.iter().map(|team| team.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&me), ["platform"]);
    assert_eq!(me.actions, [], "people are made without rights");
    rig.server.clock.advance(Duration::from_secs(60));
    let tokens: Tokens = rig
        .reassert(json!({ "groups": ["payments"] }), &rig.session.tokens.access)
        .await
        .ok();
    let me: Me = rig.device.call(&rig.server, route::ME, &tokens.access).await.ok();
    assert_eq!(names(&me), ["payments"]);
}

async fn a_zone_is_taken_anew_and_silence_leaves_it() {
    let rig = Rig::start().await;
    let mut access = rig.session.tokens.access.clone();
    for (overlay, expected) in [
        (json!({}), None),
        (json!({ "zoneinfo": "Asia/Tokyo" }), Some("Asia/Tokyo")),
        (json!({ "zoneinfo": "Europe/Berlin" }), Some("Europe/Berlin")),
        (json!({ "zoneinfo": "Mars/Olympus" }), Some("Europe/Berlin")),
        (json!({}), Some("Europe/Berlin")),
    ] {
        rig.server.clock.advance(Duration::from_secs(60));
        let tokens: Tokens = rig.reassert(overlay.clone(), &access).await.ok();
        access = tokens.access;
        let mut reader = rig.server.app.store.reader().await.unwrap();
        let found = reader.zones_of(rig.session.principal).await.unwrap();
        let zones: Vec<_> = found.iter().map(|(_, zone)| zone.as_str()).collect();
        assert_eq!(zones, expected.into_iter().collect::<Vec<_>>(), "{overlay}");
    }
}

/// Gives a team a role at a place of its own, with a secret in it.
async fn team_secret(rig: &Rig, team: &str) -> (ScopeId, SecretId) {
    let (scope, secret) = (ScopeId::random(&SystemEntropy), SecretId::random(&SystemEntropy));
    let editor = TestDevice::new();
    let session = editor.sign_in(&rig.server, &rig.provider, "ben").await;
    let mut locked = rig.server.app.store.locked().await.unwrap();
    let now = locked.now();
    let root = locked.root_scope().await.unwrap().unwrap().id;
    let name = |text: &str| Name::parse(text).unwrap();
    locked
        .insert_scope(
            scope,
            Some(root),
            &name("payments"),
            &ScopeSettings::default(),
            now,
        )
        .await
        .unwrap();
    let team = locked
        .principal_named(PrincipalKind::Team, &name(team))
        .await
        .unwrap()
        .unwrap();
    for (to, role) in [
        (team.id, builtin_roles::READER),
        (session.principal, builtin_roles::EDITOR),
    ] {
        let given = Grant {
            id: GrantId::random(&SystemEntropy),
            principal: to,
            role,
            scope,
            reason: "for the test".to_owned(),
            granted_by: session.principal,
            granted_at: now,
            not_before: None,
            expires_at: None,
            conditions: GrantConditions::default(),
            ended: None,
        };
        locked.insert_grant(&given).await.unwrap();
    }
    locked.commit().await.unwrap();
    let binding = ToServer::Write {
        organization: session.organization,
        device: session.device,
        secret,
        version: 1,
    };
    let to = rig.server.app.keys.now().sealing.public();
    let sealed = seal_to_server(&to, &binding, b"value", &SystemEntropy).unwrap();
    let (encapsulated, ciphertext) = sealed.split_at(33);
    let (encapsulated, ciphertext) = (Bytes(encapsulated.to_vec()), Bytes(ciphertext.to_vec()));
    let body = json!({
        "id": secret, "scope": scope, "description": {"name": "TOKEN"},
        "value": {"encapsulated": encapsulated, "ciphertext": ciphertext},
    });
    let access = &session.tokens.access;
    let made = editor
        .post(&rig.server, route::CREATE_SECRET, &body, Some(access))
        .await;
    assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
    (scope, secret)
}

/// Both when the provider is asked again and at the next sign-in.
async fn a_lost_group_takes_what_only_it_gave() {
    for again in [false, true] {
        let rig = Rig::start().await;
        let (scope, secret) = team_secret(&rig, "platform").await;
        let release = async |access: &Token| -> ReleaseResult {
            let body = json!({"items": [{"secret": secret, "purpose": "lease"}]});
            let reply = rig.device.post(&rig.server, route::RELEASES, &body, Some(access));
            let reply: ReleaseReply = reply.await.ok();
            reply.results.into_iter().next().unwrap()
        };
        let orders = async || -> Vec<Order> {
            let call = OrdersCall { after: 0 };
            let reply = rig.device.post(&rig.server, route::ORDERS, &call, None).await;
            let reply: OrdersReply = reply.ok();
            let parse = |signed: &Signed| parse(&signed.body.0).unwrap();
            reply.orders.iter().map(parse).collect()
        };
        let released = release(&rig.session.tokens.access).await;
        assert!(matches!(released, ReleaseResult::Released(_)), "{released:?}");
        assert_eq!(orders().await, []);

        rig.server.clock.advance(Duration::from_secs(60));
        let lost = json!({ "groups": ["payments"] });
        let access = if again {
            let reply = rig
                .device
                .try_sign_in(&rig.server, &rig.provider, "ada", lost, None)
                .await;
            reply.ok::<SignedIn>().tokens.access
        } else {
            let reply = rig.reassert(lost, &rig.session.tokens.access).await;
            reply.ok::<Tokens>().access
        };
        let refused = release(&access).await;
        assert!(
            matches!(&refused, ReleaseResult::Refused { problem } if problem.code == Code::NotFound),
            "{refused:?}"
        );
        let issued = orders().await;
        assert_eq!(issued.len(), 1, "at sign-in: {again}");
        assert_eq!(issued.first().unwrap().device, rig.session.device);
        let whole = Target::Scope { scope, names: true };
        assert_eq!(issued.first().unwrap().targets, [whole], "at sign-in: {again}");
    }
}

async fn a_refusal_by_the_provider_suspends() {
    let rig = Rig::start().await;
    let body = ProviderRefused {
        error: "invalid_grant".into(),
    };
    let access = &rig.session.tokens.access;
    let reply = rig
        .device
        .post(&rig.server, route::PROVIDER_REFUSED, &body, Some(access))
        .await;
    assert_eq!(reply.status, 204);
    assert_eq!(
        rig.device.call(&rig.server, route::ME, access).await.code(),
        Code::SessionEnded
    );
    let reply = rig.device.refresh(&rig.server, &rig.session.tokens.refresh).await;
    assert_eq!(reply.code(), Code::BadRefresh);
    assert_eq!(rig.server.events(EventKind::SessionSuspended).await.len(), 1);
    rig.device.sign_in(&rig.server, &rig.provider, "ada").await;
}

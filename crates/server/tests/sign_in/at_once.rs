//! The same device at the same moment: one outcome, whoever comes first.

use crate::support::{
    Setup, Tables, TestServer,
    device::{Draft, Reply, TestDevice},
    people,
};
use claviger_model::{event::EventKind, ids::DeviceId};
use claviger_protocol::{
    problem::Code,
    route::{self, Route},
    sign_in::{Refresh, SignedIn, Tokens},
};
use claviger_storage::sessions::{Session, SessionState};
use claviger_testkit::peers::provider::Provider;
use serde::Serialize;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::sync::Barrier;

on_both!(
    one_challenge_makes_one_session,
    two_challenges_of_a_device_leave_one_session,
    a_token_that_is_renewed_many_times_at_once_has_one_successor,
    one_proof_renews_once,
    a_refresh_and_a_sign_in_leave_one_session,
);

const AT_ONCE: usize = 8;
/// Only so that what waits for itself fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Servers of a test: one, or two on one PostgreSQL.
async fn servers(provider: &Provider) -> Vec<TestServer> {
    let tables = Tables::of_this_test().await;
    let setup = Setup {
        provider,
        tables: &tables,
        settings: Vec::new(),
    };
    let one = TestServer::start_with(&setup).await;
    match tables {
        Tables::Sqlite => vec![one],
        Tables::Postgres(_) => {
            let other = one.second(&setup).await;
            vec![one, other]
        }
    }
}

/// A call that is ready to be sent, with the address that it goes to.
struct Ready {
    url: String,
    proof: String,
    body: Vec<u8>,
}

fn ready(server: &TestServer, device: &TestDevice, route: Route, body: &impl Serialize) -> Ready {
    let draft = draft(server, device, route, body);
    proved(server, device, &draft)
}

fn draft(server: &TestServer, device: &TestDevice, route: Route, body: &impl Serialize) -> Draft {
    device.draft(server, route, route.path, serde_json::to_vec(body).unwrap(), None)
}

fn proved(server: &TestServer, device: &TestDevice, draft: &Draft) -> Ready {
    Ready {
        url: format!("{}{}", server.url, draft.path),
        proof: device.proof(draft),
        body: draft.body.clone(),
    }
}

/// Sends all of them when each has a connection of its own and stands at the line.
async fn at_once(calls: Vec<Ready>) -> Vec<Reply> {
    let line = Arc::new(Barrier::new(calls.len()));
    let sent: Vec<_> = calls
        .into_iter()
        .map(|call| {
            let line = Arc::clone(&line);
            tokio::spawn(async move {
                let http = claviger_testkit::http::client().unwrap();
                let live = call.url.split("/v1").next().unwrap().to_owned() + route::LIVE.path;
                http.get(live).send().await.unwrap().bytes().await.unwrap();
                let request = http.post(call.url).header("dpop", call.proof).body(call.body);
                line.wait().await;
                Reply::read(request.send().await.unwrap()).await
            })
        })
        .collect();
    let mut replies = Vec::new();
    for reply in sent {
        replies.push(tokio::time::timeout(PATIENCE, reply).await.unwrap().unwrap());
    }
    replies
}

/// The successes, after every other reply turned out to be the one refusal that is right.
fn successes(replies: Vec<Reply>, refusal: Code) -> Vec<Reply> {
    let (good, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    for reply in refused {
        assert_eq!(reply.code(), refusal);
    }
    good
}

async fn living(server: &TestServer, session: &SignedIn) -> Vec<Session> {
    let mut reader = server.app.store.reader().await.unwrap();
    let mut sessions = reader.sessions_of(session.principal).await.unwrap();
    sessions.retain(|one| one.state == SessionState::Active);
    sessions
}

async fn devices(server: &TestServer, session: &SignedIn) -> Vec<DeviceId> {
    let mut reader = server.app.store.reader().await.unwrap();
    let devices = reader.devices_of(session.principal).await.unwrap();
    devices.into_iter().map(|device| device.id).collect()
}

async fn one_challenge_makes_one_session() {
    let provider = Provider::start(&people()).await.unwrap();
    let servers = servers(&provider).await;
    let one = servers.first().unwrap();
    TestDevice::new().found(one, &provider, "olga").await;
    let device = TestDevice::new();
    let challenge = device.challenge(one).await;
    let claims = device.claims(one, &provider, &challenge, "ada");
    let token = provider.forge(claims, json!({})).await.unwrap();
    let body = device.sign_in_body(&challenge, token, None);
    let calls = servers.iter().cycle().take(AT_ONCE);
    let calls = calls.map(|server| ready(server, &device, route::SIGN_IN, &body));
    let mut good = successes(at_once(calls.collect()).await, Code::BadChallenge);
    assert_eq!(good.len(), 1);
    let session: SignedIn = good.remove(0).ok();
    assert_eq!(living(one, &session).await.len(), 1);
    assert_eq!(devices(one, &session).await, [session.device]);
    assert_eq!(one.events(EventKind::SignedIn).await.len(), 2);
    let me = device.call(one, route::ME, &session.tokens.access).await;
    assert_eq!(me.status, 200);
}

async fn two_challenges_of_a_device_leave_one_session() {
    let provider = Provider::start(&people()).await.unwrap();
    let servers = servers(&provider).await;
    let one = servers.first().unwrap();
    TestDevice::new().found(one, &provider, "olga").await;
    // Neither person nor device is known before.
    let device = TestDevice::new();
    let mut calls = Vec::new();
    for server in servers.iter().cycle().take(AT_ONCE) {
        let challenge = device.challenge(server).await;
        // Each token is another one, as the provider would make it.
        let claims = crate::support::device::overlaid(
            device.claims(server, &provider, &challenge, "ada"),
            json!({ "jti": crate::support::device::random_text() }),
        );
        let token = provider.forge(claims, json!({})).await.unwrap();
        let body = device.sign_in_body(&challenge, token, None);
        calls.push(ready(server, &device, route::SIGN_IN, &body));
    }
    let replies = at_once(calls).await;
    let sessions: Vec<SignedIn> = replies.iter().map(Reply::ok).collect();
    let first = sessions.first().unwrap();
    assert!(
        sessions
            .iter()
            .all(|session| (session.principal, session.device) == (first.principal, first.device))
    );
    assert_eq!(devices(one, first).await, [first.device]);
    let living = living(one, first).await;
    assert_eq!(living.len(), 1, "each sign-in ends the one before it");
    let mut good = 0;
    for session in &sessions {
        let me = device.call(one, route::ME, &session.tokens.access).await;
        if me.status == 200 {
            good += 1;
            assert_eq!(session.session, living.first().unwrap().id);
        } else {
            assert_eq!(me.code(), Code::SessionEnded);
        }
    }
    assert_eq!(good, 1);
    let ended = one.events(EventKind::SessionEnded).await.len();
    assert_eq!(ended, AT_ONCE - 1, "and each of these ends stands in the log");
}

async fn a_token_that_is_renewed_many_times_at_once_has_one_successor() {
    let provider = Provider::start(&people()).await.unwrap();
    let servers = servers(&provider).await;
    let one = servers.first().unwrap();
    let device = TestDevice::new();
    let session = device.found(one, &provider, "olga").await;
    let mut refresh = session.tokens.refresh.clone();
    for _ in 0..3 {
        let body = Refresh {
            refresh: refresh.clone(),
        };
        let calls = servers.iter().cycle().take(AT_ONCE);
        let calls = calls.map(|server| ready(server, &device, route::REFRESH, &body));
        let replies = at_once(calls.collect()).await;
        let tokens: Vec<Tokens> = replies.iter().map(Reply::ok).collect();
        let next = tokens.first().unwrap().refresh.clone();
        assert_ne!(next, refresh);
        assert!(
            tokens.iter().all(|tokens| tokens.refresh == next),
            "one successor"
        );
        let mut good = 0;
        for tokens in &tokens {
            let me = device.call(one, route::ME, &tokens.access).await;
            if me.status == 200 {
                good += 1;
            } else {
                assert_eq!(me.code(), Code::Unauthenticated);
            }
        }
        assert_eq!(good, 1, "the last access token is the one");
        refresh = next;
    }
    let living = living(one, &session).await;
    assert_eq!(living.len(), 1);
    assert_eq!(living.first().unwrap().refresh_n, 4, "no number was skipped");
    assert!(one.events(EventKind::ReplayDetected).await.is_empty());
    assert!(one.events(EventKind::SessionEnded).await.is_empty());
}

async fn one_proof_renews_once() {
    let provider = Provider::start(&people()).await.unwrap();
    let servers = servers(&provider).await;
    let one = servers.first().unwrap();
    let device = TestDevice::new();
    let session = device.found(one, &provider, "olga").await;
    let body = Refresh {
        refresh: session.tokens.refresh.clone(),
    };
    let draft = draft(one, &device, route::REFRESH, &body);
    let calls = servers.iter().cycle().take(AT_ONCE);
    let calls = calls.map(|server| proved(server, &device, &draft));
    let mut good = successes(at_once(calls.collect()).await, Code::ProofReused);
    assert_eq!(good.len(), 1);
    let tokens: Tokens = good.remove(0).ok();
    let me = device.call(one, route::ME, &tokens.access).await;
    assert_eq!(me.status, 200, "the family lives");
}

async fn a_refresh_and_a_sign_in_leave_one_session() {
    let provider = Provider::start(&people()).await.unwrap();
    let servers = servers(&provider).await;
    let one = servers.first().unwrap();
    let device = TestDevice::new();
    let first = device.found(one, &provider, "olga").await;
    let challenge = device.challenge(one).await;
    let claims = device.claims(one, &provider, &challenge, "olga");
    let token = provider.forge(claims, json!({})).await.unwrap();
    let body = device.sign_in_body(&challenge, token, None);
    let renew = Refresh {
        refresh: first.tokens.refresh.clone(),
    };
    let mut calls = vec![ready(one, &device, route::SIGN_IN, &body)];
    for server in servers.iter().cycle().take(AT_ONCE) {
        calls.push(ready(server, &device, route::REFRESH, &renew));
    }
    let mut replies = at_once(calls).await;
    let second: SignedIn = replies.remove(0).ok();
    let renewed = successes(replies, Code::BadRefresh);
    let living = living(one, &second).await;
    assert_eq!(living.len(), 1);
    assert_eq!(living.first().unwrap().id, second.session);
    for reply in renewed {
        let tokens: Tokens = reply.ok();
        let code = device.call(one, route::ME, &tokens.access).await.code();
        assert!(
            matches!(code, Code::SessionEnded | Code::Unauthenticated),
            "{code:?}"
        );
    }
    let me = device.call(one, route::ME, &second.tokens.access).await;
    assert_eq!(me.status, 200);
}

//! Refresh tokens: rotation, the lost reply, and what ends a family.

use super::id_tokens::expect_counted;
use crate::support::{TestServer, device::TestDevice, people};
use claviger_model::event::EventKind;
use claviger_protocol::{problem::Code, route, wire::Token};
use claviger_testkit::peers::provider::Provider;
use std::time::Duration;

on_both!(
    a_lost_reply_costs_nothing_until_the_successor_was_used,
    another_key_ends_the_family,
    what_the_server_never_made_is_refused_and_counted,
    nothing_outlives_twelve_hours,
);

async fn a_lost_reply_costs_nothing_until_the_successor_was_used() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let first = device.found(&server, &provider, "olga").await.tokens;
    let second = device.refreshed(&server, &first.refresh).await;
    assert_ne!(second.refresh, first.refresh);
    let again = device.refreshed(&server, &first.refresh).await;
    assert_eq!(again.refresh, second.refresh, "the same successor");
    assert_eq!(
        device.call(&server, route::ME, &second.access).await.code(),
        Code::Unauthenticated
    );
    assert_eq!(device.call(&server, route::ME, &again.access).await.status, 200);

    let third = device.refreshed(&server, &second.refresh).await;
    assert_eq!(
        device.refresh(&server, &first.refresh).await.code(),
        Code::BadRefresh
    );
    assert_eq!(
        device.call(&server, route::ME, &third.access).await.code(),
        Code::SessionEnded
    );
    assert_eq!(
        device.refresh(&server, &third.refresh).await.code(),
        Code::BadRefresh,
        "the family has ended"
    );
    assert_eq!(server.events(EventKind::ReplayDetected).await.len(), 1);
    assert_eq!(server.events(EventKind::SessionEnded).await.len(), 1);
}

async fn another_key_ends_the_family() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let (device, thief) = (TestDevice::new(), TestDevice::new());
    let session = device.found(&server, &provider, "olga").await;
    assert_eq!(
        thief.refresh(&server, &session.tokens.refresh).await.code(),
        Code::BadRefresh
    );
    assert_eq!(
        device.refresh(&server, &session.tokens.refresh).await.code(),
        Code::BadRefresh
    );
    let replay = server.events(EventKind::ReplayDetected).await.remove(0);
    assert_eq!(
        replay.actor, None,
        "whoever it was, it was not the person's device"
    );
}

async fn what_the_server_never_made_is_refused_and_counted() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let session = device.found(&server, &provider, "olga").await;
    let text = session.tokens.refresh.expose();
    let mut altered = text.as_bytes().to_vec();
    let place = altered.get_mut(30).unwrap();
    *place = if *place == b'A' { b'B' } else { b'A' };
    for (name, text) in [
        ("altered", String::from_utf8(altered).unwrap()),
        ("nonsense", "x".repeat(75)),
    ] {
        assert_eq!(
            device.refresh(&server, &Token::new(text)).await.code(),
            Code::BadRefresh,
            "{name}"
        );
        expect_counted(&server, Code::BadRefresh, name).await;
    }
    device.refreshed(&server, &session.tokens.refresh).await;
}

async fn nothing_outlives_twelve_hours() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let session = device.found(&server, &provider, "olga").await;
    server
        .clock
        .advance(Duration::from_secs(12 * 3600) - Duration::from_secs(60));
    let tokens = device.refreshed(&server, &session.tokens.refresh).await;
    assert_eq!(tokens.access_expires_at, session.ends_at);
    server.minute_passes().await;
    assert_eq!(
        device.refresh(&server, &tokens.refresh).await.code(),
        Code::BadRefresh
    );
    assert_eq!(
        server.events(EventKind::SessionEnded).await.len(),
        1,
        "the job said so in the log"
    );
}

//! The stream: bound to its session, and says next to nothing.

use crate::support::{TestServer, device::TestDevice, people};
use claviger_protocol::{problem::Code, route, sign_in::SignedIn, stream::Hint};
use claviger_server::{sequencer::job, stream::Audience};
use claviger_testkit::peers::provider::Provider;
use std::time::Duration;

on_both!(
    hints_reach_whom_they_are_for_and_the_stream_ends_with_the_session,
    whoever_loses_the_stream_hears_before_what_waits_for_them,
    a_stopping_server_closes_streams_and_lets_go_of_its_file,
);

/// Opens a stream and reads until its first hint, after which it listens.
pub async fn open(server: &TestServer, device: &TestDevice, session: &SignedIn) -> reqwest::Response {
    let draft = device.draft(
        server,
        route::STREAM,
        route::STREAM.path,
        Vec::new(),
        Some(&session.tokens.access),
    );
    let mut reply = device
        .http
        .get(format!("{}{}", server.url, draft.path))
        .header("dpop", device.proof(&draft))
        .header(
            "authorization",
            format!("DPoP {}", session.tokens.access.expose()),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(reply.headers().get("content-type").unwrap(), "text/event-stream");
    assert_eq!(
        next(&mut reply).await.as_deref(),
        Some("event: sync\ndata: sync\n\n")
    );
    reply
}

pub async fn next(stream: &mut reqwest::Response) -> Option<String> {
    let chunk = stream.chunk().await.unwrap()?;
    Some(String::from_utf8(chunk.to_vec()).unwrap())
}

async fn hints_reach_whom_they_are_for_and_the_stream_ends_with_the_session() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let (laptop, other) = (TestDevice::new(), TestDevice::new());
    let ada = laptop.sign_in(&server, &provider, "ada").await;
    let ben = other.sign_in(&server, &provider, "ben").await;
    let (mut hers, mut his) = (
        open(&server, &laptop, &ada).await,
        open(&server, &other, &ben).await,
    );
    server
        .app
        .hints
        .hint(Audience::Person(ada.principal), Hint::Orders);
    server.app.hints.hint(Audience::Everyone, Hint::Sync);
    assert_eq!(
        next(&mut hers).await.as_deref(),
        Some("event: orders\ndata: orders\n\n")
    );
    assert_eq!(
        next(&mut hers).await.as_deref(),
        Some("event: sync\ndata: sync\n\n")
    );
    assert_eq!(
        next(&mut his).await.as_deref(),
        Some("event: sync\ndata: sync\n\n"),
        "hers is not for him"
    );
    assert_eq!(
        laptop
            .call(&server, route::SIGN_OUT, &ada.tokens.access)
            .await
            .status,
        204
    );
    assert_eq!(next(&mut hers).await, None);

    server.clock.advance(Duration::from_secs(600));
    server.app.hints.hint(Audience::Everyone, Hint::Sync);
    assert_eq!(next(&mut his).await, None, "the token has ended");
    assert_eq!(
        other
            .call(&server, route::STREAM, &ben.tokens.access)
            .await
            .code(),
        Code::Unauthenticated
    );
}

async fn whoever_loses_the_stream_hears_before_what_waits_for_them() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let laptop = TestDevice::new();
    let ada = laptop.sign_in(&server, &provider, "ada").await;
    let mut hers = open(&server, &laptop, &ada).await;
    let (session, device) = (ada.session, ada.device);
    let over = job::<(), _>(move |change| {
        Box::pin(async move {
            change.close_stream(session);
            change.hint(Audience::Device(device), Hint::Orders);
            Ok(())
        })
    });
    server.app.sequencer.change(over).await.unwrap();
    assert_eq!(
        next(&mut hers).await.as_deref(),
        Some("event: orders\ndata: orders\n\n")
    );
    assert_eq!(next(&mut hers).await, None);
}

async fn a_stopping_server_closes_streams_and_lets_go_of_its_file() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let device = TestDevice::new();
    let session = device.found(&server, &provider, "olga").await;
    let mut stream = open(&server, &device, &session).await;
    server.stop().await;
    assert_eq!(next(&mut stream).await, None);
}

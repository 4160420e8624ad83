//! What was counted in the minute in which the server stops.

use crate::{
    id_tokens::expect_counted,
    support::{Setup, Tables, TestServer, device::TestDevice, people},
};
use claviger_protocol::{problem::Code, route};
use claviger_testkit::peers::provider::Provider;

#[tokio::test]
async fn is_in_the_log_after_the_next_start() {
    let provider = Provider::start(&people()).await.unwrap();
    let setup = Setup {
        provider: &provider,
        tables: &Tables::Sqlite,
        settings: Vec::new(),
    };
    let server = TestServer::start_with(&setup).await;
    let device = TestDevice::new();
    let challenge = device.challenge(&server).await;
    let body = device.sign_in_body(&challenge, "no token".to_owned(), None);
    let reply = device.post(&server, route::SIGN_IN, &body, None).await;
    assert_eq!(reply.code(), Code::BadIdToken);
    let server = server.restarted(&setup).await;
    expect_counted(&server, Code::BadIdToken, "a sign-in of the last minute").await;
}

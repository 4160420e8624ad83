//! Signing out, ending sessions, ending devices.

use crate::support::{TestServer, device::TestDevice, people};
use claviger_model::{entropy::SystemEntropy, event::EventKind, ids::SessionId};
use claviger_protocol::{
    order::{Order, OrdersCall, OrdersReply, Target},
    problem::Code,
    route, signed,
};
use claviger_testkit::peers::provider::Provider;

on_both!(
    a_session_ends_with_the_next_call,
    an_ended_device_reaches_its_orders_and_nothing_else,
);

async fn a_session_ends_with_the_next_call() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    let (owner, laptop, phone) = (TestDevice::new(), TestDevice::new(), TestDevice::new());
    let olga = owner.found(&server, &provider, "olga").await;
    let here = laptop.sign_in(&server, &provider, "ada").await;
    let there = phone.sign_in(&server, &provider, "ada").await;

    let path = |session: SessionId| route::END_SESSION.at(&[&session]);
    let unknown = SessionId::random(&SystemEntropy);
    for session in [unknown, olga.session] {
        let reply = laptop
            .call_at(&server, route::END_SESSION, &path(session), &here.tokens.access)
            .await;
        assert_eq!(
            reply.code(),
            Code::NotFound,
            "another's session and none are the same"
        );
    }
    let reply = laptop
        .call_at(
            &server,
            route::END_SESSION,
            &path(there.session),
            &here.tokens.access,
        )
        .await;
    assert_eq!(reply.status, 204);
    assert_eq!(
        phone.call(&server, route::ME, &there.tokens.access).await.code(),
        Code::SessionEnded
    );
    assert_eq!(
        laptop
            .call(&server, route::SIGN_OUT, &here.tokens.access)
            .await
            .status,
        204
    );
    assert_eq!(
        laptop.call(&server, route::ME, &here.tokens.access).await.code(),
        Code::SessionEnded
    );

    let again = phone.sign_in(&server, &provider, "ada").await;
    let reply = owner
        .call_at(
            &server,
            route::END_SESSION,
            &path(again.session),
            &olga.tokens.access,
        )
        .await;
    assert_eq!(reply.status, 204, "an Owner may");
    let ended = server.events(EventKind::SessionEnded).await;
    assert_eq!(ended.len(), 5, "three endings and two refusals");
}

async fn an_ended_device_reaches_its_orders_and_nothing_else() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let (laptop, phone) = (TestDevice::new(), TestDevice::new());
    let here = laptop.sign_in(&server, &provider, "ada").await;
    let there = phone.sign_in(&server, &provider, "ada").await;
    let path = route::END_DEVICE.at(&[&there.device]);
    assert_eq!(
        laptop
            .call_at(&server, route::END_DEVICE, &path, &here.tokens.access)
            .await
            .status,
        204
    );
    let again = laptop
        .call_at(&server, route::END_DEVICE, &path, &here.tokens.access)
        .await;
    assert_eq!(again.code(), Code::WrongState);

    assert_eq!(
        phone.call(&server, route::ME, &there.tokens.access).await.code(),
        Code::DeviceEnded
    );
    let refused = phone.refresh(&server, &there.tokens.refresh).await;
    assert_eq!(refused.code(), Code::DeviceEnded);
    let reply: OrdersReply = phone
        .post(&server, route::ORDERS, &OrdersCall { after: 0 }, None)
        .await
        .ok();
    let order = reply.orders.first().unwrap();
    server
        .app
        .keys
        .now()
        .orders_public
        .verify(&order.body.0, &order.signature.0)
        .unwrap();
    let order: Order = signed::parse(&order.body.0).unwrap();
    assert_eq!(
        (order.device, order.seq, order.targets),
        (there.device, 1, vec![Target::Everything])
    );
    let stranger = TestDevice::new()
        .post(&server, route::ORDERS, &OrdersCall { after: 0 }, None)
        .await;
    assert_eq!(stranger.code(), Code::DeviceEnded);
}

//! A right sign-in: who, which device, which teams, and what the log says.

use crate::support::{TestServer, device::TestDevice, people};
use claviger_model::event::EventKind;
use claviger_protocol::{problem::Code, route, session::SessionsReply};
use claviger_storage::principals::{Identity, ZoneSource};
use claviger_testkit::peers::provider::Provider;
use serde_json::json;

on_both!(
    a_person_is_issuer_and_subject_whatever_their_address,
    only_an_address_that_the_provider_vouches_for_is_written_to,
    the_zone_in_which_somebody_works_is_taken_over_where_it_is_known,
    one_session_a_device_and_one_person_a_key,
);

async fn a_person_is_issuer_and_subject_whatever_their_address() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let (laptop, phone) = (TestDevice::new(), TestDevice::new());
    let mail = json!({ "email": "ada@example.test", "name": "Ada" });
    let first: claviger_protocol::sign_in::SignedIn = laptop
        .try_sign_in(&server, &provider, "ada", mail.clone(), None)
        .await
        .ok();
    let renamed = json!({ "email": "ada.l@example.test", "name": "Ada Lovelace" });
    let second: claviger_protocol::sign_in::SignedIn = phone
        .try_sign_in(&server, &provider, "ada", renamed, None)
        .await
        .ok();
    assert_eq!(first.principal, second.principal);
    assert_ne!(first.device, second.device);
    let other: claviger_protocol::sign_in::SignedIn = TestDevice::new()
        .try_sign_in(&server, &provider, "adele", mail, None)
        .await
        .ok();
    assert_ne!(other.principal, first.principal, "an address identifies nobody");

    let mut reader = server.app.store.reader().await.unwrap();
    let identity = Identity {
        issuer: provider.issuer().to_owned(),
        subject: "ada".into(),
    };
    let ada = reader.principal_by_identity(&identity).await.unwrap().unwrap();
    assert_eq!((ada.id, ada.name.as_str()), (first.principal, "Ada Lovelace"));
    drop(reader);
    let listed: SessionsReply = phone
        .call(&server, route::SESSIONS, &second.tokens.access)
        .await
        .ok();
    assert_eq!(listed.sessions.len(), 2);
    assert_eq!(listed.devices.iter().filter(|device| device.this).count(), 1);
    let signed_in = server.events(EventKind::SignedIn).await;
    assert_eq!(signed_in.len(), 4);
    let text = String::from_utf8(signed_in.first().unwrap().leaf.clone()).unwrap();
    for personal in ["127.0.0.1", "\"ada\"", "Lovelace", "@"] {
        assert!(!text.contains(personal), "{personal} stands in {text}");
    }
}

async fn only_an_address_that_the_provider_vouches_for_is_written_to() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let cases = [
        (
            json!({ "email": "ada@example.test", "email_verified": true }),
            Some("ada@example.test"),
        ),
        (json!({ "email": "ada@evil.test", "email_verified": false }), None),
        (
            json!({ "email": "ada@other.test", "email_verified": true }),
            Some("ada@other.test"),
        ),
        (json!({ "email": "ada@evil.test" }), None),
    ];
    for (claims, expected) in cases {
        let signed: claviger_protocol::sign_in::SignedIn = TestDevice::new()
            .try_sign_in(&server, &provider, "ada", claims.clone(), None)
            .await
            .ok();
        let mut reader = server.app.store.reader().await.unwrap();
        let found = reader.mail_addresses(&[signed.principal]).await.unwrap();
        let address = found.first().map(|(_, address)| address.as_str());
        assert_eq!(address, expected, "{claims}");
    }
}

async fn the_zone_in_which_somebody_works_is_taken_over_where_it_is_known() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let cases = [
        (json!({ "zoneinfo": "Europe/Berlin" }), Some("Europe/Berlin")),
        (
            json!({ "zoneinfo": "america/new_york" }),
            Some("America/New_York"),
        ),
        (json!({ "zoneinfo": "Mars/Olympus" }), None),
        (json!({ "zoneinfo": "Europe/Paris" }), Some("Europe/Paris")),
        (json!({}), None),
    ];
    for (claims, expected) in cases {
        let signed: claviger_protocol::sign_in::SignedIn = TestDevice::new()
            .try_sign_in(&server, &provider, "ada", claims.clone(), None)
            .await
            .ok();
        let mut reader = server.app.store.reader().await.unwrap();
        let found = reader.zones_of(signed.principal).await.unwrap();
        let zones: Vec<_> = found.iter().map(|(by, zone)| (*by, zone.as_str())).collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|zone| (ZoneSource::SignIn, zone))
            .collect();
        assert_eq!(zones, expected, "{claims}");
    }
}

async fn one_session_a_device_and_one_person_a_key() {
    let provider = Provider::start(&people()).await.unwrap();
    let server = TestServer::start(&provider).await;
    TestDevice::new().found(&server, &provider, "olga").await;
    let device = TestDevice::new();
    let first = device.sign_in(&server, &provider, "ada").await;
    let second = device.sign_in(&server, &provider, "ada").await;
    assert_eq!(first.device, second.device);
    assert_eq!(
        device.call(&server, route::ME, &first.tokens.access).await.code(),
        Code::SessionEnded
    );
    assert_eq!(
        device
            .call(&server, route::ME, &second.tokens.access)
            .await
            .status,
        200
    );
    let reply = device
        .try_sign_in(&server, &provider, "ben", json!({}), None)
        .await;
    assert_eq!(reply.code(), Code::DeviceEnded);
    assert_eq!(
        device
            .call(&server, route::ME, &second.tokens.access)
            .await
            .status,
        200
    );
}

//! How long a key lives, and what is shown of it.

use super::super::*;
use claviger_model::{event::EventKind, service::LIVE_KEYS};
use claviger_storage::log::LogFilter;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test(flavor = "multi_thread")]
async fn keys_have_an_end_and_two_live_at_once() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let now = house.clock.now();
    let make = async |extra: Value| {
        let body = key_body(&DeviceKey::generate().unwrap(), extra);
        say(
            &house,
            &crew.lead,
            route::MAKE_SERVICE_KEY,
            &[&crew.service],
            body,
        )
        .await
    };
    for (extra, words) in [
        (json!({"ends_at": now}), "future"),
        (json!({"ends_at": now.plus(DAY * 366)}), "one year"),
        (json!({"ends_at": -5}), "future"),
        (
            json!({"networks": (0..33).map(|n| format!("10.0.{n}.0/24")).collect::<Vec<_>>()}),
            "32",
        ),
        (json!({"networks": ["10.0.0.1/8"]}), "line"),
        (json!({"public_key": {"kty": "RSA"}}), "public key"),
        (json!({"private_key": "MIG"}), "line"),
        (json!({"name": "a/b"}), "line"),
    ] {
        let answer = make(extra.clone()).await;
        assert_eq!(answer.code(), "bad_request", "{extra}");
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains(words), "{extra}: {detail}");
    }
    let key = DeviceKey::generate().unwrap();
    let mut jwk = serde_json::to_value(key.public()).unwrap();
    jwk["d"] = json!("c2VjcmV0");
    let private = make(json!({"public_key": jwk})).await;
    assert_eq!(private.code(), "bad_request");
    assert!(
        !String::from_utf8(private.body).unwrap().contains("c2VjcmV0"),
        "not repeated"
    );

    // The same call again makes one; the same key under another id none.
    let body = key_body(&key, json!({"networks": ["10.0.0.0/8", "10.0.0.0/8"]}));
    for _ in 0..2 {
        let reply: ServiceReply = say(
            &house,
            &crew.lead,
            route::MAKE_SERVICE_KEY,
            &[&crew.service],
            body.clone(),
        )
        .await
        .parse();
        let [made] = reply.service.keys.as_slice() else {
            panic!("{reply:?}")
        };
        assert_eq!(made.ends_at, now.plus(DAY * 90));
        assert_eq!((made.networks.len(), made.live, made.uses), (1, true, 0));
        assert_eq!(made.thumbprint.0, key.public().thumbprint().as_bytes());
    }
    let again = say(
        &house,
        &crew.lead,
        route::MAKE_SERVICE_KEY,
        &[&crew.service],
        key_body(&key, json!({})),
    )
    .await;
    assert_eq!(again.code(), "key_known");
    let device = key_body(&crew.lead.key, json!({}));
    let device = say(
        &house,
        &crew.lead,
        route::MAKE_SERVICE_KEY,
        &[&crew.service],
        device,
    )
    .await;
    assert_eq!(device.code(), "key_known", "a computer's key");

    for _ in 1..LIVE_KEYS {
        assert_eq!(make(json!({"ends_at": now.plus(DAY)})).await.code(), "ok");
    }
    assert_eq!(make(json!({})).await.code(), "key_limit");
    house.clock.advance(DAY);
    let lead = house.sign_in(crew.lead.principal).await;
    let body = key_body(&DeviceKey::generate().unwrap(), json!({}));
    let after = say(&house, &lead, route::MAKE_SERVICE_KEY, &[&crew.service], body).await;
    assert_eq!(after.code(), "ok", "one is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_key_yields_nothing_from_the_next_request_on() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    given(&house, crew.service, roles::APPLICATION, house.places.production).await;
    let (first, one) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let (_, two) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let (old, new) = (
        signed_in(&house, crew.service, &one).await,
        signed_in(&house, crew.service, &two).await,
    );
    for who in [&old, &new] {
        assert_eq!(using(&house, who, secret).await, "released");
    }
    let stranger = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let why = || json!({"reason": "leaked"});
    let refused = say(&house, &stranger, route::END_SERVICE_KEY, &[&first], why()).await;
    assert_eq!(refused.code(), "not_found");
    let wordless = say(
        &house,
        &crew.lead,
        route::END_SERVICE_KEY,
        &[&first],
        json!({"reason": " "}),
    )
    .await;
    assert_eq!(wordless.code(), "bad_request");
    assert_eq!(
        say(&house, &crew.lead, route::END_SERVICE_KEY, &[&first], why())
            .await
            .code(),
        "ok"
    );
    assert_eq!(using(&house, &old, secret).await, "session_ended");
    assert_eq!(
        using(&house, &new, secret).await,
        "released",
        "the other key goes on"
    );
    let late = exchange(&house, &instance(crew.service), &one).await;
    assert_eq!((late.status, late.code().as_str()), (401, "key_ended"));
    let twice = say(&house, &crew.lead, route::END_SERVICE_KEY, &[&first], why()).await;
    assert_eq!(twice.code(), "wrong_state");

    // Each of these stands in the service's history.
    let mut reader = house.app.store.reader().await.unwrap();
    let filter = LogFilter {
        subject: Some(crew.service),
        ..LogFilter::default()
    };
    let entries = reader.events_matching(&filter, None, 100).await.unwrap();
    let count = |kind| entries.iter().filter(|entry| entry.kind == kind).count();
    assert_eq!(count(EventKind::PrincipalCreated), 1);
    assert_eq!(count(EventKind::ServiceKeyMade), 2);
    assert_eq!(count(EventKind::ServiceKeyEnded), 2, "done, and refused as over");
    assert_eq!(count(EventKind::SignedIn), 3, "two, and the refused one");
    assert_eq!(count(EventKind::SessionEnded), 1);
    assert_eq!(count(EventKind::SecretUsed), 3);
    for entry in &entries {
        let text = String::from_utf8(entry.leaf.clone()).unwrap();
        for hidden in ["leaked", "first", "127.0.0.1"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn age_and_use_of_a_key_are_shown() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let start = house.clock.now();
    let (_, key) = keyed(
        &house,
        &crew.lead,
        crew.service,
        json!({"ends_at": start.plus(DAY * 300)}),
    )
    .await;
    for days in [0, 1, 80] {
        house.clock.set(start.plus(DAY * days));
        assert_eq!(exchange(&house, &instance(crew.service), &key).await.code(), "ok");
    }
    house.clock.set(start.plus(DAY * 90));
    let lead = house.sign_in(crew.lead.principal).await;
    let shown: ServiceReply = say(&house, &lead, route::SERVICE, &[&crew.service], Value::Null)
        .await
        .parse();
    let key = &shown.service.keys[0];
    assert_eq!(key.made_at, start);
    assert_eq!(key.last_used_at, Some(start.plus(DAY * 80)));
    assert_eq!(key.uses, 2, "in the last 90 days");
}

//! Networks of a key, its refusals, and how often an address may ask.

use super::super::*;
use super::events;
use claviger_ledger::leaf::Outcome;
use claviger_model::event::EventKind;
use claviger_storage::log::LogFilter;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_good_from_its_networks_only_at_the_exchange_and_at_each_call() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    given(&house, crew.service, roles::CI_TEST, house.places.production).await;
    let (_, half) = keyed(
        &house,
        &crew.lead,
        crew.service,
        json!({"networks": ["10.1.0.0/16"]}),
    )
    .await;
    let asking = instance(crew.service);
    let out = signed(&half, &claims(&house, &asking));
    assert_eq!(post(&house, &asking, &out, HERE).await.code(), "wrong_network");
    let within = signed(&half, &claims(&house, &asking));
    let reply: ServiceTokenReply = post(&house, &asking, &within, [10, 1, 2, 3]).await.parse();
    let running = with_token(asking, &reply);
    let from = async |peer: [u8; 4], route: Route, body: Value| {
        let body = if body.is_null() {
            Vec::new()
        } else {
            serde_json::to_vec(&body).unwrap()
        };
        let mut request = house.request(Some(&running), &route, route.path, body);
        let peer: SocketAddr = (peer, 4_000).into();
        request.extensions_mut().insert(ConnectInfo(peer));
        house.send(request).await
    };
    let items = json!({"items": [{"secret": secret, "purpose": "use"}]});
    for (peer, code) in [
        ([10, 1, 9, 9], "ok"),
        ([10, 2, 0, 1], "wrong_network"),
        ([10, 1, 0, 1], "ok"),
    ] {
        assert_eq!(from(peer, route::ME, Value::Null).await.code(), code, "{peer:?}");
        assert_eq!(
            from(peer, route::RELEASES, items.clone()).await.code(),
            code,
            "{peer:?}"
        );
    }
    let refused = events(&house, crew.service)
        .await
        .into_iter()
        .filter(
            |(_, leaf)| matches!(&leaf.outcome, Outcome::Refused(code) if code.as_str() == "wrong_network"),
        )
        .count();
    assert_eq!(refused, 2, "one of the exchange, one of the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_a_key_are_recorded_once_a_minute_and_counted_otherwise() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let (key, half) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let ended = say(
        &house,
        &crew.lead,
        route::END_SERVICE_KEY,
        &[&key],
        json!({"reason": "over"}),
    )
    .await;
    assert_eq!(ended.code(), "ok");
    let before = house.head().await.next_index;
    for _ in 0..5 {
        assert_eq!(
            exchange(&house, &instance(crew.service), &half).await.code(),
            "key_ended"
        );
    }
    for _ in 0..5 {
        let unknown = DeviceKey::generate().unwrap();
        assert_eq!(
            exchange(&house, &instance(crew.service), &unknown).await.code(),
            "bad_assertion"
        );
    }
    assert_eq!(house.head().await.next_index, before + 1);
    house.clock.advance(Duration::from_secs(60));
    claviger_server::jobs::sweep(&house.app).await;
    let mut reader = house.app.store.reader().await.unwrap();
    let filter = LogFilter {
        kinds: vec![EventKind::FailuresCounted],
        ..LogFilter::default()
    };
    let counted: Vec<_> = reader
        .events_matching(&filter, None, 10)
        .await
        .unwrap()
        .iter()
        .map(|entry| String::from_utf8(entry.leaf.clone()).unwrap())
        .collect();
    let says = |code: &str, count: u32| {
        counted
            .iter()
            .any(|leaf| leaf.contains(code) && leaf.contains(&format!("\"count\":{count}")))
    };
    assert!(says("key_ended", 4) && says("bad_assertion", 5), "{counted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exchange_is_limited_by_address() {
    let house = House::with(|config| {
        config.limits.unauthenticated_per_second = 1;
        config.limits.unauthenticated_burst = 20;
    })
    .await;
    let asking = instance(PrincipalId::random(&SystemEntropy));
    let mut last = String::new();
    for _ in 0..5_000 {
        last = exchange(&house, &asking, &asking.key).await.code();
        if last == "too_many_requests" {
            break;
        }
    }
    assert_eq!(last, "too_many_requests");
}

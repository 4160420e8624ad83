//! The exchange of an assertion for a token, and what the token is good for.

use super::*;
use crate::{
    releases::{open, release, released},
    replicas::two,
};
use claviger_ledger::leaf::{Leaf, Outcome};
use claviger_model::event::EventKind;
use claviger_protocol::release::ReleaseReply;
use claviger_storage::log::{LogEntry, LogFilter};
use std::time::Duration;

async fn events(house: &House, subject: PrincipalId) -> Vec<(LogEntry, Leaf)> {
    let mut reader = house.app.store.reader().await.unwrap();
    let filter = LogFilter {
        subject: Some(subject),
        ..LogFilter::default()
    };
    let mut entries = reader.events_matching(&filter, None, 1_000).await.unwrap();
    entries.sort_by_key(|entry| entry.index);
    entries
        .into_iter()
        .map(|entry| {
            let leaf = Leaf::parse(&entry.leaf).unwrap();
            (entry, leaf)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_exchanged_for_a_token_of_ten_minutes_and_values_are_sealed_to_the_instance() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let secret = house.secret(house.places.production, "A", b"the value").await;
    given(&house, crew.service, roles::CI_DEPLOY, house.places.production).await;
    let (key, half) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let asking = instance(crew.service);
    let reply: ServiceTokenReply = exchange(&house, &asking, &half).await.parse();
    assert_eq!(
        reply.access_expires_at,
        house.clock.now().plus(Duration::from_secs(600))
    );
    assert_eq!(reply.principal, crew.service);
    let running = with_token(asking, &reply);
    let reply: ReleaseReply = release(&house, &running, secret, "reveal").await.parse();
    let value = released(&reply);
    assert_eq!(open(&house, &running, secret, &reply, value), b"the value");
    let leaf = Leaf::parse(&value.leaf.0).unwrap();
    let actor = leaf.actor.unwrap();
    assert!(actor.service && actor.principal == crew.service);
    assert_eq!(leaf.lease.unwrap().max_age_ms, 0, "a service keeps nothing");
    let kept = release(&house, &running, secret, "lease").await.json();
    assert_eq!(kept["results"][0]["problem"]["code"], "forbidden");
    let signed = events(&house, crew.service).await;
    let (_, sign_in) = signed
        .iter()
        .find(|(entry, _)| entry.kind == EventKind::SignedIn)
        .unwrap();
    assert_eq!(sign_in.object.key, Some(key));
    assert_eq!(sign_in.object.session, Some(running.session));

    // The token ends, the next assertion extends the same session.
    house.clock.advance(Duration::from_secs(540));
    assert_eq!(using(&house, &running, secret).await, "released");
    let next: ServiceTokenReply = exchange(&house, &running, &half).await.parse();
    assert_eq!((next.session, next.device), (running.session, running.device));
    assert_eq!(
        using(&house, &running, secret).await,
        "unauthenticated",
        "the old token"
    );
    let running = with_token(running, &next);
    house.clock.advance(Duration::from_secs(599));
    assert_eq!(using(&house, &running, secret).await, "released");
    // There is nothing to refresh, to step up or to vouch for.
    for (route, body) in [
        (route::STEP_UP, json!({"challenge": "AAAA", "id_token": "x"})),
        (route::REASSERT, json!({"id_token": "x"})),
    ] {
        let answer = say(&house, &running, route, &[], body).await;
        assert!(answer.status >= 400, "{route}");
    }
    let refresh = house
        .app
        .keys
        .now()
        .refresh
        .token(running.session, 0)
        .expose()
        .to_owned();
    let refresh = house
        .call(Some(&running), &route::REFRESH, &[], &json!({"refresh": refresh}))
        .await;
    assert_eq!(refresh.code(), "bad_refresh_token");
    assert_eq!(
        using(&house, &running, secret).await,
        "released",
        "nothing of that ended it"
    );
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(using(&house, &running, secret).await, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_its_key_and_is_bound_to_its_instance() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let end = house.clock.now().plus(Duration::from_secs(300));
    let (_, half) = keyed(&house, &crew.lead, crew.service, json!({"ends_at": end})).await;
    let asking = instance(crew.service);
    let reply: ServiceTokenReply = exchange(&house, &asking, &half).await.parse();
    assert_eq!((reply.access_expires_at, reply.key_ends_at), (end, end));
    let running = with_token(asking, &reply);
    let thief = Actor {
        token: running.token.clone(),
        ..instance(crew.service)
    };
    assert_eq!(
        say(&house, &thief, route::ME, &[], Value::Null).await.code(),
        "bad_proof"
    );
    let me = say(&house, &running, route::ME, &[], Value::Null).await;
    assert_eq!(me.json()["person"]["kind"], "service");
    house.clock.set(end);
    assert_eq!(
        say(&house, &running, route::ME, &[], Value::Null).await.code(),
        "unauthenticated"
    );
    assert_eq!(
        exchange(&house, &instance(crew.service), &half).await.code(),
        "key_ended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_that_is_not_right_yields_nothing() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let another = made(
        &house,
        &crew.lead,
        crew.team,
        house.places.production,
        "production",
    )
    .await;
    let (_, half) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let asking = instance(crew.service);
    let stranger = DeviceKey::generate().unwrap();
    assert_eq!(exchange(&house, &asking, &stranger).await.code(), "bad_assertion");
    assert_eq!(
        exchange(&house, &instance(another), &half).await.code(),
        "bad_assertion",
        "another service's key"
    );
    assert_eq!(
        exchange(&house, &instance(crew.lead.principal), &half)
            .await
            .code(),
        "bad_assertion",
        "a person"
    );
    let thief = instance(crew.service);
    let stolen = signed(&half, &claims(&house, &asking));
    assert_eq!(
        post(&house, &thief, &stolen, HERE).await.code(),
        "bad_assertion",
        "made for another instance's key"
    );
    let mut old = claims(&house, &asking);
    old["nonce"] = json!(
        house
            .app
            .keys
            .now()
            .nonces
            .issue(house.clock.now().minus(Duration::from_secs(120)))
    );
    assert_eq!(
        post(&house, &asking, &signed(&half, &old), HERE).await.code(),
        "use_dpop_nonce"
    );
    for text in ["", "a.b.c", &"x".repeat(9_000)] {
        assert_eq!(post(&house, &asking, text, HERE).await.code(), "bad_assertion");
    }
    let body = json!({"assertion": "x", "unknown": 1});
    let unknown = house.call(Some(&asking), &route::SERVICE_TOKEN, &[], &body).await;
    assert_eq!(unknown.code(), "bad_request");
    assert_eq!(
        house.call(None, &route::SERVICE_TOKEN, &[], &body).await.code(),
        "bad_proof"
    );
    // A computer's key is nobody else's instance.
    let laptop = Actor {
        principal: crew.service,
        ..house.actor(&[]).await
    };
    assert_eq!(exchange(&house, &laptop, &half).await.code(), "device_ended");
    assert_eq!(exchange(&house, &asking, &half).await.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_counts_once_at_every_process() {
    let (one, two, _directory) = two().await;
    let crew = crew(&one).await;
    let (_, half) = keyed(&one, &crew.lead, crew.service, json!({})).await;
    let asking = instance(crew.service);
    let assertion = signed(&half, &claims(&one, &asking));
    assert_eq!(post(&one, &asking, &assertion, HERE).await.code(), "ok");
    // The same assertion under proofs of their own, here and there.
    for house in [&one, &two] {
        assert_eq!(
            post(house, &asking, &assertion, HERE).await.code(),
            "proof_reused"
        );
    }
    let replays = events(&one, crew.service)
        .await
        .into_iter()
        .filter(|(entry, leaf)| entry.kind == EventKind::ReplayDetected && leaf.outcome != Outcome::Allowed)
        .count();
    assert_eq!(replays, 2, "each process says so once");

    // What one process ends, the other refuses.
    let (key, half) = keyed(&one, &crew.lead, crew.service, json!({})).await;
    let running = signed_in(&two, crew.service, &half).await;
    assert_eq!(
        say(&two, &running, route::ME, &[], Value::Null).await.code(),
        "ok"
    );
    let ended = say(
        &one,
        &crew.lead,
        route::END_SERVICE_KEY,
        &[&key],
        json!({"reason": "over"}),
    )
    .await;
    assert_eq!(ended.code(), "ok");
    assert_eq!(
        say(&two, &running, route::ME, &[], Value::Null).await.code(),
        "session_ended"
    );
    assert_eq!(
        exchange(&two, &instance(crew.service), &half).await.code(),
        "key_ended"
    );
}

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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_forgotten_and_nothing_else() {
    let house = House::new().await;
    let crew = crew(&house).await;
    let (_, half) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let job = signed_in(&house, crew.service, &half).await;
    house.clock.advance(Duration::from_secs(25 * 3600));
    let running = signed_in(&house, crew.service, &half).await;
    let before = house.head().await.next_index;
    claviger_server::jobs::sweep(&house.app).await;
    let mut reader = house.app.store.reader().await.unwrap();
    assert!(reader.session(job.session).await.unwrap().is_none());
    assert!(reader.device(job.device).await.unwrap().is_none());
    assert!(reader.session(running.session).await.unwrap().is_some());
    assert!(
        reader.session(crew.lead.session).await.unwrap().is_some(),
        "a person's"
    );
    drop(reader);
    let events = house
        .app
        .store
        .reader()
        .await
        .unwrap()
        .events_from(before, 100)
        .await
        .unwrap();
    let about: Vec<_> = events
        .iter()
        .filter(|event| {
            Leaf::parse(&event.leaf)
                .unwrap()
                .subjects
                .iter()
                .any(|subject| subject.id == crew.service)
        })
        .collect();
    assert!(about.is_empty(), "{}", about.len());
    assert_eq!(
        say(&house, &running, route::ME, &[], Value::Null).await.code(),
        "ok"
    );
}

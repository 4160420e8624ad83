//! The token: what it is good for, and when it is over.

use super::super::*;
use super::events;
use crate::releases::{open, release, released};
use claviger_ledger::leaf::Leaf;
use claviger_model::event::EventKind;
use claviger_protocol::release::ReleaseReply;
use std::time::Duration;

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

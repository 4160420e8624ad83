//! The assertion: what makes it right, and that it counts once.

use super::super::*;
use super::events;
use crate::replicas::two;
use claviger_ledger::leaf::Outcome;
use claviger_model::event::EventKind;
use std::time::Duration;

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

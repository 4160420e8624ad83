//! What is kept of requests: read page by page, whatever their number, and told one by one.

use super::id_of;
use crate::house::{House, request_id};
use claviger_model::{
    builtin_roles as roles,
    ids::{PrincipalId, RequestId},
    time::{Clock, Timestamp},
};
use claviger_protocol::{
    requests::{RequestHistoryReply, RequestsReply},
    route,
};
use claviger_storage::requests::{Answer, Asked, Request, RequestState};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

fn withdrawn(house: &House, by: PrincipalId, at: Timestamp) -> Request {
    Request {
        id: request_id(),
        asked: Asked::Access {
            role: roles::READER,
            secret: None,
            seconds: 600,
            extends: None,
        },
        scope: house.places.production,
        asked_by: by,
        asked_at: at,
        reason: "and again".to_owned(),
        state: RequestState::Withdrawn,
        answer: Some(Answer {
            by,
            at,
            word: String::new(),
            version: None,
        }),
    }
}

/// One person asked 10,000 times: what others ask is still listed, and each of the 10,000 is found once.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_requests_of_one_person_hide_nobody_elses() {
    const MANY: usize = 10_000;
    let house = House::new().await;
    let production = house.places.production;
    let eager = house.actor(&[(roles::VIEWER, production)]).await;
    let other = house.actor(&[(roles::VIEWER, production)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let waits = id_of(&house.ask(&other, roles::READER, production, 3600).await);
    let start = house.clock.now().plus(Duration::from_secs(1));
    let mut locked = house.app.store.locked().await.unwrap();
    for number in 0..MANY {
        // Several in the same moment.
        let at = start.plus(Duration::from_millis(u64::try_from(number / 3).unwrap()));
        locked
            .insert_request(&withdrawn(&house, eager.principal, at))
            .await
            .unwrap();
    }
    locked.commit().await.unwrap();
    house.clock.advance(Duration::from_secs(5));
    let listed: RequestsReply = house
        .call(Some(&lead), &route::REQUESTS, &[], &Value::Null)
        .await
        .parse();
    assert!(listed.requests.len() <= 1_000, "{}", listed.requests.len());
    assert!(listed.requests.iter().any(|request| request.id == waits));

    for (by, expected) in [(&lead, MANY + 1), (&eager, MANY), (&other, 1)] {
        let (mut found, mut after, mut last) = (BTreeSet::<RequestId>::new(), Value::Null, None);
        loop {
            let body = json!({"after": after});
            let page: RequestHistoryReply = house
                .call(Some(by), &route::REQUEST_HISTORY, &[], &body)
                .await
                .parse();
            assert!(page.requests.len() <= 200);
            for request in &page.requests {
                assert!(found.insert(request.id), "each once");
                assert!(last.is_none_or(|last| request.asked_at <= last), "newest first");
                last = Some(request.asked_at);
            }
            let Some(next) = page.next else { break };
            after = serde_json::to_value(next).unwrap();
        }
        assert_eq!(found.len(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_an_old_request_reaches_devices_past_a_hundred_newer_ones() {
    let house = House::new().await;
    let production = house.places.production;
    let viewer = house.actor(&[(roles::VIEWER, production)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let old = id_of(&house.ask(&viewer, roles::READER, production, 3600).await);
    let mut locked = house.app.store.locked().await.unwrap();
    let later = locked.now().plus(Duration::from_secs(1));
    for _ in 0..150 {
        locked
            .insert_request(&withdrawn(&house, viewer.principal, later))
            .await
            .unwrap();
    }
    locked.commit().await.unwrap();
    let sync = async |cursor: u64| {
        let body = json!({"cursor": cursor});
        house.call(Some(&viewer), &route::SYNC, &[], &body).await.json()
    };
    let cursor = sync(0).await["cursor"].as_u64().unwrap();
    assert_eq!(house.refuse(&lead, old).await.code(), "ok");
    let news = sync(cursor).await;
    let told: Vec<_> = news["requests"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 1, "what changed, and nothing else");
    assert_eq!(
        (&told[0]["id"], &told[0]["state"]),
        (&json!(old), &json!("refused"))
    );
}

//! Tokens of the provider's client.

use super::{Client, On, token};
use crate::house::House;
use claviger_model::{builtin_roles::OWNER, entropy::SystemEntropy, event::EventKind, ids::KeyId};
use claviger_protocol::{
    provisioning::{MadeToken, TokensReply},
    route,
};
use claviger_storage::log::LogFilter;
use serde_json::{Value, json};
use std::time::Duration;

on_both! {
    a_token_is_shown_once_followed_by_another_and_ended,
    a_token_ends_by_itself_and_its_terms_are_bounded,
    whoever_comes_without_a_token_is_counted_and_told_to_wait,
}

async fn counts(house: &House, text: &str) -> bool {
    let client = Client {
        house,
        token: text.to_owned(),
    };
    client.call("GET", "/Users", Value::Null).await.status == 200
}

async fn a_token_is_shown_once_followed_by_another_and_ended(on: On) {
    let house = on.house(|_| ()).await;
    let mut olga = house.actor(&[(OWNER, house.places.root)]).await;
    let (id, first) = token(&house, &olga).await;
    assert!(counts(&house, &first).await);
    let body = json!({"id": id, "name": "again", "days": 30});
    let again = house.call(Some(&olga), &route::MAKE_SCIM_TOKEN, &[], &body).await;
    assert_eq!(again.code(), "conflict", "nobody is shown it again");
    let listed = house
        .call(Some(&olga), &route::SCIM_TOKENS, &[], &Value::Null)
        .await;
    let text = String::from_utf8(listed.body.clone()).unwrap();
    assert!(!text.contains(&first), "{text}");
    let listed: TokensReply = listed.parse();
    assert_eq!(listed.tokens.len(), 1);
    assert!(listed.tokens[0].last_used_at.is_some());

    let follow = async |olga: &crate::house::Actor, before: KeyId, hours: u32| -> MadeToken {
        let body = json!({"id": KeyId::random(&SystemEntropy), "days": 30, "overlap_hours": hours});
        house
            .call(Some(olga), &route::ROTATE_SCIM_TOKEN, &[&before], &body)
            .await
            .parse()
    };
    let second = follow(&olga, id, 2).await;
    assert!(counts(&house, &first).await && counts(&house, second.token.expose()).await);
    house.clock.advance(Duration::from_secs(2 * 3600));
    olga = house.sign_in(olga.principal).await;
    assert!(
        !counts(&house, &first).await,
        "its time beside the new one is over"
    );
    let third = follow(&olga, second.id, 0).await;
    assert!(!counts(&house, second.token.expose()).await && counts(&house, third.token.expose()).await);
    let end = house
        .call(Some(&olga), &route::END_SCIM_TOKEN, &[&third.id], &Value::Null)
        .await;
    assert_eq!(end.code(), "ok");
    assert!(!counts(&house, third.token.expose()).await);
    let rotated = house
        .call(
            Some(&olga),
            &route::ROTATE_SCIM_TOKEN,
            &[&third.id],
            &json!({"id": KeyId::random(&SystemEntropy), "days": 1, "overlap_hours": 0}),
        )
        .await;
    assert_eq!(rotated.code(), "wrong_state");

    let kinds = vec![
        EventKind::ProvisioningTokenMade,
        EventKind::ProvisioningTokenEnded,
    ];
    let filter = LogFilter {
        kinds,
        ..LogFilter::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let events = reader.events_matching(&filter, None, 100).await.unwrap();
    let done = events
        .iter()
        .filter(|event| event.outcome == claviger_storage::log::Outcome::Done);
    assert_eq!(done.count(), 5, "three made, two ended");
}

async fn a_token_ends_by_itself_and_its_terms_are_bounded(on: On) {
    let house = on.house(|_| ()).await;
    let olga = house.actor(&[(OWNER, house.places.root)]).await;
    for days in [0, 367] {
        let body = json!({"id": KeyId::random(&SystemEntropy), "name": "x", "days": days});
        let answer = house.call(Some(&olga), &route::MAKE_SCIM_TOKEN, &[], &body).await;
        assert_eq!(answer.code(), "bad_request");
    }
    let (_, text) = token(&house, &olga).await;
    house.clock.advance(Duration::from_secs(30 * 24 * 3600 - 1));
    assert!(counts(&house, &text).await);
    house.clock.advance(Duration::from_secs(1));
    assert!(!counts(&house, &text).await);
}

async fn whoever_comes_without_a_token_is_counted_and_told_to_wait(on: On) {
    let house = on.house(|config| config.limits.unauthenticated_burst = 5).await;
    let client = Client::new(&house).await;
    let mut statuses = Vec::new();
    for wrong in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        .into_iter()
        .cycle()
        .take(8)
    {
        let stranger = Client {
            house: &house,
            token: wrong.to_owned(),
        };
        let reply = stranger.call("GET", "/Users", Value::Null).await;
        assert!(reply.json["Resources"].is_null());
        statuses.push(reply.status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    assert_eq!(
        client.call("GET", "/Users", Value::Null).await.status,
        200,
        "who has a token goes on"
    );
    house.clock.advance(Duration::from_secs(60));
    claviger_server::jobs::sweep(&house.app).await;
    let filter = LogFilter {
        kinds: vec![EventKind::FailuresCounted],
        ..LogFilter::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let events = reader.events_matching(&filter, None, 10).await.unwrap();
    assert_eq!(events.len(), 1, "one event for the minute");
    let leaf = claviger_ledger::leaf::Leaf::parse(&events[0].leaf).unwrap();
    let facts = serde_json::to_value(&leaf.facts).unwrap();
    assert_eq!(
        (&facts["count"], &facts["code"]),
        (&json!(8), &json!("unauthenticated"))
    );
}

//! What was told is posted until it is taken or given up.

use super::{
    super::{
        receiver::{Manner, Receiver},
        webhook,
    },
    give, webhooks,
};
use crate::house::House;
use claviger_model::builtin_roles as roles;
use claviger_protocol::route;
use claviger_server::telling::outbox::{self, BACKOFF};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_is_posted_with_ids_only_until_it_is_taken_or_given_up() {
    let receiver = Receiver::start(Manner::Answers(500)).await;
    let house = House::with(|config| receiver.listed(config)).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let person = house.actor(&[]).await;
    let before = give(&house, &lead, &person).await;
    house.catch_up().await;
    let id = webhook(&house, &owner, &receiver.url()).await;
    let tested = house
        .call(Some(&owner), &route::TEST_WEBHOOK, &[&id], &Value::Null)
        .await;
    assert_eq!(
        tested.json(),
        json!({"taken": false, "said": "answered with 500"})
    );
    assert_eq!(receiver.posted()[0].json()["type"], "test");

    let grant = give(&house, &lead, &person).await;
    house.catch_up().await;
    let mut tries = 1;
    for wait in BACKOFF {
        outbox::deliver(&house.app).await.unwrap();
        tries += 1;
        assert_eq!(receiver.posted().len(), tries);
        outbox::deliver(&house.app).await.unwrap();
        assert_eq!(receiver.posted().len(), tries, "not before its time");
        house.clock.advance(wait);
    }
    let shown = webhooks(&house, &owner).await;
    let last = shown.webhooks[0].last.clone().unwrap();
    assert_eq!(
        (last.taken, last.said.as_str(), shown.webhooks[0].waiting),
        (false, "answered with 500", 1)
    );
    outbox::deliver(&house.app).await.unwrap();
    house.clock.advance(Duration::from_secs(90 * 24 * 3600));
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(receiver.posted().len(), tries + 1, "its attempts are over");
    let shown = webhooks(&house, &owner).await;
    assert_eq!((shown.webhooks[0].waiting, shown.webhooks[0].given_up), (0, 1));
    assert_eq!(shown.given_up[0].kind, "access.given");

    let posted = receiver.posted();
    let first = &posted[1];
    assert!(
        posted[1..]
            .iter()
            .all(|post| post.id() == first.id() && post.body == first.body)
    );
    let json = first.json();
    assert_eq!(json["type"], "access.given");
    assert_eq!(json["data"]["about"]["grant"], json!(grant));
    assert_eq!(json["data"]["person"], json!(person.principal));
    let text = String::from_utf8(first.body.clone()).unwrap();
    for name in [
        "payments",
        "production",
        "Reader",
        "Somebody",
        "the secret reason",
    ] {
        assert!(!text.contains(name), "{text}");
    }
    assert!(!text.contains(&before.to_string()));

    // Works again, with the next one.
    receiver.behaves(Manner::Answers(200));
    let lead = house.sign_in(lead.principal).await;
    give(&house, &lead, &person).await;
    house.catch_up().await;
    outbox::deliver(&house.app).await.unwrap();
    assert!(
        webhooks(&house, &owner).await.webhooks[0]
            .last
            .clone()
            .unwrap()
            .taken
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_it_posts_posts_again_under_the_same_id() {
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let house = House::with(|config| receiver.listed(config)).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let person = house.actor(&[]).await;
    webhook(&house, &owner, &receiver.url()).await;
    give(&house, &lead, &person).await;
    house.catch_up().await;
    receiver.behaves(Manner::Silent);
    // Dies in the middle of the post.
    let app = house.app.clone();
    let died = tokio::time::timeout(
        Duration::from_millis(700),
        async move { outbox::deliver(&app).await },
    );
    assert!(died.await.is_err());
    assert_eq!(receiver.posted().len(), 1);
    receiver.behaves(Manner::Answers(200));
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(receiver.posted().len(), 1, "another process may still be at it");
    house.clock.advance(Duration::from_secs(301));
    outbox::deliver(&house.app).await.unwrap();
    let posted = receiver.posted();
    assert_eq!(posted.len(), 2);
    assert_eq!(posted[0].id(), posted[1].id());
}

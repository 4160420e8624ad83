//! Receivers that are slow, down and lying do not hold up a good one: proved by the order of what happens, not by the clock.

use super::{
    receiver::{Manner, Receiver},
    webhook,
};
use crate::house::House;
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::GrantId};
use claviger_protocol::route;
use claviger_server::telling::outbox;
use claviger_storage::notices::Channel;
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

/// More than any number of deliveries that are tried side by side.
const MANY: usize = 40;

async fn ended(house: &House, channel: Channel) -> bool {
    let mut reader = house.app.store.reader().await.unwrap();
    reader.last_delivery(channel).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_receiver_gets_everything_while_the_first_post_to_a_slow_one_still_lasts() {
    let slow = Receiver::start(Manner::Silent).await;
    let lying = Receiver::start(Manner::Endless).await;
    let resetting = Receiver::start(Manner::Resets).await;
    let good = Receiver::start(Manner::Answers(200)).await;
    let down = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap().port()
    };
    let house = House::with(|config| {
        config.webhooks = good.rules();
        for port in [slow.port, lying.port, resetting.port, down] {
            config.webhooks.allow.push(format!("localhost:{port}"));
        }
        // The slow one is waited for as long as it takes.
        config.webhooks.patience = Duration::from_secs(600);
    })
    .await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let person = house.actor(&[]).await;
    // The bad ones are first in every order there is, but for what happens.
    let slow_channel = Channel::Webhook(webhook(&house, &owner, &slow.url()).await);
    for url in [
        lying.url(),
        resetting.url(),
        format!("https://localhost:{down}/hook"),
    ] {
        webhook(&house, &owner, &url).await;
    }
    let good_channel = Channel::Webhook(webhook(&house, &owner, &good.url()).await);
    for _ in 0..MANY {
        let body = json!({
            "id": GrantId::random(&SystemEntropy), "principal": person.principal, "role": roles::READER,
            "scope": house.places.production, "reason": "on call",
        });
        let given = house.call(Some(&lead), &route::GIVE_GRANT, &[], &body).await;
        assert_eq!(given.code(), "ok");
    }
    house.catch_up().await;
    let job = tokio::spawn(outbox::run(house.app.clone(), Duration::from_millis(50)));
    while good.posted().len() < MANY || slow.posted().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(
        !ended(&house, slow_channel).await,
        "the slow one has not answered once"
    );
    let few = slow.posted().len();
    assert!(few < MANY / 2, "{few} posts to a slow receiver at once");
    let ids: BTreeSet<_> = good.posted().iter().map(|post| post.id().to_owned()).collect();
    assert_eq!(ids.len(), MANY, "each once");

    // What comes meanwhile reaches the good one, too, and its end is written.
    let body = json!({
        "id": GrantId::random(&SystemEntropy), "principal": person.principal, "role": roles::EDITOR,
        "scope": house.places.production, "reason": "on call",
    });
    let given = house.call(Some(&lead), &route::GIVE_GRANT, &[], &body).await;
    assert_eq!(given.code(), "ok");
    house.catch_up().await;
    house.app.outbox.wake();
    while good.posted().len() <= MANY || !ended(&house, good_channel).await {
        tokio::task::yield_now().await;
    }
    assert!(!ended(&house, slow_channel).await);
    job.abort();
}

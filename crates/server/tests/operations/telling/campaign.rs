//! kill -9 between a commit and its delivery: whatever was acknowledged is told and posted, doublets under the same id, and nothing is
//! told that did not happen.

use super::{
    receiver::{Manner, Receiver},
    webhook,
};
use crate::{
    house::{Actor, House},
    program::{PROGRAM, Place, call, client},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    ids::GrantId,
    time::{Clock, SystemClock},
};
use claviger_protocol::route;
use claviger_server::telling::{self, outbox};
use claviger_storage::Database;
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_of_kills_loses_no_notice_on_sqlite() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    run(&Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_of_kills_loses_no_notice_on_postgres() {
    let cluster = Postgres::start().await.unwrap();
    let keys = tempfile::tempdir().unwrap();
    run(&Place {
        database: Database::Postgres(cluster.fresh_database().await.unwrap()),
        key: keys.path().join("root.key"),
    })
    .await;
}

async fn open(place: &Place, receiver: &Receiver, ahead: Duration) -> House {
    let clock = ManualClock::at(SystemClock.now().plus(ahead));
    House::open_with(place.database.clone(), &place.key, clock, |config| {
        receiver.listed(config)
    })
    .await
}

async fn run(place: &Place) {
    let rounds = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        60
    } else {
        8
    };
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let mut house = open(place, &receiver, Duration::ZERO).await;
    house.furnish().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let person = house.actor(&[]).await;
    webhook(&house, &owner, &receiver.url()).await;
    house.started.take().unwrap().stop().await;

    let (mut tried, mut acknowledged) = (BTreeSet::new(), BTreeSet::new());
    let http = client();
    for round in 0..rounds {
        let mut command = place.command(&[], Path::new(PROGRAM));
        command.envs(receiver.variables());
        let server = place.serve_as(command).await;
        let mut random = [0; 2];
        SystemEntropy.fill(&mut random);
        let life = Duration::from_millis(400 + u64::from(u16::from_le_bytes(random)) % 1_500);
        // Every third round the receiver is slow or down, so that kills meet posts that are under way.
        receiver.behaves(match round % 3 {
            1 => Manner::Silent,
            2 => Manner::Answers(503),
            _ => Manner::Answers(200),
        });
        let load = give_for_ever(
            &http,
            &house,
            &server.url,
            (&lead, &person),
            &mut tried,
            &mut acknowledged,
        );
        let _ = tokio::time::timeout(life, load).await;
        server.kill().await;
    }
    receiver.behaves(Manner::Answers(200));
    assert!(acknowledged.len() >= rounds, "{} of {rounds}", acknowledged.len());

    // Whatever was left waiting or claimed goes out in the end.
    let house = open(place, &receiver, Duration::ZERO).await;
    for _ in 0..4 {
        telling::catch_up(&house.app).await.unwrap();
        outbox::deliver(&house.app).await.unwrap();
        house.clock.advance(Duration::from_secs(700));
    }
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.next_delivery().await.unwrap(), None, "nothing waits");
    let mut ids: BTreeMap<GrantId, BTreeSet<String>> = BTreeMap::new();
    for post in receiver.posted() {
        let json = post.json();
        assert_eq!(json["type"], "access.given");
        let grant: GrantId = json["data"]["about"]["grant"].as_str().unwrap().parse().unwrap();
        ids.entry(grant).or_default().insert(post.id().to_owned());
    }
    for grant in &acknowledged {
        assert!(ids.contains_key(grant), "{grant} was acknowledged and never told");
    }
    for (grant, ids) in &ids {
        assert_eq!(ids.len(), 1, "doublets carry the same id");
        assert!(tried.contains(grant));
        assert!(
            reader.grant(*grant).await.unwrap().is_some(),
            "{grant} was told and did not happen"
        );
    }
    println!(
        "{} grants acknowledged through {rounds} kills, {} posts for {} of them",
        acknowledged.len(),
        receiver.posted().len(),
        ids.len()
    );
}

async fn give_for_ever(
    http: &reqwest::Client,
    house: &House,
    url: &str,
    (lead, person): (&Actor, &Actor),
    tried: &mut BTreeSet<GrantId>,
    acknowledged: &mut BTreeSet<GrantId>,
) {
    loop {
        let grant = GrantId::random(&SystemEntropy);
        tried.insert(grant);
        let body = json!({
            "id": grant, "principal": person.principal, "role": roles::READER, "scope": house.places.production,
            "reason": "on call",
        });
        match call(http, house, url, lead, &route::GIVE_GRANT, &body).await {
            Some((200 | 204, _)) => {
                acknowledged.insert(grant);
            }
            Some((status, said)) => panic!("{status}: {said}"),
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

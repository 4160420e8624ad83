//! kill -9 under load: no acknowledged write is lost, nothing is half done, no value came out without its event. 30 times;
//! with CLAVIGER_SOAK=1, 200 times.

use crate::{
    house::{Actor, House},
    program::{Place, call, client},
    whole::{Acknowledged, check_alone, checkpoint, creation},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    ids::SecretId,
};
use claviger_protocol::route;
use claviger_storage::Database;
use claviger_testkit::peers::postgres::Postgres;
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const EDITORS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_moment_a_server_on_sqlite_loses_nothing_acknowledged() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    };
    kill_again_and_again("SQLite", &place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_moment_a_server_on_postgres_loses_nothing_acknowledged() {
    // A cluster of its own: others would wait for what this one does to it.
    let cluster = Postgres::start().await.unwrap();
    let keys = tempfile::tempdir().unwrap();
    let place = Place {
        database: Database::Postgres(cluster.fresh_database().await.unwrap()),
        key: keys.path().join("root.key"),
    };
    kill_again_and_again("PostgreSQL", &place).await;
}

async fn kill_again_and_again(what: &str, place: &Place) {
    let rounds = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        30
    };
    let mut house = place.house().await;
    house.furnish().await;
    let mut actors = Vec::new();
    for _ in 0..EDITORS {
        actors.push(Arc::new(
            house.actor(&[(roles::EDITOR, house.places.production)]).await,
        ));
    }
    let secret = house.secret(house.places.production, "SHARED", b"shared").await;
    let mut pinned = checkpoint(&house).await;
    // A SQLite file is one server's at a time; the keys stay with us for proofs.
    house.started.take().unwrap().stop().await;
    let house = Arc::new(house);

    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    let http = client();
    for round in 0..rounds {
        let server = place.serve().await;
        let loads: Vec<_> = actors
            .iter()
            .zip(0..)
            .map(|(actor, first)| {
                let load = Load {
                    first,
                    http: http.clone(),
                    house: Arc::clone(&house),
                    url: server.url.clone(),
                    actor: Arc::clone(actor),
                    secret,
                    acknowledged: Arc::clone(&acknowledged),
                };
                tokio::spawn(load.run())
            })
            .collect();
        // A kill before the first answer would test little.
        let answered = || acknowledged.lock().unwrap().count();
        let before = answered();
        for _ in 0..30_000 {
            if answered() > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut random = [0; 2];
        SystemEntropy.fill(&mut random);
        tokio::time::sleep(Duration::from_millis(u64::from(u16::from_le_bytes(random)) % 300)).await;
        server.kill().await;
        for load in loads {
            load.await.unwrap();
        }
        if round % 10 == 9 || round + 1 == rounds {
            pinned = check_alone(place, &acknowledged, pinned).await;
        }
    }
    let (releases, secrets) = acknowledged.lock().unwrap().counts();
    println!(
        "{what}: {releases} releases and {secrets} writes outlived {rounds} kills; the log has {} leaves",
        pinned.size
    );
    assert!(releases + secrets >= rounds);
}

struct Load {
    /// Where in the mix of writes and releases it begins: many rounds are over after a few calls.
    first: usize,
    http: reqwest::Client,
    house: Arc<House>,
    url: String,
    actor: Arc<Actor>,
    secret: SecretId,
    acknowledged: Arc<Mutex<Acknowledged>>,
}

impl Load {
    /// Releases and writes until the server is gone.
    async fn run(self) {
        let Self {
            first,
            http,
            house,
            url,
            actor,
            secret,
            acknowledged,
        } = self;
        for turn in first.. {
            if turn % 3 == 0 {
                let id = SecretId::random(&SystemEntropy);
                let body = creation(&house, &actor, id);
                acknowledged.lock().unwrap().asked(id);
                let Some(reply) = call(&http, &house, &url, &actor, &route::CREATE_SECRET, &body).await
                else {
                    return;
                };
                assert!(reply.0 < 300, "{reply:?}");
                acknowledged.lock().unwrap().created(id);
            } else {
                let body = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
                let Some(reply) = call(&http, &house, &url, &actor, &route::RELEASES, &body).await else {
                    return;
                };
                assert!(reply.0 < 300, "{reply:?}");
                acknowledged.lock().unwrap().released(reply.1);
            }
        }
    }
}

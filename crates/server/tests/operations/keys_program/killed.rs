//! Rotations that are killed.

use super::{Files, assert_all_open, command, filled, keys};
use crate::{
    generations::generations,
    house::House,
    program::{Place, call, client},
    whole::{Acknowledged, check_alone, checkpoint, creation},
};
use claviger_model::{
    entropy::{Entropy, SystemEntropy},
    ids::SecretId,
    time::{Clock, SystemClock},
};
use claviger_protocol::route;
use claviger_server::jobs::generations::catch_up;
use claviger_storage::Database;
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use serde_json::json;
use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::process::Child;

fn rounds() -> usize {
    if std::env::var_os("CLAVIGER_SOAK").is_some() {
        150
    } else {
        6
    }
}

fn soon(most: u64) -> Duration {
    let mut random = [0; 4];
    SystemEntropy.fill(&mut random);
    Duration::from_millis(u64::from(u32::from_le_bytes(random)) % most)
}

fn rotating(place: &Place, words: &[&str]) -> Child {
    let mut command = command(place, words);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn campaign_of_kills_during_rotations_of_a_sqlite_file() {
    let files = Files::new();
    let (old, new) = (
        files.place.clone(),
        Place {
            key: files.new_key(),
            ..files.place.clone()
        },
    );
    let (_, _, secrets) = filled(&old, 200).await;
    let mut killed = 0;
    for round in 0..rounds() {
        let mut child = rotating(&old, &["rotate"]);
        tokio::time::sleep(soon(400)).await;
        if child.try_wait().unwrap().is_none() {
            killed += 1;
        }
        child.kill().await.unwrap();
        let mut house = old.house().await;
        assert!(generations(&house).await.len() <= 2, "round {round}");
        assert_all_open(&house, &house.app.keys.now(), &secrets).await;
        house.started.take().unwrap().stop().await;
    }
    keys(&old, &["rotate"]).await.unwrap();
    // The root, too, is the old one, or both, or the new one alone, and never none.
    let file = files.new_key().display().to_string();
    let mut child = rotating(&old, &["rotate", "--root", &file]);
    tokio::time::sleep(soon(60)).await;
    child.kill().await.unwrap();
    keys(&old, &["rotate", "--root", &file]).await.unwrap();
    let mut child = rotating(&new, &["rotate", "--finish-root"]);
    tokio::time::sleep(soon(60)).await;
    child.kill().await.unwrap();
    let mut house = new.house().await;
    catch_up(&house.app).await.unwrap();
    assert_all_open(&house, &house.app.keys.now(), &secrets).await;
    assert_eq!(generations(&house).await.len(), 1);
    house.started.take().unwrap().stop().await;
    println!("SQLite: {killed} of {} rotations were killed under way", rounds());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn campaign_of_kills_of_rotations_and_servers_on_postgres() {
    let cluster = Postgres::start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let place = Place {
        database: Database::Postgres(cluster.fresh_database().await.unwrap()),
        key: directory.path().join("root.key"),
    };
    let (house, editor, mut secrets) = filled(&place, 150).await;
    let (house, editor) = (Arc::new(house), Arc::new(editor));
    let known = secrets[0];
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    let fresh = Arc::new(Mutex::new(Vec::new()));
    // The first one was stopped; its database is open to others all the same.
    let watching = House::open(
        place.database.clone(),
        &place.key,
        ManualClock::at(SystemClock.now()),
    )
    .await;
    let mut pinned = checkpoint(&watching).await;
    let http = client();
    for _ in 0..rounds() {
        let servers = [place.serve().await, place.serve().await];
        let mut loads = Vec::new();
        for server in &servers {
            let (http, house, editor, url) = (
                http.clone(),
                Arc::clone(&house),
                Arc::clone(&editor),
                server.url.clone(),
            );
            let (acknowledged, fresh) = (Arc::clone(&acknowledged), Arc::clone(&fresh));
            loads.push(tokio::spawn(async move {
                loop {
                    let id = SecretId::random(&SystemEntropy);
                    let body = creation(&house, &editor, id);
                    acknowledged.lock().unwrap().asked(id);
                    fresh.lock().unwrap().push(id);
                    let Some(made) = call(&http, &house, &url, &editor, &route::CREATE_SECRET, &body).await
                    else {
                        return;
                    };
                    assert!(made.0 < 300, "{made:?}");
                    acknowledged.lock().unwrap().created(id);
                    let body = json!({"items": [{"secret": known, "purpose": "reveal"}]});
                    let Some(read) = call(&http, &house, &url, &editor, &route::RELEASES, &body).await else {
                        return;
                    };
                    assert!(read.0 < 300, "{read:?}");
                    acknowledged.lock().unwrap().released(read.1);
                }
            }));
        }
        // A kill before both were answered would test little.
        let answered = || acknowledged.lock().unwrap().counts();
        let before = answered();
        for _ in 0..30_000 {
            let now = answered();
            if now.0 > before.0 && now.1 > before.1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut rotation = rotating(&place, &["rotate"]);
        let mut another = rotating(&place, &["rotate", "--in-background"]);
        tokio::time::sleep(soon(500)).await;
        rotation.kill().await.unwrap();
        another.kill().await.unwrap();
        tokio::time::sleep(soon(200)).await;
        for server in servers {
            server.kill().await;
        }
        for load in loads {
            load.await.unwrap();
        }
        pinned = check_alone(&place, &acknowledged, pinned).await;
        secrets.append(&mut fresh.lock().unwrap());
        let keys = watching.app.keys.learn(&watching.app.store).await.unwrap();
        assert!(keys.retired().len() <= 1);
        assert_all_open(&watching, &keys, &secrets).await;
    }
    keys(&place, &["rotate"]).await.unwrap();
    keys(&place, &["rotate"]).await.unwrap();
    let held = watching.app.keys.learn(&watching.app.store).await.unwrap();
    assert_all_open(&watching, &held, &secrets).await;
    assert_eq!(generations(&watching).await.len(), 1);
    let (releases, writes) = acknowledged.lock().unwrap().counts();
    println!("PostgreSQL: {releases} releases and {writes} writes while rotations and servers were killed");
    assert!(releases > 0 && writes > 0);
}

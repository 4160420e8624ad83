//! kill -9 under load: no acknowledged write is lost, no value came out without its event. 30 times; with
//! CLAVIGER_SOAK=1, 200 times.

use crate::house::{Actor, House, ORIGIN, description};
use claviger_ledger::{
    checkpoint::Checkpoint, consistency::verify_consistency, edge::Edge, hash::NodeHash, prove::Prover,
};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    ids::SecretId,
    time::{Clock, SystemClock, Timestamp},
};
use claviger_protocol::{
    release::{ReleaseReply, ReleaseResult},
    route::{self, Route},
};
use claviger_storage::Database;
use claviger_testkit::clock::ManualClock;
use serde_json::{Value, json};
use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_claviger-server");

/// What the server has acknowledged.
#[derive(Default)]
struct Acknowledged {
    releases: Vec<(claviger_model::ids::EventId, Vec<u8>)>,
    secrets: Vec<SecretId>,
}

async fn serve(data: &Path, key: &Path) -> (Child, String) {
    let mut child = Command::new(PROGRAM)
        .arg("serve")
        .env_clear()
        .env("CLAVIGER_DATABASE", data)
        .env("CLAVIGER_KEY_FILE", key)
        .env("CLAVIGER_LISTEN", "127.0.0.1:0")
        .env("CLAVIGER_PUBLIC_ORIGIN", ORIGIN)
        .env("CLAVIGER_OIDC__ISSUER", "https://id.example")
        .env("CLAVIGER_OIDC__CLIENT_ID", "claviger")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let url = line.strip_prefix("listening on ").unwrap().to_owned();
    (child, url)
}

/// Calls over HTTP. None when the server is gone.
async fn call(
    http: &reqwest::Client,
    house: &House,
    url: &str,
    actor: &Actor,
    route: &Route,
    body: &Value,
) -> Option<Value> {
    let bytes = serde_json::to_vec(body).unwrap();
    house.clock.set(SystemClock.now());
    let proof = house.proof(actor, route.method, route.path, &bytes, true);
    let reply = http
        .post(format!("{url}{}", route.path))
        .header("authorization", format!("DPoP {}", actor.token))
        .header("dpop", proof)
        .body(bytes)
        .send()
        .await
        .ok()?;
    let good = reply.status().is_success();
    let json = reply.json::<Value>().await.ok()?;
    assert!(good, "{json}");
    Some(json)
}

async fn load(
    http: reqwest::Client,
    house: Arc<House>,
    url: String,
    actor: Arc<Actor>,
    secret: SecretId,
    acknowledged: Arc<Mutex<Acknowledged>>,
) {
    for turn in 0.. {
        if turn % 3 == 0 {
            let id = SecretId::random(&SystemEntropy);
            let body = json!({
                "id": id, "scope": house.places.production, "description": description(&id.to_string()),
                "value": house.sealed(&actor, id, 1, b"made under load"),
            });
            let Some(_) = call(&http, &house, &url, &actor, &route::CREATE_SECRET, &body).await else {
                return;
            };
            acknowledged.lock().unwrap().secrets.push(id);
        } else {
            let body = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
            let Some(reply) = call(&http, &house, &url, &actor, &route::RELEASES, &body).await else {
                return;
            };
            let reply: ReleaseReply = serde_json::from_value(reply).unwrap();
            for result in reply.results {
                match result {
                    ReleaseResult::Released(release) => {
                        acknowledged
                            .lock()
                            .unwrap()
                            .releases
                            .push((release.event, release.leaf.0));
                    }
                    ReleaseResult::Refused { problem } => panic!("{problem:?}"),
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let rounds = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        30
    };
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (file, key) = (data.path().join("claviger.db"), keys.path().join("root.key"));
    let clock = ManualClock::at(SystemClock.now());
    let mut house = House::open(Database::Sqlite(file.clone()), &key, clock).await;
    house.furnish().await;
    let editors = [roles::EDITOR; 6].map(|role| (role, house.places.production));
    let mut actors = Vec::new();
    for editor in editors {
        actors.push(Arc::new(house.actor(&[editor]).await));
    }
    let secret = house.secret(house.places.production, "SHARED", b"shared").await;
    let mut pinned = checkpoint(&house).await;
    // The file is one server's at a time; the keys stay with us for proofs.
    house.started.take().unwrap().stop().await;
    let house = Arc::new(house);

    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    // One for all rounds: making one reads the system's certificates.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for round in 0..rounds {
        let (mut server, url) = serve(&file, &key).await;
        let loads: Vec<_> = actors
            .iter()
            .map(|actor| {
                let (house, actor, acknowledged) =
                    (Arc::clone(&house), Arc::clone(actor), Arc::clone(&acknowledged));
                tokio::spawn(load(
                    http.clone(),
                    house,
                    url.clone(),
                    actor,
                    secret,
                    acknowledged,
                ))
            })
            .collect();
        // A kill before the first answer would test little.
        let answered = || {
            let acknowledged = acknowledged.lock().unwrap();
            acknowledged.releases.len() + acknowledged.secrets.len()
        };
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
        server.kill().await.unwrap();
        for load in loads {
            load.await.unwrap();
        }
        if round % 10 == 9 || round + 1 == rounds {
            pinned = verify(&file, &key, &acknowledged, pinned).await;
        }
    }
    let acknowledged = acknowledged.lock().unwrap();
    println!(
        "{} releases and {} writes outlived {rounds} kills",
        acknowledged.releases.len(),
        acknowledged.secrets.len()
    );
    assert!(acknowledged.releases.len() + acknowledged.secrets.len() >= rounds);
}

async fn checkpoint(house: &House) -> Checkpoint {
    Checkpoint::verify(&house.head().await.checkpoint, house.app.keys.log.verifier(), &[])
        .unwrap()
        .checkpoint
}

async fn verify(
    file: &Path,
    key: &Path,
    acknowledged: &Mutex<Acknowledged>,
    pinned: Checkpoint,
) -> Checkpoint {
    let clock = ManualClock::at(Timestamp::from_millis(SystemClock.now().millis()));
    let mut house = House::open(Database::Sqlite(file.to_owned()), key, clock).await;
    let (releases, secrets) = {
        let acknowledged = acknowledged.lock().unwrap();
        (acknowledged.releases.clone(), acknowledged.secrets.clone())
    };
    let mut db = house.app.store.reader().await.unwrap();
    for (event, leaf) in &releases {
        let entry = db.event_by_id(*event).await.unwrap();
        assert_eq!(
            entry.map(|entry| entry.leaf).as_ref(),
            Some(leaf),
            "a value came out without its event"
        );
    }
    for secret in &secrets {
        let row = db.secret(*secret).await.unwrap();
        assert_eq!(
            row.map(|row| row.version),
            Some(1),
            "an acknowledged write is lost"
        );
        assert!(db.sealed_version(*secret, 1).await.unwrap().is_some());
    }
    // The whole log, leaf by leaf, gives the signed root and continues what was seen before.
    let newest = checkpoint(&house).await;
    let (mut edge, mut tiles) = (Edge::new(), std::collections::HashMap::new());
    while edge.size() < newest.size {
        let entries = db.events_from(edge.size(), 1_000).await.unwrap();
        assert!(!entries.is_empty());
        let full = edge.append(entries.iter().map(|entry| NodeHash::of_leaf(&entry.leaf)));
        tiles.extend(full.into_iter().map(|tile| (tile.id, tile.hashes)));
    }
    assert_eq!(edge.root(), newest.root);
    let proof = Prover::new(&edge, &tiles).consistency(pinned.size).unwrap();
    verify_consistency(&pinned, &newest, &proof).unwrap();
    drop(db);
    house.started.take().unwrap().stop().await;
    newest
}

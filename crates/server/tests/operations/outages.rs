//! The database gone and back, and the disk full, under a running server.

use crate::{
    house::{Actor, House},
    program::{Place, call, client},
    releases::release,
    whole::{Acknowledged, check, check_alone, checkpoint, creation},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::SecretId,
    time::{Clock, SystemClock},
};
use claviger_protocol::route;
use claviger_storage::Database;
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

/// More secrets than a test writes.
const MANY: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_goes_and_comes_back_under_a_running_server() {
    let cluster = Arc::new(Postgres::start().await.unwrap());
    let keys = tempfile::tempdir().unwrap();
    let database = Database::Postgres(cluster.fresh_database().await.unwrap());
    let clock = ManualClock::at(SystemClock.now());
    let mut house = House::open(database, &keys.path().join("root.key"), clock).await;
    house.furnish().await;
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let secret = house.secret(house.places.production, "SHARED", b"shared").await;
    let pinned = checkpoint(&house).await;
    let acknowledged = Mutex::new(Acknowledged::default());

    // It goes while calls are running; each is told what became of it.
    let writes = async {
        for _ in 0..MANY {
            let id = SecretId::random(&SystemEntropy);
            acknowledged.lock().unwrap().asked(id);
            let body = creation(&house, &editor, id);
            let answer = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
            match answer.code().as_str() {
                "ok" => acknowledged.lock().unwrap().created(id),
                "storage_unavailable" => return,
                "outcome_unknown" => {
                    let words = answer.json()["title"].as_str().unwrap().to_owned();
                    assert!(words.contains("look whether it was done"), "{words}");
                    return;
                }
                code => panic!("{code}"),
            }
        }
        panic!("the database never went away");
    };
    let stop = {
        let cluster = Arc::clone(&cluster);
        async move {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            cluster.stop().await.unwrap();
        }
    };
    tokio::join!(writes, stop);

    let refused = SecretId::random(&SystemEntropy);
    let body = creation(&house, &editor, refused);
    let sync = json!({"cursor": 0});
    let (released, written, synced, ready, live) = tokio::join!(
        release(&house, &editor, secret, "reveal"),
        house.call(Some(&editor), &route::CREATE_SECRET, &[], &body),
        house.call(Some(&editor), &route::SYNC, &[], &sync),
        house.call(None, &route::READY, &[], &Value::Null),
        house.call(None, &route::LIVE, &[], &Value::Null),
    );
    for answer in [released, written, synced, ready] {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "storage_unavailable")
        );
        let title = answer.json()["title"].as_str().unwrap().to_owned();
        assert_eq!(title, "The database cannot be reached; nothing was changed");
    }
    assert_eq!(live.status, 200, "the process lives");

    cluster.start_again().await.unwrap();
    assert_eq!(
        house.call(None, &route::READY, &[], &Value::Null).await.status,
        200
    );
    let answer = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
    assert_eq!(
        answer.code(),
        "ok",
        "the refused write had left nothing: {answer:?}"
    );
    acknowledged.lock().unwrap().created(refused);
    let answer = release(&house, &editor, secret, "reveal").await;
    acknowledged.lock().unwrap().released(answer.json());
    check(&house, &acknowledged, pinned).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_refuses_clearly_and_is_over_when_there_is_space_again() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = data.path().join("claviger.db");
    let place = Place {
        database: Database::Sqlite(file.clone()),
        key: keys.path().join("root.key"),
    };
    let mut house = place.house().await;
    house.furnish().await;
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let secret = house.secret(house.places.production, "SHARED", b"shared").await;
    let pinned = checkpoint(&house).await;
    house.started.take().unwrap().stop().await;

    // Files may not grow beyond a limit, which is what a full disk and a quota look like to SQLite. The signal that
    // comes with it is ignored, as there is none with a full disk.
    let server = place
        .serve_behind(&["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .await;
    let caller = Caller {
        http: client(),
        house: &house,
        editor: &editor,
        url: server.url.clone(),
    };
    let wal = data.path().join("claviger.db-wal");
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let room = size(&file).max(size(&wal)) + 512 * 1024;
    limit_files(server.id(), &room.to_string());

    let acknowledged = Mutex::new(Acknowledged::default());
    let mut refused = None;
    for _ in 0..MANY {
        let id = SecretId::random(&SystemEntropy);
        acknowledged.lock().unwrap().asked(id);
        let (status, reply) = caller.create(id).await;
        if status >= 300 {
            refused = Some((id, status, reply));
            break;
        }
        acknowledged.lock().unwrap().created(id);
    }
    let (id, status, reply) = refused.unwrap();
    assert!(acknowledged.lock().unwrap().count() > 0, "some had room");
    expect_full(status, &reply);
    // No value without its event: a smaller write may still find room, until it does not either.
    let mut refused = None;
    for _ in 0..MANY {
        let (status, reply) = caller.release(secret).await;
        if status >= 300 {
            refused = Some((status, reply));
            break;
        }
        acknowledged.lock().unwrap().released(reply);
    }
    let (status, reply) = refused.unwrap();
    expect_full(status, &reply);
    // What needs no event still works.
    let (status, _) = caller.call(&route::SYNC, &json!({"cursor": 0})).await;
    assert_eq!(status, 200);

    limit_files(server.id(), "unlimited");
    let (status, reply) = caller.create(id).await;
    assert_eq!(status, 200, "{reply}");
    acknowledged.lock().unwrap().created(id);
    let (status, reply) = caller.release(secret).await;
    assert_eq!(status, 200, "{reply}");
    acknowledged.lock().unwrap().released(reply);
    server.kill().await;
    check_alone(&place, &acknowledged, pinned).await;
}

fn expect_full(status: u16, reply: &Value) {
    assert_eq!(
        (status, reply["code"].as_str()),
        (503, Some("storage_full")),
        "{reply}"
    );
    let words = reply["detail"].as_str().unwrap_or_default();
    assert!(words.contains("free some space"), "{reply}");
}

/// The soft limit only, so that it can be raised again.
fn limit_files(process: u32, limit: &str) {
    let done = Command::new("prlimit")
        .args(["--pid", &process.to_string()])
        .arg(format!("--fsize={limit}:unlimited"))
        .status()
        .unwrap();
    assert!(done.success());
}

struct Caller<'a> {
    http: reqwest::Client,
    house: &'a House,
    editor: &'a Actor,
    url: String,
}

impl Caller<'_> {
    async fn call(&self, route: &route::Route, body: &Value) -> (u16, Value) {
        call(&self.http, self.house, &self.url, self.editor, route, body)
            .await
            .unwrap()
    }

    async fn create(&self, id: SecretId) -> (u16, Value) {
        let body = creation(self.house, self.editor, id);
        self.call(&route::CREATE_SECRET, &body).await
    }

    async fn release(&self, secret: SecretId) -> (u16, Value) {
        let body = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
        self.call(&route::RELEASES, &body).await
    }
}

//! `claviger-server keys` as an administrator runs it: what it says, what it does, and what a kill leaves behind.
//!
//! 6 kills in `test`; with CLAVIGER_SOAK=1, 150 (the tests with `campaign` in their names).

use crate::{
    generations::generations,
    house::{Actor, House},
    program::{PROGRAM, Place, call, client},
    whole::{Acknowledged, check_alone, checkpoint, creation},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    event::EventKind,
    ids::SecretId,
    time::{Clock, SystemClock},
};
use claviger_protocol::route;
use claviger_server::{jobs::generations::catch_up, keys::ServerKeys, operations::secrets::value};
use claviger_storage::{Database, log::LogFilter};
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::process::{Child, Command};

struct Files {
    place: Place,
    directory: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = Place {
            database: Database::Sqlite(directory.path().join("data/claviger.db")),
            key: directory.path().join("root.key"),
        };
        std::fs::create_dir(directory.path().join("data")).unwrap();
        Self { place, directory }
    }

    fn new_key(&self) -> PathBuf {
        self.directory.path().join("new.key")
    }
}

fn command(place: &Place, words: &[&str]) -> Command {
    let mut command = place.program(&[], Path::new(PROGRAM));
    command.arg("keys").args(words);
    command
}

/// What it said on standard output, or, where it refused, on standard error.
pub async fn keys(place: &Place, words: &[&str]) -> Result<String, String> {
    let output = command(place, words).output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        Err(text(output.stderr))
    }
}

/// A house with values, stopped again: a SQLite file is one server's at a time.
pub async fn filled(place: &Place, values: u64) -> (House, Actor, Vec<SecretId>) {
    let mut house = place.house().await;
    house.furnish().await;
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let mut secrets = Vec::new();
    for n in 0..values {
        let id = SecretId::random(&SystemEntropy);
        let body = creation(&house, &editor, id);
        let made = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
        assert_eq!(made.code(), "ok", "{n}");
        secrets.push(id);
    }
    house.started.take().unwrap().stop().await;
    (house, editor, secrets)
}

pub async fn assert_all_open(house: &House, keys: &ServerKeys, secrets: &[SecretId]) {
    let mut db = house.app.store.reader().await.unwrap();
    for secret in secrets {
        if let Some(row) = db.sealed_version(*secret, 1).await.unwrap() {
            let opened = value::open(&house.app, keys, &row).unwrap().unwrap();
            assert_eq!(opened.expose(), b"made under load");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_rotates_and_says_what_it_did() {
    let files = Files::new();
    let place = &files.place;
    let none = keys(place, &["rotate"]).await.unwrap_err();
    assert!(none.contains("is missing"), "{none}");
    let (_, _, secrets) = filled(place, 70).await;

    let before = keys(place, &["list"]).await.unwrap();
    assert!(before.contains("key-encryption 1: wraps since"), "{before}");
    assert!(before.contains("; 70 data keys"), "{before}");
    for purpose in ["log 1: in use", "orders 1: in use", "sealing 1: in use"] {
        assert!(before.contains(purpose), "{before}");
    }
    let said = keys(place, &["rotate"]).await.unwrap();
    assert!(said.contains("70 data keys were wrapped anew"), "{said}");
    assert!(said.contains("finished"), "{said}");
    let after = keys(place, &["list"]).await.unwrap();
    assert!(after.contains("key-encryption 2: wraps since"), "{after}");
    assert!(!after.contains("key-encryption 1"), "{after}");

    let said = keys(place, &["rotate", "--log", "--orders", "--sealing"])
        .await
        .unwrap();
    for purpose in ["log", "orders", "sealing"] {
        assert!(
            said.contains(&format!("the {purpose} key was replaced")),
            "{said}"
        );
    }
    let after = keys(place, &["list"]).await.unwrap();
    for line in [
        "log 1: retired",
        "log 2: in use",
        "orders 2: in use",
        "sealing 2: in use",
    ] {
        assert!(after.contains(line), "{after}");
    }

    // Begun only: the server that starts next does the rest.
    let said = keys(place, &["rotate", "--in-background"]).await.unwrap();
    assert!(said.contains("or the next that starts"), "{said}");
    let between = keys(place, &["list"]).await.unwrap();
    assert!(between.contains("key-encryption 2: retired since"), "{between}");
    let server = place.serve().await;
    let in_use = keys(place, &["rotate"]).await.unwrap_err();
    assert!(
        in_use.contains("is in use by another claviger-server"),
        "{in_use}"
    );
    let mut left = 2;
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let Database::Sqlite(file) = &place.database else {
            unreachable!()
        };
        left = count_generations(file).await;
        if left == 1 {
            break;
        }
    }
    assert_eq!(left, 1, "the server finishes what was begun");
    server.kill().await;
    let house = place.house().await;
    assert_all_open(&house, &house.app.keys.now(), &secrets).await;
}

async fn count_generations(file: &Path) -> i64 {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .read_only(true);
    let mut connection = options.connect().await.unwrap();
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM kek_generations")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_key_is_changed_while_either_file_opens_the_database() {
    let files = Files::new();
    let old = files.place.clone();
    let new = Place {
        key: files.new_key(),
        ..old.clone()
    };
    let (_, _, secrets) = filled(&old, 3).await;
    let file = files.new_key().display().to_string();

    let said = keys(&old, &["rotate", "--finish-root"]).await.unwrap_err();
    assert!(said.contains("the root key is not being changed"), "{said}");
    let own = old.key.display().to_string();
    let said = keys(&old, &["rotate", "--root", &own]).await.unwrap_err();
    assert!(said.contains("the one in use already"), "{said}");
    let said = keys(&old, &["rotate", "--root", &file]).await.unwrap();
    assert!(said.contains("both open the database now"), "{said}");
    // Again, as after a crash before anything was said.
    keys(&old, &["rotate", "--root", &file]).await.unwrap();

    for place in [&old, &new] {
        let mut house = place.house().await;
        assert_all_open(&house, &house.app.keys.now(), &secrets).await;
        house.started.take().unwrap().stop().await;
        let said = keys(place, &["rotate"]).await.unwrap_err();
        assert!(
            said.contains("the root key is being changed; finish that first"),
            "{said}"
        );
    }
    let said = keys(&old, &["rotate", "--finish-root"]).await.unwrap_err();
    assert!(said.contains("`root_key` still is the old root key"), "{said}");
    let said = keys(&new, &["rotate", "--root", &own]).await.unwrap_err();
    assert!(said.contains("`root_key` is the new root key already"), "{said}");
    let listed = keys(&new, &["list"]).await.unwrap();
    assert!(
        listed.contains("the root key is being changed, `root_key` is the new one"),
        "{listed}"
    );
    keys(&new, &["rotate", "--finish-root"]).await.unwrap();

    let refused = old.refusal(&[], Path::new(PROGRAM)).await;
    assert!(
        refused.contains("the root key is not the one of this database"),
        "{refused}"
    );
    keys(&new, &["rotate"]).await.unwrap();
    let house = new.house().await;
    assert_all_open(&house, &house.app.keys.now(), &secrets).await;
    let filter = LogFilter {
        kinds: vec![EventKind::KeyRotated],
        ..LogFilter::default()
    };
    let mut db = house.app.store.reader().await.unwrap();
    let told = db.events_matching(&filter, None, 100).await.unwrap();
    assert_eq!(told.len(), 4, "twice begun, finished, and a generation");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_learns_of_a_generation_under_another_root_from_its_key_file() {
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let place = Place {
        database: Database::Postgres(url),
        key: directory.path().join("root.key"),
    };
    let new = directory.path().join("new.key");
    let mut house = place.house().await;
    house.furnish().await;
    let first = house
        .secret(house.places.production, "A", b"made under load")
        .await;
    keys(&place, &["rotate", "--root", &new.display().to_string()])
        .await
        .unwrap();
    std::fs::rename(&new, &place.key).unwrap();
    keys(&place, &["rotate", "--finish-root"]).await.unwrap();
    keys(&place, &["rotate"]).await.unwrap();
    let second = house
        .secret(house.places.production, "B", b"made under load")
        .await;
    let held = house.app.keys.now();
    assert_eq!(
        held.current_generation().unwrap().id(),
        generations(&house).await[0].id
    );
    assert_all_open(&house, &held, &[first, second]).await;

    // What it has opened goes on counting while the root key's home is away.
    let aside = directory.path().join("aside.key");
    std::fs::rename(&place.key, &aside).unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    let key = locked.server_keys().await.unwrap().remove(0);
    locked
        .rewrap_server_key(key.id, &key.wrapped, key.kek)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    house
        .secret(house.places.production, "C", b"made under load")
        .await;
    std::fs::rename(&aside, &place.key).unwrap();

    // Without the root key that counts a process neither signs nor wraps with what it knew.
    let third = Place {
        key: directory.path().join("third.key"),
        ..place.clone()
    };
    keys(&place, &["rotate", "--root", &third.key.display().to_string()])
        .await
        .unwrap();
    keys(&third, &["rotate", "--finish-root"]).await.unwrap();
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    let before = house.head().await;
    let id = SecretId::random(&SystemEntropy);
    let body = creation(&house, &editor, id);
    let refused = house.call(Some(&editor), &route::CREATE_SECRET, &[], &body).await;
    assert_eq!(refused.code(), "internal");
    assert_eq!(house.head().await.next_index, before.next_index);
}

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

//! The home of a root key that was changed is asked while nobody waits for the lock.

use crate::{keys_program::keys, program::Place};
use claviger_storage::Database;
use claviger_testkit::peers::postgres::Postgres;
use std::{fs, os::unix::fs::PermissionsExt, process::Command, time::Duration};
use tokio::sync::oneshot;

/// Only so that a broken test ends.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn other_servers_go_on_while_one_waits_for_the_home_of_a_changed_root_key() {
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let place = Place {
        database: Database::Postgres(url),
        key: directory.path().join("root.key"),
    };
    let new = Place {
        key: directory.path().join("new.key"),
        ..place.clone()
    };
    let mut house = place.house().await;
    house.furnish().await;
    keys(&place, &["rotate", "--root", &new.key.display().to_string()])
        .await
        .unwrap();
    keys(&new, &["rotate", "--finish-root"]).await.unwrap();
    let other = new.house().await;

    // A pipe is a home that answers when somebody writes into it, and tells when it is asked.
    let text = fs::read_to_string(&new.key).unwrap();
    fs::remove_file(&place.key).unwrap();
    let made = Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&place.key)
        .status();
    assert!(made.unwrap().success());
    let mode = fs::metadata(&place.key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (asked, is_asked) = oneshot::channel();
    let (answer, may_answer) = std::sync::mpsc::channel::<()>();
    let pipe = place.key.clone();
    let home = std::thread::spawn(move || {
        // Opens once there is a reader.
        let mut pipe = fs::OpenOptions::new().write(true).open(pipe).unwrap();
        asked.send(()).unwrap();
        let _ = may_answer.recv_timeout(PATIENCE);
        std::io::Write::write_all(&mut pipe, text.as_bytes()).unwrap();
    });

    let production = house.places.production;
    let beside = async {
        tokio::time::timeout(PATIENCE, is_asked).await.unwrap().unwrap();
        let elsewhere = other.secret(production, "B", b"b");
        let elsewhere = tokio::time::timeout(PATIENCE / 4, elsewhere).await;
        answer.send(()).unwrap();
        assert!(elsewhere.is_ok(), "the other one got the lock meanwhile");
    };
    tokio::join!(house.secret(production, "A", b"a"), beside);
    home.join().unwrap();
    let known = house.app.keys.now();
    assert_eq!(known.number(), other.app.keys.now().number());
}

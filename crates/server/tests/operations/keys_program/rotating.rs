//! Rotations of every kind of key, and what the command says of them.

use super::{Files, assert_all_open, filled, keys};
use claviger_storage::Database;
use std::{path::Path, time::Duration};

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

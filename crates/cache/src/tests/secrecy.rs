//! Nothing readable at rest, and nothing out of older copies (rules 23 and 24).

use super::rig::{HOUR, Rig, names, secret, secret_id, synced};
use crate::{HistoryRecord, LogPin, Opening, book::Book, cache::Opened};
use claviger_protocol::{log::OpeningRecord, order::Target, release::Purpose};
use std::path::Path;

fn known() -> Vec<String> {
    let name = |n| format!("known-name-{n:02}-Zx");
    (0..50).map(name).collect()
}

fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

fn assert_none(directory: &Path, words: &[String], when: &str) {
    let found = files(directory);
    assert!(
        found.iter().any(|(_, bytes)| bytes.len() > 4096),
        "there is something to look at"
    );
    for (path, bytes) in found {
        for word in words {
            let held = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!held, "{when}: {path} holds `{word}`");
        }
    }
}

async fn filled(rig: &Rig) -> crate::Cache {
    let cache = rig.cache().await;
    let known = known();
    let secrets = (0..20).map(|n| secret(n, 1, &known[n as usize])).collect();
    synced(&cache, rig, secrets).await;
    let leases = (20..40)
        .map(|n| rig.release(secret_id(n), 1, known[n as usize].as_bytes(), HOUR))
        .collect();
    cache.keep_leases(leases).await.unwrap();
    let opening = |n: usize| OpeningRecord {
        field: "name".into(),
        key: [1; 32].into(),
        value: known[n].clone(),
    };
    let record = |n: usize| HistoryRecord {
        seq: n as u64,
        index: n as u64,
        leaf: vec![n as u8; 300].into(),
        openings: vec![opening(n)],
    };
    let pin = LogPin {
        checkpoint: "c".into(),
        seq: 49,
        leaf: None,
        doubt: None,
    };
    cache
        .extend_history((40..48).map(record).collect(), pin)
        .await
        .unwrap();
    cache
        .put_document(&known[48], Some(known[49].as_bytes()))
        .await
        .unwrap();
    cache
}

#[tokio::test]
async fn file_log_and_free_pages_hold_none_of_fifty_known_words() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let words = known();
    assert_none(&rig.directory, &words, "while it is open");
    let receipt = cache.journal_read(secret_id(20), Purpose::Reveal).await.unwrap();
    assert_eq!(
        cache.open_leased(receipt).await.unwrap().expose(),
        words[20].as_bytes()
    );
    let public = rig.orders.public().unwrap();
    cache
        .execute(&rig.order(1, vec![Target::Everything]), &public)
        .await
        .unwrap();
    assert_none(&rig.directory, &words, "after everything went");
    cache.close().await;
    assert_none(&rig.directory, &words, "after it was closed");
    // The check can fail: the keyring of this test is not sealed.
    let key = std::fs::read(rig.keys.0.join("device.pkcs8")).unwrap();
    assert!(files(&rig.keys.0).iter().any(|(_, bytes)| *bytes == key));
}

#[tokio::test]
async fn the_bytes_of_what_was_destroyed_are_gone_too() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let table = |bytes: &[u8]| bytes.to_vec();
    // Ciphertexts that must not survive: those of the lease pages.
    let mut guard = cache.guard().await.unwrap();
    let rows = sqlx::query_scalar::<_, Vec<u8>>("SELECT sealed FROM sheets WHERE book = 7")
        .fetch_all(&mut guard.connection)
        .await
        .unwrap();
    drop(guard);
    assert_eq!(rows.len(), 20);
    let public = rig.orders.public().unwrap();
    cache
        .execute(&rig.order(1, vec![Target::Everything]), &public)
        .await
        .unwrap();
    for (path, bytes) in files(&rig.directory) {
        for row in &rows {
            let part = table(&row[1000..1032]);
            assert!(
                !bytes.windows(32).any(|window| window == part),
                "{path} still has a destroyed ciphertext"
            );
        }
    }
}

#[tokio::test]
async fn the_key_of_what_was_destroyed_is_in_no_table_any_more() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let (gone, kept) = {
        let guard = cache.guard().await.unwrap();
        let slots = &guard.indexes[&Book::Leases].slots;
        let slot = |n| slots[secret_id(n).as_bytes()];
        let (gone, kept) = (slot(20), slot(21));
        assert!(guard.table.key(gone).is_some() && guard.table.key(kept).is_some());
        (gone, kept)
    };
    cache.end_leases(vec![secret_id(20)]).await.unwrap();
    let guard = cache.guard().await.unwrap();
    assert!(guard.table.key(gone).is_none() && guard.table.key(kept).is_some());
    drop(guard);
    cache.close().await;
    let cache = rig.cache().await;
    let guard = cache.guard().await.unwrap();
    assert!(guard.table.key(gone).is_none(), "nor in the one on the disk");
    assert!(guard.table.key(kept).is_some());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[tokio::test]
async fn a_copy_taken_before_a_purge_yields_nothing_under_the_keyring_after_it() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let before = rig.directory.parent().unwrap().join("copy");
    copy(&rig.directory, &before);
    let generation = cache.state().await.unwrap().unwrap().generation;
    let public = rig.orders.public().unwrap();
    cache
        .execute(
            &rig.order(
                1,
                vec![Target::Secret {
                    secret: secret_id(20),
                    names: true,
                }],
            ),
            &public,
        )
        .await
        .unwrap();
    cache.close().await;

    // Every key that the keyring has now, against every sealed byte of the copy.
    let mut present = rig
        .cache()
        .await
        .guard()
        .await
        .unwrap()
        .load_item()
        .await
        .unwrap()
        .unwrap();
    assert!(
        present.pending.is_none() && present.key_of(generation).is_none(),
        "the old key is not there any more"
    );
    let old = rusty(&before.join(rig.database().file_name().unwrap())).await;
    let owner = crate::key_table::Owner {
        organization: rig.device.organization,
        device: rig.device.id,
    };
    let now = present.generation;
    let key = present.key_of(now).unwrap();
    for generation in 0..=now + 1 {
        assert!(crate::key_table::KeyTable::open(owner, generation, &key, &old.table).is_err());
    }
    for (slot, sealed) in &old.sheets {
        for book in crate::book::Book::ALL {
            assert!(owner.open_page(book, *slot, &key, sealed).is_err());
        }
    }
    present.raise(0, &claviger_model::entropy::SystemEntropy);

    // Put back in place it says so, holds nothing, and goes on at a higher generation.
    std::fs::remove_dir_all(&rig.directory).unwrap();
    copy(&before, &rig.directory);
    let Opened { cache, opening } = rig.open().await;
    assert!(matches!(opening, Opening::RolledBack), "{opening:?}");
    assert!(opening.words().unwrap().contains("older"));
    assert!(names(&cache).await.is_empty());
    assert!(cache.leases().await.unwrap().is_empty() && cache.history().await.unwrap().is_empty());
    assert_eq!(cache.stored().await.unwrap().cursor, 0);
    assert!(cache.state().await.unwrap().unwrap().generation > now);
    synced(&cache, &rig, vec![secret(1, 1, "again")]).await;
    assert_eq!(names(&cache).await, ["again"], "a fresh sync mends it");
}

struct Raw {
    table: Vec<u8>,
    sheets: Vec<(u64, Vec<u8>)>,
}

async fn rusty(database: &Path) -> Raw {
    use sqlx::{ConnectOptions, Connection};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = options.connect().await.unwrap();
    let table = sqlx::query_scalar("SELECT sealed FROM key_table")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT slot, sealed FROM sheets")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    assert!(!rows.is_empty());
    Raw {
        table,
        sheets: rows
            .into_iter()
            .map(|(slot, sealed)| (slot as u64, sealed))
            .collect(),
    }
}

#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::new();
    let cache = filled(&rig).await;
    for entry in std::fs::read_dir(&rig.directory).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
    assert_eq!(
        std::fs::metadata(&rig.directory).unwrap().permissions().mode() & 0o777,
        0o700
    );
    drop(cache);
}

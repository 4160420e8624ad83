//! Full disks, foreign files, damaged pages, a second process, no keyring.

use super::rig::{HOUR, Rig, names, secret, secret_id, synced};
use crate::{
    Cache, CacheError, Change, LeaseError, MemoryKeyStore, OpenError, Opening, Parts, keyring::Refusal,
};
use claviger_protocol::release::Purpose;
use std::sync::Arc;

#[tokio::test]
async fn a_full_disk_is_said_and_what_was_there_stays() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![secret(1, 1, "before")]).await;
    let mut guard = cache.guard().await.unwrap();
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(&mut guard.connection)
        .await
        .unwrap();
    let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 2));
    sqlx::query(limit).execute(&mut guard.connection).await.unwrap();
    drop(guard);
    let many: Vec<_> = (2..2_000).map(|n| secret(n, 1, &format!("secret-{n}"))).collect();
    let change = || Change {
        cursor: Some(2),
        secrets: many.clone(),
        ..Change::default()
    };
    let error = cache.apply(change()).await.unwrap_err();
    assert!(matches!(error, CacheError::DiskFull), "{error:?}");
    assert!(error.words().contains("disk is full"));
    assert_eq!(names(&cache).await, ["before"]);
    assert_eq!(cache.stored().await.unwrap().cursor, 1);
    sqlx::query("PRAGMA max_page_count = 1000000")
        .execute(&mut cache.guard().await.unwrap().connection)
        .await
        .unwrap();
    cache.apply(change()).await.unwrap();
    assert_eq!(names(&cache).await.len(), 1_999);
}

#[tokio::test]
async fn a_second_process_is_told_so() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    let second = Cache::open(&rig.directory, rig.device.clone(), rig.parts()).await;
    let error = second.err().unwrap();
    assert!(matches!(error, OpenError::InUse), "{error:?}");
    assert_eq!(error.code(), "cache_in_use");
    cache.close().await;
    assert!(matches!(rig.open().await.opening, Opening::Found { .. }));
}

#[tokio::test]
async fn a_newer_form_and_foreign_files_are_left_alone() {
    use sqlx::{ConnectOptions, Connection};
    for (pragma, code) in [
        ("PRAGMA user_version = 2", "cache_newer"),
        ("PRAGMA application_id = 5", "cache_not_ours"),
    ] {
        let rig = Rig::new();
        rig.cache().await.close().await;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(rig.database());
        let mut connection = options.connect().await.unwrap();
        sqlx::query(pragma).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let before = std::fs::read(rig.database()).unwrap();
        let error = Cache::open(&rig.directory, rig.device.clone(), rig.parts())
            .await
            .err()
            .unwrap();
        assert_eq!(error.code(), code);
        assert!(!error.words().is_empty());
        assert_eq!(std::fs::read(rig.database()).unwrap(), before);
    }
}

#[tokio::test]
async fn a_directory_that_cannot_be_is_said() {
    let rig = Rig::new();
    std::fs::write(&rig.directory, b"a file").unwrap();
    let error = Cache::open(&rig.directory, rig.device.clone(), rig.parts())
        .await
        .err()
        .unwrap();
    assert_eq!(error.code(), "cache_directory");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_replaced() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![secret(1, 1, "one")]).await;
    let generation = cache.state().await.unwrap().unwrap().generation;
    cache.close().await;
    std::fs::write(rig.database(), vec![0x5a; 20_000]).unwrap();
    let opened = rig.open().await;
    assert!(
        matches!(opened.opening, Opening::Replaced),
        "{:?}",
        opened.opening
    );
    assert!(names(&opened.cache).await.is_empty());
    assert!(opened.cache.state().await.unwrap().unwrap().generation > generation);
}

async fn damage(cache: &Cache, book: i64) {
    let mut guard = cache.guard().await.unwrap();
    let sql = "UPDATE sheets SET sealed = zeroblob(length(sealed)) WHERE slot = (SELECT min(slot) FROM sheets WHERE book = $1)";
    let done = sqlx::query(sql)
        .bind(book)
        .execute(&mut guard.connection)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
}

#[tokio::test]
async fn a_damaged_page_is_dropped_and_everything_is_fetched_again() {
    for book in [1, 2, 3, 5, 7, 8] {
        let rig = Rig::new();
        let cache = rig.cache().await;
        let people = vec![claviger_protocol::principals::PrincipalRecord {
            id: claviger_model::ids::PrincipalId::from_bytes([3; 16]),
            kind: claviger_model::principal::PrincipalKind::Person,
            name: "Ada".into(),
            email: None,
            state: claviger_model::principal::PrincipalState::Active,
            class: None,
            teams: Vec::new(),
        }];
        synced(
            &cache,
            &rig,
            (0..600).map(|n| secret(n, 1, &format!("s{n}"))).collect(),
        )
        .await;
        cache
            .apply(Change {
                principals: people,
                ..Change::default()
            })
            .await
            .unwrap();
        let record = |seq| crate::HistoryRecord {
            seq,
            index: seq,
            leaf: vec![1].into(),
            openings: Vec::new(),
        };
        let pin = crate::LogPin {
            checkpoint: "c".into(),
            seq: 1,
            leaf: None,
            doubt: None,
        };
        cache.extend_history(vec![record(1)], pin).await.unwrap();
        cache
            .keep_leases(vec![rig.release(secret_id(1), 1, b"v", HOUR)])
            .await
            .unwrap();
        cache.journal_read(secret_id(1), Purpose::Use).await.unwrap();
        damage(&cache, book).await;
        cache.close().await;

        let opened = rig.open().await;
        let lazily = [2, 3, 5].contains(&book);
        assert!(
            matches!(opened.opening, Opening::Found { damaged, .. } if damaged != lazily),
            "{book}: {:?}",
            opened.opening
        );
        let cache = opened.cache;
        let (found, history) = (names(&cache).await.len(), cache.history().await.unwrap().len());
        assert_eq!(found, if book == 2 { 0 } else { 600 }, "{book}");
        assert_eq!(history, usize::from(book != 5), "{book}");
        let stored = cache.stored().await.unwrap();
        assert_eq!((stored.cursor, stored.entitlement.is_none()), (0, true), "{book}");
        assert_eq!(
            cache.leases().await.unwrap().len(),
            usize::from(book != 7),
            "{book}"
        );
        let late = Change {
            cursor: Some(9),
            since: Some(1),
            ..Change::default()
        };
        let refused = cache.apply(late).await.unwrap_err();
        assert!(
            matches!(refused, CacheError::OutOfStep { stored: 0 }),
            "{book}: {refused:?}"
        );
        synced(
            &cache,
            &rig,
            (0..600).map(|n| secret(n, 1, &format!("s{n}"))).collect(),
        )
        .await;
        cache.close().await;
        let opened = rig.open().await;
        assert!(
            matches!(opened.opening, Opening::Found { damaged: false, .. }),
            "{book}: mended"
        );
        assert_eq!(names(&opened.cache).await.len(), 600);
    }
}

#[tokio::test]
async fn without_a_keyring_everything_works_from_memory_and_nothing_is_stored() {
    for (refusal, code) in [
        (Refusal::Locked, "keyring_locked"),
        (Refusal::Absent, "keyring_absent"),
    ] {
        let rig = Rig::new();
        let keys = Arc::new(MemoryKeyStore::default());
        keys.refuse(Some(refusal));
        let parts = Parts { keys, ..rig.parts() };
        let opened = Cache::open(&rig.directory, rig.device.clone(), parts)
            .await
            .unwrap();
        let Opening::NotStored(error) = &opened.opening else {
            panic!("{:?}", opened.opening)
        };
        assert_eq!(error.code(), code);
        assert!(opened.opening.words().unwrap().contains("stores nothing"));
        let cache = opened.cache;
        synced(&cache, &rig, vec![secret(1, 1, "a-name-in-memory")]).await;
        assert_eq!(names(&cache).await, ["a-name-in-memory"]);
        let kept = cache
            .keep_leases(vec![rig.release(secret_id(1), 1, b"v", HOUR)])
            .await;
        assert!(matches!(kept, Err(LeaseError::NotStored)));
        assert_eq!(cache.state().await.unwrap(), None);
        assert!(!cache.is_stored());
        for entry in std::fs::read_dir(&rig.directory).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(16).any(|window| window == b"a-name-in-memory"));
            assert!(bytes.len() <= 64 * 1024, "the empty tables at most");
        }
    }
}

#[tokio::test]
async fn a_keyring_that_locks_in_the_middle_changes_nothing() {
    let rig = Rig::new();
    let keys = Arc::new(MemoryKeyStore::default());
    let parts = Parts {
        keys: keys.clone(),
        ..rig.parts()
    };
    let cache = Cache::open(&rig.directory, rig.device.clone(), parts)
        .await
        .unwrap()
        .cache;
    synced(&cache, &rig, vec![secret(1, 1, "one")]).await;
    cache
        .keep_leases(vec![rig.release(secret_id(1), 1, b"v", HOUR)])
        .await
        .unwrap();
    keys.refuse(Some(Refusal::Locked));
    let public = rig.orders.public().unwrap();
    let order = rig.order(1, vec![claviger_protocol::order::Target::Everything]);
    assert!(cache.execute(&order, &public).await.is_err());
    keys.refuse(None);
    assert_eq!(cache.leases().await.unwrap().len(), 1);
    assert!(cache.execute(&order, &public).await.unwrap().everything);
    assert!(cache.leases().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_closed_cache_says_so_and_too_large_things_are_refused() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    let large = vec![0; crate::MAX_DOCUMENT + 1];
    assert!(matches!(
        cache.put_document("x", Some(&large)).await,
        Err(CacheError::TooLarge(_))
    ));
    cache
        .put_document("x", Some(&large[..crate::MAX_DOCUMENT]))
        .await
        .unwrap();
    cache.put_document("x", None).await.unwrap();
    assert_eq!(cache.document("x").await.unwrap(), None);
    cache.close().await;
    assert!(matches!(cache.stored().await, Err(CacheError::Closed)));
}

//! Rule 9: one lock orders everything.

use crate::ground::{Ground, Noted, config, described};
use claviger_model::{ids::SecretId, time::Timestamp};
use claviger_storage::{Conflict, Database, StorageError, Store, StoreConfig, TimeSource};
use claviger_testkit::clock::ManualClock;
use std::{sync::Arc, time::Duration};

contract!(
    what_is_dropped_leaves_nothing,
    what_fails_halfway_leaves_nothing,
    a_failed_append_cannot_be_committed,
    a_commit_after_a_failed_statement_is_never_a_silent_loss,
    time_never_goes_back,
    a_second_lock_waits_for_the_first,
    a_snapshot_stands_still,
    indexes_follow_the_order_of_commits,
);

async fn what_is_dropped_leaves_nothing(ground: Ground) {
    let before = ground
        .store
        .reader()
        .await
        .unwrap()
        .committed_head()
        .await
        .unwrap();
    let id = SecretId::random(&ground.entropy);
    let mut locked = ground.locked().await;
    locked
        .insert_secret(id, ground.production, &described("x"), None, ground.now())
        .await
        .unwrap();
    locked
        .append(vec![ground.draft(&[ground.ada])], &Noted)
        .await
        .unwrap();
    assert!(locked.secret(id).await.unwrap().is_some(), "seen inside");
    assert!(
        ground
            .store
            .reader()
            .await
            .unwrap()
            .secret(id)
            .await
            .unwrap()
            .is_none(),
        "not outside"
    );
    drop(locked);
    let mut locked = ground.locked().await;
    assert_eq!(locked.head(), &before);
    assert_eq!(locked.secret(id).await.unwrap(), None);
    assert!(locked.events_from(0, 9).await.unwrap().is_empty());
    assert_eq!(locked.last_of_subject(ground.ada).await.unwrap(), (0, None));
}

async fn what_fails_halfway_leaves_nothing(ground: Ground) {
    let id = ground.secret("taken").await;
    let mut locked = ground.locked().await;
    locked.delete_secret(id, ground.ada, ground.now()).await.unwrap();
    let other = SecretId::random(&ground.entropy);
    let missing = claviger_model::ids::ScopeId::random(&ground.entropy);
    assert!(
        locked
            .insert_secret(other, missing, &described("y"), None, ground.now())
            .await
            .is_err()
    );
    drop(locked);
    let secret = ground
        .store
        .reader()
        .await
        .unwrap()
        .secret(id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(secret.deleted_at, None);
}

async fn a_failed_append_cannot_be_committed(ground: Ground) {
    let taken = ground.draft(&[ground.ada]);
    let id = taken.event;
    ground.append(vec![taken]).await;
    let mut locked = ground.locked().await;
    let again = claviger_storage::log::Draft {
        event: id,
        ..ground.draft(&[ground.ada])
    };
    let error = locked
        .append(vec![ground.draft(&[ground.ada]), again], &Noted)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::IdTaken)),
        "{error:?}"
    );
    locked.commit().await.unwrap_err();
    assert_eq!(
        ground
            .store
            .reader()
            .await
            .unwrap()
            .events_from(0, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    ground.append(vec![ground.draft(&[ground.ada])]).await;
}

async fn a_commit_after_a_failed_statement_is_never_a_silent_loss(ground: Ground) {
    let mut locked = ground.locked().await;
    locked.put_setting("kept", &serde_json::json!(1)).await.unwrap();
    let missing = claviger_model::ids::PrincipalId::random(&ground.entropy);
    let device = ground.device(missing);
    locked.insert_device(&device).await.unwrap_err();
    let committed = locked.commit().await.is_ok();
    let kept = ground
        .store
        .reader()
        .await
        .unwrap()
        .setting("kept")
        .await
        .unwrap()
        .is_some();
    assert_eq!(committed, kept);
}

async fn time_never_goes_back(ground: Ground) {
    ground.append(vec![ground.draft(&[])]).await;
    let last = ground.now();
    ground.clock.set(last.minus(Duration::from_secs(3600)));
    let locked = ground.locked().await;
    assert_eq!(locked.now(), last);
    drop(locked);
    ground.clock.set(last.plus(Duration::from_secs(1)));
    assert_eq!(ground.locked().await.now(), ground.now());
}

async fn a_second_lock_waits_for_the_first(ground: Ground) {
    let first = ground.locked().await;
    let second = tokio::time::timeout(Duration::from_millis(200), ground.store.locked()).await;
    assert!(second.is_err(), "it must wait");
    drop(first);
    ground.locked().await.commit().await.unwrap();
}

async fn a_snapshot_stands_still(ground: Ground) {
    let mut snapshot = ground.store.snapshot().await.unwrap();
    let before = snapshot.cursor().await.unwrap();
    ground.secret("new").await;
    assert_eq!(snapshot.cursor().await.unwrap(), before);
    assert!(
        snapshot
            .secrets_in(&[ground.production], None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        ground
            .store
            .reader()
            .await
            .unwrap()
            .secrets_in(&[ground.production], None, 9)
            .await
            .unwrap()
            .len(),
        1
    );
}

async fn indexes_follow_the_order_of_commits(ground: Ground) {
    // On PostgreSQL the two are servers of their own.
    let handles = match &ground.database {
        Database::Sqlite(_) => [ground.store.clone(), ground.store.clone()],
        Database::Postgres(_) => [ground.store.clone(), ground.another().await],
    };
    let ground = Arc::new(ground);
    let committed = Arc::new(tokio::sync::Mutex::new(Vec::new()));
    let work = |store: Store, odd: bool| {
        let (ground, committed) = (Arc::clone(&ground), Arc::clone(&committed));
        tokio::spawn(async move {
            for round in 0..30_u64 {
                let mut locked = store.locked().await.unwrap();
                let size = usize::try_from(round % 4 + 1).unwrap();
                let drafts = (0..size).map(|_| ground.draft(&[ground.ada])).collect();
                let appended = locked.append(drafts, &Noted).await.unwrap();
                // Some are given up, so that their numbers must be given again.
                if odd && round % 3 == 0 {
                    continue;
                }
                let head = locked.head().clone();
                let order = committed.lock().await;
                locked.commit().await.unwrap();
                let mut order = order;
                order.extend(appended.events.iter().map(|event| event.placement.index));
                assert_eq!(head.next_index, *order.last().unwrap() + 1);
            }
        })
    };
    let [one, two] = handles;
    let (one, two) = tokio::join!(work(one, false), work(two, true));
    one.unwrap();
    two.unwrap();
    let committed = committed.lock().await;
    assert_eq!(*committed, (0..committed.len() as u64).collect::<Vec<_>>());
    let mut reader = ground.store.reader().await.unwrap();
    let history = reader.events_of_subject(ground.ada, 0, 9999).await.unwrap();
    assert_eq!(
        history.iter().map(|e| e.seq).collect::<Vec<_>>(),
        (1..=committed.len() as u64).collect::<Vec<_>>()
    );
    assert_eq!(
        reader.committed_head().await.unwrap().next_index,
        committed.len() as u64
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_tells_its_own_time() {
    let ground = Ground::postgres().await;
    let clock = ManualClock::at(Timestamp::from_millis(5));
    let time = TimeSource::Database(Arc::new(clock.clone()));
    let store = Store::open(StoreConfig {
        time,
        ..config(ground.database.clone(), &clock)
    })
    .await
    .unwrap();
    let one = store.locked().await.unwrap().now();
    let two = store.locked().await.unwrap().now();
    assert!(one.millis() > 1_700_000_000_000 && two >= one);
}

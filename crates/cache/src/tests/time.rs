//! Offline time, and the lease of names.

use super::rig::{HOUR, Rig, START, names, secret, secret_id, synced};
use crate::{LeaseError, Opening};
use claviger_model::time::Timestamp;
use claviger_protocol::release::Purpose;

#[tokio::test]
async fn a_clock_that_is_set_back_locks_offline_use_until_the_server_is_heard() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    cache
        .keep_leases(vec![rig.release(secret_id(1), 1, b"v", HOUR)])
        .await
        .unwrap();
    rig.times.pass(HOUR / 2);
    cache.tick().await.unwrap();
    rig.times.set_wall(START + HOUR / 2 - 119_000);
    assert_eq!(cache.check_clock().await.unwrap(), Ok(()));
    rig.times.set_wall(START);
    assert!(cache.check_clock().await.unwrap().is_err());
    let refused = cache.journal_read(secret_id(1), Purpose::Use).await;
    assert!(matches!(refused, Err(LeaseError::Clock(_))), "{refused:?}");
    assert_eq!(cache.unsent().await.unwrap(), None, "nothing was journaled");
    assert_eq!(
        cache.now().await.unwrap(),
        Timestamp::from_millis(START + HOUR / 2)
    );

    // A restart of machine and program does not help.
    cache.close().await;
    rig.times.restart_machine();
    let cache = rig.cache().await;
    assert!(cache.check_clock().await.unwrap().is_err());
    // And a lease ends by the mark, whatever the wall clock says.
    rig.times.set_wall(START + HOUR / 2);
    cache.contact(Timestamp::from_millis(START + HOUR)).await.unwrap();
    cache.tick().await.unwrap();
    assert!(cache.leases().await.unwrap().is_empty());
}

#[tokio::test]
async fn names_and_history_end_seven_days_after_the_last_contact() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![secret(1, 2, "stripe")]).await;
    cache.put_document("settings", Some(b"dark")).await.unwrap();
    rig.times.pass(4 * 24 * HOUR);
    cache.contact(rig.now()).await.unwrap();
    rig.times.pass(7 * 24 * HOUR - 1);
    assert!(!cache.tick().await.unwrap());
    assert_eq!(names(&cache).await, ["stripe"]);
    cache.close().await;
    rig.times.pass(1);
    let opened = rig.open().await;
    assert!(
        matches!(
            opened.opening,
            Opening::Found {
                names_expired: true,
                ..
            }
        ),
        "{:?}",
        opened.opening
    );
    let cache = opened.cache;
    assert!(names(&cache).await.is_empty());
    let stored = cache.stored().await.unwrap();
    assert_eq!((stored.cursor, stored.entitlement), (0, None));
    assert_eq!(cache.document("settings").await.unwrap().unwrap(), b"dark");
    cache.close().await;
    let again = rig.open().await;
    assert!(
        matches!(
            again.opening,
            Opening::Found {
                names_expired: false,
                ..
            }
        ),
        "said once"
    );
}

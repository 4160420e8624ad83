//! Being cut off at each step of a destruction. By kill -9 at any moment: `campaign.rs`.

use super::rig::{HOUR, Rig, names, secret, secret_id, synced};
use crate::{Cache, Opened, Opening, generation::Step};
use claviger_protocol::{order::Target, release::Purpose};

const STEPS: [Step; 5] = [
    Step::BeforePending,
    Step::AfterPending,
    Step::BeforeCommit,
    Step::AfterCommit,
    Step::AfterPromotion,
];

async fn filled(rig: &Rig) -> Cache {
    let cache = rig.cache().await;
    synced(&cache, rig, vec![secret(1, 1, "one"), secret(2, 2, "two")]).await;
    let leases = vec![
        rig.release(secret_id(1), 1, b"v1", HOUR),
        rig.release(secret_id(2), 1, b"v2", HOUR),
    ];
    cache.keep_leases(leases).await.unwrap();
    cache
}

/// After the transaction the destruction counts; before it, nothing happened.
async fn check(cache: &Cache, step: Step) {
    let counts = matches!(step, Step::AfterCommit | Step::AfterPromotion);
    let leases = cache.leases().await.unwrap();
    assert_eq!(leases.len(), if counts { 1 } else { 2 }, "{step:?}");
    assert_eq!(names(cache).await, ["one", "two"], "{step:?}");
    let receipt = cache.journal_read(secret_id(2), Purpose::Use).await.unwrap();
    assert_eq!(
        cache.open_leased(receipt).await.unwrap().expose(),
        b"v2",
        "{step:?}"
    );
    assert_eq!(
        cache.last_order().await.unwrap(),
        0,
        "{step:?}: nothing is acknowledged that may not have happened"
    );
}

#[tokio::test]
async fn a_destruction_that_breaks_off_is_finished_or_undone_by_the_next_start() {
    for step in STEPS {
        let rig = Rig::new();
        let cache = filled(&rig).await;
        let before = cache.state().await.unwrap().unwrap().generation;
        let order = rig.order(
            1,
            vec![Target::Secret {
                secret: secret_id(1),
                names: false,
            }],
        );
        let public = rig.orders.public().unwrap();
        cache.guard().await.unwrap().fault = Some(step);
        assert!(cache.execute(&order, &public).await.is_err(), "{step:?}");
        cache.close().await;

        let opened = rig.open().await;
        assert!(
            matches!(
                opened.opening,
                Opening::Found {
                    names_expired: false,
                    damaged: false
                }
            ),
            "{step:?}: {:?}",
            opened.opening
        );
        check(&opened.cache, step).await;
        let done = opened.cache.execute(&order, &public).await.unwrap();
        assert_eq!(opened.cache.leases().await.unwrap().len(), 1, "{step:?}");
        assert_eq!(opened.cache.acknowledgements().await.unwrap().len(), 1);
        let said = claviger_protocol::signed::parse::<claviger_protocol::order::Acknowledgement>(
            &done.acknowledgement.body.0,
        );
        assert_eq!(
            said.unwrap().cache_generation,
            before + 1,
            "{step:?}: no generation too many"
        );
    }
}

#[tokio::test]
async fn a_destruction_that_breaks_off_is_finished_or_undone_without_a_restart_too() {
    for step in STEPS {
        let rig = Rig::new();
        let cache = filled(&rig).await;
        let order = rig.order(
            1,
            vec![Target::Secret {
                secret: secret_id(1),
                names: false,
            }],
        );
        let public = rig.orders.public().unwrap();
        cache.guard().await.unwrap().fault = Some(step);
        assert!(cache.execute(&order, &public).await.is_err(), "{step:?}");
        cache.guard().await.unwrap().fault = None;
        check(&cache, step).await;
        cache.execute(&order, &public).await.unwrap();
        assert_eq!(cache.leases().await.unwrap().len(), 1, "{step:?}");
        cache.close().await;
        assert_eq!(rig.cache().await.leases().await.unwrap().len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn either_half_can_be_lost() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let generation = cache.state().await.unwrap().unwrap().generation;
    cache.close().await;
    std::fs::remove_file(rig.database()).unwrap();
    let Opened { cache, opening } = rig.open().await;
    assert!(matches!(opening, Opening::RolledBack), "{opening:?}");
    assert!(cache.state().await.unwrap().unwrap().generation > generation);
    let generation = cache.state().await.unwrap().unwrap().generation;
    cache.close().await;

    let item = crate::ItemName::cache(rig.device.organization, rig.device.id);
    crate::KeyStore::delete(&rig.keys, &item).await.unwrap();
    let Opened { cache, opening } = rig.open().await;
    assert!(matches!(opening, Opening::KeyLost), "{opening:?}");
    assert!(names(&cache).await.is_empty());
    assert!(
        cache.state().await.unwrap().unwrap().generation > generation,
        "never a lower one"
    );
}

//! Orders and acknowledgements.

use super::rig::{HOUR, Rig, names, scope_id, secret, secret_id, synced};
use crate::{Cache, OrderError};
use claviger_model::ids::OrderId;
use claviger_protocol::{
    order::{Acknowledgement, Target},
    release::Purpose,
    signed::{Signed, parse},
};

async fn filled(rig: &Rig) -> Cache {
    let cache = rig.cache().await;
    let secrets = vec![secret(1, 1, "one"), secret(2, 2, "two"), secret(3, 3, "three")];
    synced(&cache, rig, secrets).await;
    let leases = (1..=3)
        .map(|n| rig.release(secret_id(n), 1, b"value", HOUR))
        .collect();
    cache.keep_leases(leases).await.unwrap();
    cache
}

fn acknowledgement(rig: &Rig, signed: &Signed) -> Acknowledgement {
    rig.device
        .key
        .public()
        .verify(&signed.body.0, &signed.signature.0)
        .unwrap();
    parse(&signed.body.0).unwrap()
}

async fn leased(cache: &Cache) -> Vec<u64> {
    let leases = cache.leases().await.unwrap();
    let mut ids: Vec<_> = (1..=3)
        .filter(|n| leases.iter().any(|lease| lease.secret == secret_id(*n)))
        .collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn an_order_takes_what_it_names_and_is_acknowledged_until_that_is_confirmed() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let public = rig.orders.public().unwrap();
    let before = cache.state().await.unwrap().unwrap();
    cache.journal_read(secret_id(1), Purpose::Use).await.unwrap();

    let order = rig.order(
        1,
        vec![Target::Secret {
            secret: secret_id(1),
            names: false,
        }],
    );
    let done = cache.execute(&order, &public).await.unwrap();
    assert_eq!(
        (done.leases.as_slice(), done.names.as_slice()),
        ([secret_id(1)].as_slice(), [].as_slice())
    );
    assert_eq!(leased(&cache).await, [2, 3]);
    assert_eq!(names(&cache).await, ["one", "three", "two"]);
    let said = acknowledgement(&rig, &done.acknowledgement);
    assert_eq!(said.cache_generation, before.generation + 1);
    assert_eq!(
        said.cache_generation,
        cache.state().await.unwrap().unwrap().generation
    );
    assert_eq!((said.journal_seq, said.journal_hash.0.len()), (1, 32));
    assert_eq!(said.order_sha256.0, claviger_crypto::bytes::sha256(&order.body.0));

    cache.close().await;
    let cache = rig.cache().await;
    assert_eq!(cache.last_order().await.unwrap(), 1);
    let again = cache.execute(&order, &public).await.unwrap();
    assert_eq!(
        again.acknowledgement, done.acknowledgement,
        "the same until it is confirmed"
    );
    assert_eq!(cache.acknowledgements().await.unwrap().len(), 1);
    cache.acknowledged(&[done.order]).await.unwrap();
    assert!(cache.acknowledgements().await.unwrap().is_empty());

    // Once more after that: a lease that came since goes too.
    cache
        .keep_leases(vec![rig.release(secret_id(1), 1, b"value", HOUR)])
        .await
        .unwrap();
    cache.execute(&order, &public).await.unwrap();
    assert_eq!(leased(&cache).await, [2, 3]);
    assert_eq!(cache.last_order().await.unwrap(), 1);
}

#[tokio::test]
async fn a_scope_means_what_lies_below_it_even_after_the_names_went() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let public = rig.orders.public().unwrap();
    let order = rig.order(
        1,
        vec![Target::Scope {
            scope: scope_id(1),
            names: true,
        }],
    );
    let done = cache.execute(&order, &public).await.unwrap();
    assert_eq!(done.leases.len(), 2);
    assert_eq!(names(&cache).await, ["three"]);
    let left = cache.stored().await.unwrap().entitlement.unwrap();
    let paths: Vec<_> = left.scopes.iter().map(|scope| scope.path.to_string()).collect();
    assert_eq!(paths, ["", "search"]);
    assert!(left.digest.0.is_empty(), "so that the next sync brings it anew");

    // A sync that dropped names first leaves the lease to the order.
    let mut lost = super::rig::entitlement();
    lost.scopes.retain(|scope| scope.id == scope_id(10));
    lost.rights.clear();
    let change = crate::Change {
        entitlement: Some(lost),
        ..crate::Change::default()
    };
    cache.apply(change).await.unwrap();
    assert!(names(&cache).await.is_empty());
    assert_eq!(leased(&cache).await, [3]);
    let order = rig.order(
        2,
        vec![Target::Scope {
            scope: scope_id(3),
            names: true,
        }],
    );
    assert_eq!(
        cache.execute(&order, &public).await.unwrap().leases,
        [secret_id(3)]
    );
}

#[tokio::test]
async fn an_order_about_a_scope_takes_a_copy_of_which_nobody_knows_where_it_stood() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let unknown = rig.release(secret_id(9), 1, b"value", HOUR);
    cache.keep_leases(vec![unknown]).await.unwrap();
    let targets = vec![Target::Scope {
        scope: scope_id(3),
        names: false,
    }];
    let public = rig.orders.public().unwrap();
    let mut done = cache.execute(&rig.order(1, targets), &public).await.unwrap();
    done.leases.sort_unstable();
    assert_eq!(done.leases, [secret_id(3), secret_id(9)]);
}

#[tokio::test]
async fn everything_leaves_the_journal_and_the_acknowledgement_only() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    cache.put_document("settings", Some(b"dark")).await.unwrap();
    cache
        .mark(
            secret_id(1),
            crate::Mark {
                favourite: true,
                used_at: None,
            },
        )
        .await
        .unwrap();
    cache.journal_read(secret_id(1), Purpose::Use).await.unwrap();
    let public = rig.orders.public().unwrap();
    let done = cache
        .execute(&rig.order(1, vec![Target::Everything]), &public)
        .await
        .unwrap();
    assert!(done.everything);
    assert_eq!((done.leases.len(), done.names.len()), (3, 3));
    assert!(names(&cache).await.is_empty() && leased(&cache).await.is_empty());
    assert_eq!(cache.document("settings").await.unwrap(), None);
    assert!(cache.marks().await.unwrap().is_empty());
    cache.close().await;
    let cache = rig.cache().await;
    assert_eq!(cache.unsent().await.unwrap().unwrap().entries.len(), 1);
    assert_eq!(cache.acknowledgements().await.unwrap().len(), 1);
    assert_eq!(cache.last_order().await.unwrap(), 1);
    assert!(cache.everything_destroyed().await.unwrap());
    cache.close().await;
    let device = &rig.device;
    Cache::erase(&rig.directory, device.organization, device.id, &rig.keys)
        .await
        .unwrap();
    assert!(!rig.database().exists());
}

#[tokio::test]
async fn whoever_stops_waiting_for_an_order_to_destroy_everything_is_told_of_it_later() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let public = rig.orders.public().unwrap();
    assert!(!cache.everything_destroyed().await.unwrap());
    let order = rig.order(1, vec![Target::Everything]);
    // The call is begun and dropped, as when a session ends in the middle of a round.
    let mut call = Box::pin(cache.execute(&order, &public));
    assert!(futures_util::poll!(&mut call).is_pending());
    drop(call);
    for _ in 0..400 {
        if cache.last_order().await.unwrap() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(cache.everything_destroyed().await.unwrap());
    assert_eq!(cache.acknowledgements().await.unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_servers_own_orders_for_this_device_are_obeyed_in_their_order() {
    let rig = Rig::new();
    let cache = filled(&rig).await;
    let public = rig.orders.public().unwrap();
    let everything = || vec![Target::Everything];
    let mut forged = rig.order(1, everything());
    forged.signature.0[0] ^= 1;
    let mut altered = rig.order(
        1,
        vec![Target::Secret {
            secret: secret_id(1),
            names: false,
        }],
    );
    altered.body = rig.order(1, everything()).body;
    let mut elsewhere = Rig::new();
    elsewhere.device.id = claviger_model::ids::DeviceId::from_bytes([9; 16]);
    for (order, why) in [
        (forged, "signed"),
        (altered, "signed"),
        (elsewhere.order(1, everything()), "another device"),
        (rig.order(2, everything()), "before number 1"),
    ] {
        let error = cache.execute(&order, &public).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        assert!(!matches!(error, OrderError::Cache(_)));
    }
    assert_eq!(leased(&cache).await, [1, 2, 3]);
    assert_eq!(cache.last_order().await.unwrap(), 0);
    assert!(
        !cache
            .acknowledgements()
            .await
            .unwrap()
            .iter()
            .any(|a| a.order == OrderId::from_bytes([0; 16]))
    );
}

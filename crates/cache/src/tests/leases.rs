//! Leases and the journal.

use super::rig::{HOUR, Rig, secret, secret_id, synced};
use crate::{Cache, LeaseError, Opening};
use claviger_crypto::bytes::sha256;
use claviger_ledger::{leaf::Leaf, lease::CiphertextHash};
use claviger_model::time::Timestamp;
use claviger_protocol::{journal::JournalEntry, release::Purpose, signed::parse};

async fn read(cache: &Cache, n: u64) -> Result<Vec<u8>, LeaseError> {
    let receipt = cache.journal_read(secret_id(n), Purpose::Reveal).await?;
    Ok(cache.open_leased(receipt).await?.expose().to_vec())
}

#[tokio::test]
async fn a_leased_value_is_read_after_a_restart_and_each_read_is_in_the_journal() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![secret(1, 2, "stripe"), secret(2, 3, "big")]).await;
    let big = vec![0xab; 64 * 1024];
    cache
        .keep_leases(vec![
            rig.release(secret_id(1), 3, b"hunter2", HOUR),
            rig.release(secret_id(2), 1, &big, HOUR),
        ])
        .await
        .unwrap();
    cache.close().await;
    rig.times.restart_machine();

    let opened = rig.open().await;
    assert!(matches!(
        opened.opening,
        Opening::Found {
            names_expired: false,
            damaged: false
        }
    ));
    let cache = opened.cache;
    assert_eq!(cache.leases().await.unwrap().len(), 2);
    assert_eq!(read(&cache, 1).await.unwrap(), b"hunter2");
    assert_eq!(read(&cache, 2).await.unwrap(), big);
    assert!(matches!(read(&cache, 3).await, Err(LeaseError::Missing)));
    cache.close().await;

    let cache = rig.cache().await;
    let tail = cache.unsent().await.unwrap().unwrap();
    assert_eq!((tail.first, tail.entries.len()), (1, 2));
    let entries: Vec<JournalEntry> = tail
        .entries
        .iter()
        .map(|entry| parse(&entry.body.0).unwrap())
        .collect();
    for entry in &tail.entries {
        rig.device
            .key
            .public()
            .verify(&entry.body.0, &entry.signature.0)
            .unwrap();
    }
    assert_eq!(entries[0].prev.0, b"");
    assert_eq!(entries[1].prev.0, sha256(&tail.entries[0].body.0));
    assert_eq!(
        (entries[0].secret, entries[0].version, entries[1].seq),
        (secret_id(1), 3, 2)
    );

    cache.mark_sent(1).await.unwrap();
    assert_eq!(cache.unsent().await.unwrap().unwrap().first, 2);
    cache.mark_sent(2).await.unwrap();
    assert_eq!(cache.unsent().await.unwrap(), None);
    read(&cache, 1).await.unwrap();
    let next: JournalEntry = parse(&cache.unsent().await.unwrap().unwrap().entries[0].body.0).unwrap();
    assert_eq!(
        (next.seq, next.prev.0),
        (3, sha256(&tail.entries[1].body.0).to_vec())
    );
}

#[tokio::test]
async fn the_journal_goes_on_after_the_file_was_lost() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    cache
        .keep_leases(vec![rig.release(secret_id(1), 1, b"v", HOUR)])
        .await
        .unwrap();
    read(&cache, 1).await.unwrap();
    let sent = cache.unsent().await.unwrap().unwrap().entries;
    cache.mark_sent(1).await.unwrap();
    cache.close().await;
    std::fs::remove_dir_all(&rig.directory).unwrap();

    let opened = rig.open().await;
    assert!(
        matches!(opened.opening, Opening::RolledBack),
        "{:?}",
        opened.opening
    );
    let cache = opened.cache;
    synced(&cache, &rig, vec![]).await;
    cache
        .keep_leases(vec![rig.release(secret_id(1), 1, b"v", HOUR)])
        .await
        .unwrap();
    read(&cache, 1).await.unwrap();
    let next: JournalEntry = parse(&cache.unsent().await.unwrap().unwrap().entries[0].body.0).unwrap();
    assert_eq!((next.seq, next.prev.0), (2, sha256(&sent[0].body.0).to_vec()));
}

#[tokio::test]
async fn a_lease_ends_by_the_clock_and_its_key_is_destroyed() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    cache
        .keep_leases(vec![
            rig.release(secret_id(1), 1, b"a", HOUR),
            rig.release(secret_id(2), 1, b"b", 2 * HOUR),
        ])
        .await
        .unwrap();
    let before = cache.state().await.unwrap().unwrap();
    rig.times.pass(HOUR - 1);
    assert_eq!(read(&cache, 1).await.unwrap(), b"a");
    rig.times.pass(1);
    assert!(matches!(read(&cache, 1).await, Err(LeaseError::Expired)));
    assert_eq!(cache.leases().await.unwrap().len(), 1);
    let after = cache.state().await.unwrap().unwrap();
    assert!(after.generation > before.generation && after.digest != before.digest);
    assert!(!cache.tick().await.unwrap());
    rig.times.pass(HOUR);
    assert!(cache.tick().await.unwrap());
    assert!(cache.leases().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_lease_that_ended_while_the_program_was_away_is_gone_at_the_start() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    cache
        .keep_leases(vec![rig.release(secret_id(1), 1, b"a", HOUR)])
        .await
        .unwrap();
    cache.close().await;
    rig.times.pass(HOUR);
    assert!(rig.cache().await.leases().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_receipt_does_not_open_a_newer_lease_or_an_ended_one() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    cache
        .keep_leases(vec![rig.release(secret_id(1), 1, b"old", HOUR)])
        .await
        .unwrap();
    let receipt = cache.journal_read(secret_id(1), Purpose::Copy).await.unwrap();
    cache
        .keep_leases(vec![rig.release(secret_id(1), 2, b"new", HOUR)])
        .await
        .unwrap();
    assert!(matches!(
        cache.open_leased(receipt).await,
        Err(LeaseError::Missing)
    ));
    let receipt = cache.journal_read(secret_id(1), Purpose::Copy).await.unwrap();
    rig.times.pass(HOUR);
    assert!(matches!(
        cache.open_leased(receipt).await,
        Err(LeaseError::Expired)
    ));
}

#[tokio::test]
async fn copies_that_nobody_wants_any_more_are_destroyed_and_the_others_stay() {
    let rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    let release = |n, value: &[u8]| rig.release(secret_id(n), 1, value, HOUR);
    let kept = vec![release(1, b"one"), release(2, b"two"), release(3, b"three")];
    cache.keep_leases(kept).await.unwrap();
    let before = cache.state().await.unwrap().unwrap().generation;
    cache
        .end_leases(vec![secret_id(1), secret_id(3), secret_id(9)])
        .await
        .unwrap();
    assert!(
        cache.state().await.unwrap().unwrap().generation > before,
        "the key table was written anew without their keys"
    );
    assert!(matches!(read(&cache, 1).await, Err(LeaseError::Missing)));
    assert!(matches!(read(&cache, 3).await, Err(LeaseError::Missing)));
    assert_eq!(read(&cache, 2).await.unwrap(), b"two");
}

#[tokio::test]
async fn a_copy_stays_one_when_the_log_has_another_key() {
    let mut rig = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    let value = |n: u64| format!("kept under key {n}").into_bytes();
    let mut cache = Some(cache);
    for n in 1..=3 {
        let now = cache.take().unwrap();
        now.keep_leases(vec![rig.release(secret_id(n), 1, &value(n), HOUR)])
            .await
            .unwrap();
        now.close().await;
        rig.follow_to_log_key(10 + u8::try_from(n).unwrap());
        cache = Some(rig.cache().await);
    }
    let cache = cache.unwrap();
    for n in 1..=3 {
        assert_eq!(read(&cache, n).await.unwrap(), value(n));
    }
    // What is new is proved by the key of now alone.
    let mut late = Rig::at(rig.directory.parent().unwrap());
    late.follow_to_log_key(12);
    let refused = cache
        .keep_leases(vec![late.release(secret_id(4), 1, b"v", HOUR)])
        .await;
    assert!(matches!(refused, Err(LeaseError::Proof(_))), "{refused:?}");
}

#[tokio::test]
async fn what_does_not_hold_is_not_kept() {
    let rig = Rig::new();
    let other = Rig::new();
    let cache = rig.cache().await;
    synced(&cache, &rig, vec![]).await;
    let good = || rig.release(secret_id(1), 1, b"v", HOUR);
    let mut wrong = Vec::new();
    let mut add = |change: fn(&mut crate::KeepLease)| {
        let mut lease = good();
        change(&mut lease);
        wrong.push(lease);
    };
    add(|lease| lease.secret = secret_id(2));
    add(|lease| lease.release.version = 2);
    add(|lease| *lease.release.sealed.0.last_mut().unwrap() ^= 1);
    add(|lease| lease.release.index = 0);
    add(|lease| lease.release.proof[0].0[0] ^= 1);
    add(|lease| lease.release.proof.push(vec![1, 2].into()));
    add(|lease| lease.release.leaf.0.push(b' '));
    add(|lease| lease.checkpoint = lease.checkpoint.replace("\n2\n", "\n3\n"));
    add(|lease| lease.release_key = claviger_crypto::secret::Key256::from_bytes(&[0; 32]));
    for (n, lease) in wrong.into_iter().enumerate() {
        let refused = cache.keep_leases(vec![good(), lease]).await;
        assert!(matches!(refused, Err(LeaseError::Proof(_))), "{n}: {refused:?}");
        assert!(cache.leases().await.unwrap().is_empty(), "{n}: all or nothing");
    }
    // What opens, and stands in the log for another device or another ciphertext.
    let says: [fn(&mut Leaf); 2] = [
        |leaf| leaf.device = Some(claviger_model::ids::DeviceId::from_bytes([9; 16])),
        |leaf| leaf.lease.as_mut().unwrap().ciphertext_sha256 = CiphertextHash::of(b"another"),
    ];
    for says in says {
        let lease = rig.release_as(secret_id(1), 1, b"v", HOUR, says);
        let refused = cache.keep_leases(vec![lease]).await;
        assert!(matches!(refused, Err(LeaseError::Proof(_))), "{refused:?}");
    }
    // Another log's key, and another device.
    let mut foreign = rig.device.clone();
    foreign.id = claviger_model::ids::DeviceId::from_bytes([9; 16]);
    let elsewhere = Cache::open(&other.directory, foreign, other.parts())
        .await
        .unwrap()
        .cache;
    elsewhere
        .contact(Timestamp::from_millis(super::rig::START))
        .await
        .unwrap();
    assert!(matches!(
        elsewhere.keep_leases(vec![good()]).await,
        Err(LeaseError::Proof(_))
    ));
}

//! Keys that are rotated while servers run: the number in the head, and generations that come and go.

use crate::ground::Ground;
use claviger_model::ids::KeyId;
use claviger_storage::{
    Conflict, StorageError,
    organization::{KekGeneration, KeyPurpose, ServerKey},
    versions::WrappedKey,
};

contract!(
    every_change_of_a_key_raises_the_number_that_comes_with_the_lock,
    a_generation_goes_only_when_nothing_is_under_it,
    a_generation_keeps_both_wrappings,
    data_keys_come_some_at_a_time,
);

fn kek(ground: &Ground, generation: u32) -> KekGeneration {
    KekGeneration {
        id: KeyId::random(&ground.entropy),
        generation,
        wrapped: vec![5; 60],
        next_wrapped: None,
        created_at: ground.now(),
        retired_at: None,
    }
}

fn key(ground: &Ground, under: KeyId) -> ServerKey {
    ServerKey {
        id: KeyId::random(&ground.entropy),
        purpose: KeyPurpose::Log,
        generation: 1,
        public: vec![1; 32],
        wrapped: vec![2; 60],
        kek: under,
        cosignature: None,
        created_at: ground.now(),
        retired_at: None,
    }
}

async fn number(ground: &Ground) -> u64 {
    let locked = ground.locked().await;
    let number = locked.head().keys;
    drop(locked);
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.committed_head().await.unwrap().keys, number);
    number
}

async fn every_change_of_a_key_raises_the_number_that_comes_with_the_lock(ground: Ground) {
    let mut known = number(&ground).await;
    let (new, key) = (kek(&ground, 2), key(&ground, ground.kek));
    for step in 0..8 {
        let mut locked = ground.locked().await;
        match step {
            0 => locked.put_server_key(&key).await.unwrap(),
            1 => locked.put_kek_generation(&new).await.unwrap(),
            2 => locked
                .retire_kek_generation(ground.kek, ground.now())
                .await
                .unwrap(),
            3 => locked.rewrap_server_key(key.id, &[3; 60], new.id).await.unwrap(),
            4 => locked
                .rewrap_kek_generation(new.id, &[6; 60], None)
                .await
                .unwrap(),
            5 => assert!(locked.destroy_kek_generation(ground.kek).await.unwrap()),
            6 => locked.retire_server_key(key.id, ground.now()).await.unwrap(),
            _ => {
                locked
                    .put_setting("retention", &serde_json::json!(1))
                    .await
                    .unwrap();
            }
        }
        locked.commit().await.unwrap();
        let now = number(&ground).await;
        assert_eq!(now > known, step < 7, "step {step}");
        known = now;
    }
    // What is rolled back raises nothing.
    let mut locked = ground.locked().await;
    locked.put_kek_generation(&kek(&ground, 3)).await.unwrap();
    drop(locked);
    assert_eq!(number(&ground).await, known);
}

async fn a_generation_goes_only_when_nothing_is_under_it(ground: Ground) {
    ground.secret("db").await;
    let (new, key) = (kek(&ground, 2), key(&ground, ground.kek));
    let mut locked = ground.locked().await;
    locked.put_server_key(&key).await.unwrap();
    locked.put_kek_generation(&new).await.unwrap();
    assert!(
        !locked.destroy_kek_generation(new.id).await.unwrap(),
        "it wraps still, though nothing is under it"
    );
    locked
        .retire_kek_generation(ground.kek, ground.now())
        .await
        .unwrap();
    locked.rewrap_server_key(key.id, &[3; 60], new.id).await.unwrap();
    assert!(
        !locked.destroy_kek_generation(ground.kek).await.unwrap(),
        "a data key is under it"
    );
    locked
        .rewrap_server_key(key.id, &[3; 60], ground.kek)
        .await
        .unwrap();
    let old = locked.data_keys_under(ground.kek, 10).await.unwrap();
    let rewrapped: Vec<_> = old
        .into_iter()
        .map(|old| WrappedKey { kek: new.id, ..old })
        .collect();
    locked.rewrap_data_keys(&rewrapped).await.unwrap();
    assert!(
        !locked.destroy_kek_generation(ground.kek).await.unwrap(),
        "a key of the server is under it"
    );
    locked.rewrap_server_key(key.id, &[3; 60], new.id).await.unwrap();
    assert!(locked.destroy_kek_generation(ground.kek).await.unwrap());
    assert!(!locked.destroy_kek_generation(ground.kek).await.unwrap(), "again");
    locked.commit().await.unwrap();
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.kek_generations().await.unwrap(), vec![new]);
}

async fn a_generation_keeps_both_wrappings(ground: Ground) {
    let mut locked = ground.locked().await;
    locked
        .rewrap_kek_generation(ground.kek, &[7; 60], Some(&[8; 60]))
        .await
        .unwrap();
    let missing = KeyId::random(&ground.entropy);
    locked.commit().await.unwrap();
    let mut reader = ground.store.reader().await.unwrap();
    let stored = reader.kek_generations().await.unwrap().remove(0);
    assert_eq!(
        (stored.wrapped, stored.next_wrapped),
        (vec![7; 60], Some(vec![8; 60]))
    );
    drop(reader);
    let mut locked = ground.locked().await;
    let error = locked
        .rewrap_kek_generation(missing, &[7; 60], None)
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Conflict(Conflict::Changed)));
}

async fn data_keys_come_some_at_a_time(ground: Ground) {
    for name in ["a", "b", "c", "d", "e"] {
        ground.secret(name).await;
    }
    let new = kek(&ground, 2);
    let mut locked = ground.locked().await;
    locked.put_kek_generation(&new).await.unwrap();
    let mut left = Vec::new();
    loop {
        let some = locked.data_keys_under(ground.kek, 2).await.unwrap();
        left.push(some.len());
        if some.is_empty() {
            break;
        }
        let rewrapped: Vec<_> = some
            .into_iter()
            .map(|old| WrappedKey {
                kek: new.id,
                data_key: vec![4],
                ..old
            })
            .collect();
        locked.rewrap_data_keys(&rewrapped).await.unwrap();
    }
    assert_eq!(left, [2, 2, 1, 0]);
    assert_eq!(locked.count_data_keys(new.id).await.unwrap(), 5);
}

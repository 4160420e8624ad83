use crate::ground::Ground;
use claviger_model::ids::{DeviceId, OrderId};
use claviger_storage::{
    Conflict, StorageError,
    journal::{JournalEntry, JournalOutcome},
    orders::{Acknowledged, Order},
    sessions::{Device, DeviceState},
};

contract!(
    a_key_is_enrolled_once,
    a_state_is_left_only_from_where_it_stands,
    the_cache_is_noted,
    orders_wait_until_acknowledged_once,
    the_journal_is_idempotent_and_shows_contradictions,
    the_journal_head_waits_for_gaps,
);

async fn a_key_is_enrolled_once(ground: Ground) {
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    assert_eq!(locked.device(device.id).await.unwrap(), Some(device.clone()));
    assert_eq!(
        locked.device_by_jkt(&device.jkt).await.unwrap(),
        Some(device.clone())
    );
    assert_eq!(locked.devices_of(ground.ada).await.unwrap(), vec![device.clone()]);
    let again = Device {
        id: DeviceId::random(&ground.entropy),
        ..device
    };
    let error = locked.insert_device(&again).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::DeviceEnrolled)),
        "{error:?}"
    );
}

async fn a_state_is_left_only_from_where_it_stands(ground: Ground) {
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    locked
        .set_device_state(device.id, DeviceState::Active, DeviceState::Ending)
        .await
        .unwrap();
    let error = locked
        .set_device_state(device.id, DeviceState::Active, DeviceState::Ending)
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Conflict(Conflict::Changed)));
    assert_eq!(
        locked.device(device.id).await.unwrap().unwrap().state,
        DeviceState::Ending
    );
}

async fn the_cache_is_noted(ground: Ground) {
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    locked
        .note_cache(device.id, 7, &[1; 32], ground.later(5))
        .await
        .unwrap();
    let renamed = Device {
        platform: "Linux 7".to_owned(),
        seen_at: ground.later(6),
        ..device.clone()
    };
    assert!(locked.update_device(&renamed).await.unwrap());
    let expected = Device {
        cache_generation: 7,
        cache_digest: Some([1; 32]),
        ..renamed
    };
    assert_eq!(locked.device(device.id).await.unwrap(), Some(expected));
}

async fn orders_wait_until_acknowledged_once(ground: Ground) {
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    assert_eq!(locked.next_order_seq(device.id).await.unwrap(), 1);
    let order = |seq| Order {
        id: OrderId::random(&ground.entropy),
        device: device.id,
        seq,
        targets: serde_json::json!({"secrets": ["a"]}),
        signed: vec![1, 2],
        issued_at: ground.now(),
        known_generation: seq + 6,
        known_journal_seq: seq + 2,
        acknowledged: None,
    };
    let (one, two) = (order(1), order(2));
    locked.insert_orders(&[one.clone(), two.clone()]).await.unwrap();
    assert_eq!(locked.next_order_seq(device.id).await.unwrap(), 3);
    assert_eq!(
        locked.pending_orders(device.id).await.unwrap(),
        vec![one.clone(), two.clone()]
    );
    let word = Acknowledged {
        at: ground.later(1),
        signed: vec![9],
    };
    assert!(locked.acknowledge_order(one.id, &word).await.unwrap());
    let later = Acknowledged {
        at: ground.later(2),
        signed: vec![8],
    };
    assert!(!locked.acknowledge_order(one.id, &later).await.unwrap());
    assert_eq!(
        locked.order(one.id).await.unwrap().unwrap().acknowledged,
        Some(word)
    );
    assert_eq!(locked.pending_orders(device.id).await.unwrap(), vec![two.clone()]);
    assert_eq!(locked.orders_of(device.id, 1).await.unwrap(), vec![two.clone()]);
    // What waits gets another signature; what was acknowledged does not.
    let mut waiting = vec![two.clone(), order(3), order(4)];
    locked.insert_orders(&waiting[1..]).await.unwrap();
    waiting.sort_by_key(|order| order.id);
    let mut found = locked.unacknowledged_orders(None, 2).await.unwrap();
    let after = found.last().map(|order| order.id);
    found.extend(locked.unacknowledged_orders(after, 2).await.unwrap());
    assert_eq!(found, waiting);
    locked.resign_order(two.id, &[7, 7]).await.unwrap();
    assert_eq!(locked.order(two.id).await.unwrap().unwrap().signed, [7, 7]);
    let error = locked.resign_order(one.id, &[7]).await.unwrap_err();
    assert!(matches!(error, StorageError::Conflict(Conflict::Changed)));
    let error = locked
        .acknowledge_order(OrderId::random(&ground.entropy), &later)
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Conflict(Conflict::Missing)));
}

fn entry(ground: &Ground, device: &Device, seq: u64, hash: u8) -> JournalEntry {
    JournalEntry {
        device: device.id,
        seq,
        hash: [hash; 32],
        body: vec![hash],
        received_at: ground.now(),
    }
}

async fn the_journal_is_idempotent_and_shows_contradictions(ground: Ground) {
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    let (one, two, forged) = (
        entry(&ground, &device, 1, 1),
        entry(&ground, &device, 2, 2),
        entry(&ground, &device, 2, 66),
    );
    use JournalOutcome::{Contradicts, Known, New};
    assert_eq!(
        locked.put_journal(&[one.clone(), two.clone()]).await.unwrap(),
        [New, New]
    );
    assert_eq!(
        locked
            .put_journal(&[one.clone(), forged, two.clone()])
            .await
            .unwrap(),
        [Known, Contradicts, Known]
    );
    assert_eq!(
        locked.journal(device.id, 0, 10).await.unwrap(),
        vec![one, two.clone()]
    );
    assert_eq!(locked.journal(device.id, 1, 10).await.unwrap(), vec![two]);
}

async fn the_journal_head_waits_for_gaps(ground: Ground) {
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    let head = |device: Device| (device.journal_seq, device.journal_head);
    locked
        .put_journal(&[entry(&ground, &device, 1, 1), entry(&ground, &device, 3, 3)])
        .await
        .unwrap();
    assert_eq!(
        head(locked.device(device.id).await.unwrap().unwrap()),
        (1, Some([1; 32]))
    );
    locked
        .put_journal(&[entry(&ground, &device, 4, 4)])
        .await
        .unwrap();
    assert_eq!(
        head(locked.device(device.id).await.unwrap().unwrap()),
        (1, Some([1; 32]))
    );
    locked
        .put_journal(&[entry(&ground, &device, 2, 2)])
        .await
        .unwrap();
    assert_eq!(
        head(locked.device(device.id).await.unwrap().unwrap()),
        (4, Some([4; 32]))
    );
}

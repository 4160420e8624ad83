use crate::ground::Ground;
use claviger_model::ids::{DeviceId, EventId};
use claviger_storage::releases::{AfterLease, Release};
use std::time::Duration;

contract!(
    leases_end_by_time_or_word,
    leases_are_found_by_place,
    a_devices_leases_come_in_pages,
    readers_are_known,
    a_persons_reads_come_in_pages
);

fn release(
    ground: &Ground,
    device: DeviceId,
    secret: claviger_model::ids::SecretId,
    version: u64,
    age: u64,
) -> Release {
    Release {
        event: EventId::random(&ground.entropy),
        principal: ground.ada,
        device,
        secret,
        version,
        ciphertext_sha256: [5; 32],
        issued_at: ground.now(),
        max_age_ms: age,
        ended_at: None,
    }
}

async fn leases_end_by_time_or_word(ground: Ground) {
    let secret = ground.secret("db").await;
    let device = DeviceId::random(&ground.entropy);
    let (read, short, long) = (
        release(&ground, device, secret, 1, 0),
        release(&ground, device, secret, 1, 1_000),
        release(&ground, device, secret, 1, 60_000),
    );
    let mut locked = ground.locked().await;
    locked
        .insert_releases(&[read.clone(), short.clone(), long.clone()])
        .await
        .unwrap();
    assert_eq!(locked.release(read.event).await.unwrap(), Some(read.clone()));
    assert_eq!(
        locked
            .leases_on(device, ground.now(), None, 9)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        locked.leases_on(device, ground.later(1), None, 9).await.unwrap(),
        vec![long.clone()]
    );
    assert_eq!(
        locked.leases_of(&[secret], ground.later(1)).await.unwrap(),
        vec![long.clone()]
    );
    let other = DeviceId::random(&ground.entropy);
    assert_eq!(
        locked
            .end_releases(other, &[long.event], ground.now())
            .await
            .unwrap(),
        0,
        "not its lease"
    );
    assert_eq!(
        locked
            .end_releases(device, &[long.event], ground.now())
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        locked
            .end_releases(device, &[long.event], ground.later(5))
            .await
            .unwrap(),
        0
    );
    assert!(
        locked
            .leases_on(device, ground.later(1), None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        locked.release(long.event).await.unwrap().unwrap().ended_at,
        Some(ground.now())
    );
}

async fn leases_are_found_by_place(ground: Ground) {
    let secret = ground.secret("db").await;
    let device = DeviceId::random(&ground.entropy);
    let other = DeviceId::random(&ground.entropy);
    let mut locked = ground.locked().await;
    let scope = locked.secret(secret).await.unwrap().unwrap().scope;
    let (now, later) = (ground.now(), ground.later(1));
    // Of two devices in turns.
    let mut held: Vec<_> = (0..9)
        .map(|turn| {
            let device = if turn % 2 == 0 { device } else { other };
            release(&ground, device, secret, 1, 60_000)
        })
        .collect();
    held.sort_by_key(|lease| (lease.device, lease.event));
    let ended = held.remove(2);
    let over = [
        release(&ground, device, secret, 1, 0),
        release(&ground, device, secret, 1, 1_000),
    ];
    locked.insert_releases(&over).await.unwrap();
    locked.insert_releases(&held).await.unwrap();
    locked
        .insert_releases(std::slice::from_ref(&ended))
        .await
        .unwrap();
    locked
        .end_releases(ended.device, &[ended.event], now)
        .await
        .unwrap();
    let expected: Vec<_> = held.into_iter().map(|lease| (lease, scope)).collect();
    for top in [scope, ground.root] {
        for limit in [1, 3, 9] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = locked.leases_below(top, later, after, limit).await.unwrap();
                let Some((last, _)) = page.last() else { break };
                after = Some((last.device, last.event));
                found.extend(page);
            }
            assert_eq!(found, expected);
        }
    }
    let elsewhere = claviger_model::ids::ScopeId::random(&ground.entropy);
    let found = locked.leases_below(elsewhere, later, None, 9).await.unwrap();
    assert_eq!(found, []);
}

async fn a_devices_leases_come_in_pages(ground: Ground) {
    let secret = ground.secret("db").await;
    let device = DeviceId::random(&ground.entropy);
    let mut locked = ground.locked().await;
    let mut expected = Vec::new();
    // Three of each moment, so that pages end between leases of one.
    for _ in 0..3 {
        let mut together: Vec<_> = (0..3)
            .map(|_| release(&ground, device, secret, 1, 60_000))
            .collect();
        locked.insert_releases(&together).await.unwrap();
        together.sort_by_key(|lease| lease.event);
        expected.extend(together);
        ground.clock.advance(Duration::from_secs(1));
    }
    let elsewhere = release(&ground, DeviceId::random(&ground.entropy), secret, 1, 60_000);
    locked.insert_releases(&[elsewhere]).await.unwrap();
    for limit in [1, 2, 4, 9, 10] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = locked
                .leases_on(device, ground.now(), after, limit)
                .await
                .unwrap();
            assert!(page.len() <= limit as usize);
            let Some(last) = page.last() else { break };
            after = Some(AfterLease::of(last));
            found.extend(page);
        }
        assert_eq!(found, expected, "{limit}");
    }
    let count = locked.count_leases_on(device, ground.now()).await.unwrap();
    assert_eq!(count, 9);
    let over = ground.later(3_600);
    assert_eq!(locked.count_leases_on(device, over).await.unwrap(), 0);
}

async fn readers_are_known(ground: Ground) {
    let secret = ground.secret("db").await;
    let (one, two) = (
        DeviceId::random(&ground.entropy),
        DeviceId::random(&ground.entropy),
    );
    let mut locked = ground.locked().await;
    let old = release(&ground, one, secret, 1, 0);
    ground.clock.advance(Duration::from_secs(10));
    let new = [
        release(&ground, one, secret, 2, 0),
        release(&ground, two, secret, 1, 0),
    ];
    locked.insert_releases(&[old]).await.unwrap();
    locked.insert_releases(&new).await.unwrap();
    let mut readers = locked.readers_since(secret, ground.now()).await.unwrap();
    readers.sort_by_key(|reader| reader.version);
    assert_eq!(
        readers.iter().map(|r| (r.device, r.version)).collect::<Vec<_>>(),
        [(two, 1), (one, 2)]
    );
    let since_ever = locked
        .readers_since(secret, claviger_model::time::Timestamp::from_millis(0))
        .await
        .unwrap();
    assert_eq!(since_ever.len(), 2, "a device once");
}

async fn a_persons_reads_come_in_pages(ground: Ground) {
    let (one, two) = (ground.secret("one").await, ground.secret("two").await);
    let device = DeviceId::random(&ground.entropy);
    let mut locked = ground.locked().await;
    let releases = [
        release(&ground, device, one, 1, 0),
        release(&ground, device, one, 3, 0),
        release(&ground, device, two, 1, 0),
    ];
    locked.insert_releases(&releases).await.unwrap();
    let first = locked.read_by(ground.ada, None, 1).await.unwrap();
    let second = locked.read_by(ground.ada, Some(first[0].0), 9).await.unwrap();
    let mut found = vec![(first[0].0, first[0].1), (second[0].0, second[0].1)];
    found.sort();
    let mut expected = vec![(one, 3), (two, 1)];
    expected.sort();
    assert_eq!((found, second.len()), (expected, 1));
}

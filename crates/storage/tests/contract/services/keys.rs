//! Their keys, and how these are used.

use super::*;

contract!(
    a_key_reads_back_ends_once_and_counts_once,
    uses_are_counted_by_day_and_old_days_go,
    who_made_a_live_key_is_found,
);

async fn a_key_reads_back_ends_once_and_counts_once(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, _) = made(&ground, &mut *locked, "ci").await;
    let first = key(&ground, principal.id);
    locked.insert_service_key(&first).await.unwrap();
    locked.commit().await.unwrap();

    ground.clock.advance(Duration::from_secs(1));
    let second = ServiceKey {
        networks: Vec::new(),
        ..key(&ground, principal.id)
    };
    let same = ServiceKey {
        jkt: first.jkt,
        ..second.clone()
    };
    let known = ground.locked().await.insert_service_key(&same).await.unwrap_err();
    assert_eq!(conflict(&known), Conflict::AlreadyUsed);
    let taken = ServiceKey {
        id: first.id,
        ..second.clone()
    };
    let taken = ground
        .locked()
        .await
        .insert_service_key(&taken)
        .await
        .unwrap_err();
    assert_eq!(conflict(&taken), Conflict::IdTaken);

    let mut locked = ground.locked().await;
    locked.insert_service_key(&second).await.unwrap();
    let ended = KeyEnded {
        at: ground.now(),
        by: ground.ada,
    };
    locked.end_service_key(first.id, ended).await.unwrap();
    locked.commit().await.unwrap();
    let again = ground
        .locked()
        .await
        .end_service_key(first.id, ended)
        .await
        .unwrap_err();
    assert_eq!(conflict(&again), Conflict::Changed);

    let first = ServiceKey {
        ended: Some(ended),
        ..first
    };
    assert!(!first.is_live(ground.now()) && second.is_live(ground.now()));
    assert!(!second.is_live(second.ends_at));
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.service_key(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(
        reader.service_key_by_jkt(&second.jkt).await.unwrap(),
        Some(second.clone())
    );
    assert_eq!(reader.service_key_by_jkt(&[0; 32]).await.unwrap(), None);
    assert_eq!(reader.keys_of(&[principal.id]).await.unwrap(), [second, first]);
    assert!(reader.keys_of(&[ground.ada]).await.unwrap().is_empty());
}

async fn uses_are_counted_by_day_and_old_days_go(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, _) = made(&ground, &mut *locked, "ci").await;
    let (used, idle) = (key(&ground, principal.id), key(&ground, principal.id));
    locked.insert_service_key(&used).await.unwrap();
    locked.insert_service_key(&idle).await.unwrap();
    let day = HOUR * 24;
    let start = ground.now();
    for (after, times) in [(0, 2), (89, 3), (90, 1)] {
        for _ in 0..times {
            locked
                .note_key_use(used.id, start.plus(day * after))
                .await
                .unwrap();
        }
    }
    let last = start.plus(day * 90);
    let all = locked.key_uses(&[used.id, idle.id], Day(0)).await.unwrap();
    assert_eq!(all, [(used.id, 4)], "the first day is no longer recent");
    let today = locked.key_uses(&[used.id], Day::of(last)).await.unwrap();
    assert_eq!(today, [(used.id, 1)]);
    let row = locked.service_key(used.id).await.unwrap().unwrap();
    assert_eq!(row.last_used_at, Some(last));
    let unknown = locked
        .note_key_use(KeyId::random(&ground.entropy), last)
        .await
        .unwrap_err();
    assert_eq!(conflict(&unknown), Conflict::Missing);
}

async fn who_made_a_live_key_is_found(ground: Ground) {
    let grace = ground.person(PrincipalId::random(&ground.entropy), "Grace");
    let mut locked = ground.locked().await;
    locked.insert_principal(&grace).await.unwrap();
    let (one, _) = made(&ground, &mut *locked, "one").await;
    let (two, _) = made(&ground, &mut *locked, "two").await;
    let first = key(&ground, one.id);
    locked.insert_service_key(&first).await.unwrap();
    let hers = ServiceKey {
        made_by: grace.id,
        ..key(&ground, two.id)
    };
    locked.insert_service_key(&hers).await.unwrap();
    let both = [one.id, two.id];
    let now = ground.now();
    assert_eq!(
        locked.services_keyed_by(&both, ground.ada, now).await.unwrap(),
        [one.id]
    );
    assert_eq!(
        locked.services_keyed_by(&both, grace.id, now).await.unwrap(),
        [two.id]
    );
    assert!(
        locked
            .services_keyed_by(&[two.id], ground.ada, now)
            .await
            .unwrap()
            .is_empty()
    );
    let over = locked
        .services_keyed_by(&both, ground.ada, first.ends_at)
        .await
        .unwrap();
    assert!(over.is_empty());
    let ended = KeyEnded {
        at: now,
        by: ground.ada,
    };
    locked.end_service_key(first.id, ended).await.unwrap();
    assert!(
        locked
            .services_keyed_by(&both, ground.ada, now)
            .await
            .unwrap()
            .is_empty()
    );
}

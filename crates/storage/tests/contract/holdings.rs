use crate::{
    ground::{Ground, Noted},
    schema::run,
};
use claviger_model::{
    blast::How,
    event::EventKind,
    ids::{DeviceId, EventId, PrincipalId, SecretId},
    secret::Stage,
    time::Timestamp,
};
use claviger_storage::{
    Database,
    holdings::{Held, OfflineRead},
    log::Draft,
    releases::Release,
    versions::SealedVersion,
};

contract!(
    what_comes_to_a_device_is_one_row_for_each_way,
    a_value_that_changed_is_held_by_nobody,
    a_value_that_came_back_or_stands_twice_is_the_same_value,
    a_release_without_its_event_counts_as_the_worst,
    leases_at_hand_are_those_that_live,
    a_database_from_before_gets_the_same_holdings,
);

/// Secrets and versions that have the values today.
fn today(held: &Held) -> Vec<(SecretId, u64)> {
    held.current
        .iter()
        .map(|current| (current.secret, current.version))
        .collect()
}

/// How many values are held at how many places, and in how many ways.
fn size(held: &Held) -> (usize, usize) {
    (held.current.len(), held.holdings.len())
}

/// Released in one transaction, with its event.
async fn release(
    ground: &Ground,
    to: (PrincipalId, DeviceId),
    of: (SecretId, u64),
    kind: EventKind,
    age: u64,
) -> EventId {
    let draft = Draft {
        kind,
        secret: Some(of.0),
        device: Some(to.1),
        ..ground.draft(&[to.0])
    };
    let event = draft.event;
    let release = Release {
        event,
        principal: to.0,
        device: to.1,
        secret: of.0,
        version: of.1,
        ciphertext_sha256: [5; 32],
        issued_at: ground.now(),
        max_age_ms: age,
        ended_at: None,
    };
    let mut locked = ground.locked().await;
    locked
        .append_releases(vec![draft], &[release], &[], &Noted)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    event
}

async fn write(ground: &Ground, secret: SecretId, version: u64, value: u8) {
    let mut locked = ground.locked().await;
    let sealed = SealedVersion {
        fingerprint: [value; 32],
        ..ground.sealed(secret, version, Stage::Current)
    };
    locked.add_version(&sealed).await.unwrap();
    locked.commit().await.unwrap();
}

async fn what_comes_to_a_device_is_one_row_for_each_way(ground: Ground) {
    let secret = ground.secret("db").await;
    let device = DeviceId::random(&ground.entropy);
    let to = (ground.ada, device);
    release(&ground, to, (secret, 1), EventKind::SecretUsed, 0).await;
    let first = ground.now();
    ground.clock.advance(std::time::Duration::from_secs(60));
    let last = release(&ground, to, (secret, 1), EventKind::SecretUsed, 5_000).await;
    let shown = release(&ground, to, (secret, 1), EventKind::SecretRevealed, 0).await;
    let mut locked = ground.locked().await;
    let offline = OfflineRead {
        principal: ground.ada,
        device,
        secret,
        version: 1,
        event: last,
        at: first,
    };
    locked.note_offline_read(&offline).await.unwrap();
    locked.note_offline_read(&offline).await.unwrap();
    let held = locked.held_by(ground.ada).await.unwrap();
    assert_eq!(today(&held), [(secret, 1)]);
    let mut held: Vec<_> = held.holdings.into_iter().map(|(_, holding)| holding).collect();
    held.sort_by_key(|holding| holding.how);
    let ways: Vec<_> = held.iter().map(|one| (one.how, one.times, one.event)).collect();
    assert_eq!(
        ways,
        [
            (How::Used, 2, last),
            (How::ReadOffline, 2, last),
            (How::Revealed, 1, shown)
        ]
    );
    assert_eq!((held[0].first_at, held[0].last_at), (first, ground.now()));
    assert_eq!(held[0].kept_until, Some(ground.later(5)));
    assert_eq!(held[2].kept_until, None);
    assert_eq!(size(&locked.held_on(device, first).await.unwrap()), (1, 3));
    // What came before the moment and not since is left out.
    assert_eq!(size(&locked.held_on(device, ground.now()).await.unwrap()), (1, 2));
    assert_eq!(
        locked
            .held_on(DeviceId::random(&ground.entropy), first)
            .await
            .unwrap(),
        Held::default()
    );
}

async fn a_value_that_changed_is_held_by_nobody(ground: Ground) {
    let secret = ground.secret("db").await;
    let to = (ground.ada, DeviceId::random(&ground.entropy));
    release(&ground, to, (secret, 1), EventKind::SecretCopied, 0).await;
    let count = async |ground: &Ground| {
        let mut reader = ground.store.reader().await.unwrap();
        let of = size(&reader.value_held_of(secret).await.unwrap());
        (size(&reader.held_by(ground.ada).await.unwrap()), of)
    };
    assert_eq!(count(&ground).await, ((1, 1), (1, 1)));
    let value = ground
        .locked()
        .await
        .sealed_version(secret, 1)
        .await
        .unwrap()
        .unwrap();
    write(&ground, secret, 2, 77).await;
    assert_eq!(count(&ground).await, ((0, 0), (1, 0)));
    // It is not forgotten that it was.
    let mut reader = ground.store.reader().await.unwrap();
    let ever = reader
        .holdings_of(&[value.fingerprint, [77; 32]], 9)
        .await
        .unwrap();
    assert_eq!(ever.len(), 1);
    assert_eq!(reader.holdings_of(&[value.fingerprint], 0).await.unwrap(), []);
    assert_eq!(reader.holdings_of(&[[77; 32]], 9).await.unwrap(), []);
    assert_eq!(reader.holdings_of(&[], 9).await.unwrap(), []);
}

async fn a_value_that_came_back_or_stands_twice_is_the_same_value(ground: Ground) {
    let (secret, other) = (ground.secret("db").await, ground.secret("copy").await);
    write(&ground, secret, 2, 50).await;
    let to = (ground.ada, DeviceId::random(&ground.entropy));
    release(&ground, to, (secret, 2), EventKind::SecretCopied, 0).await;
    write(&ground, secret, 3, 51).await;
    assert_eq!(
        ground.locked().await.held_by(ground.ada).await.unwrap(),
        Held::default()
    );
    write(&ground, secret, 4, 50).await;
    write(&ground, other, 2, 50).await;
    let mut locked = ground.locked().await;
    let held = locked.held_by(ground.ada).await.unwrap();
    let mut expected = [(secret, 4), (other, 2)];
    expected.sort_unstable();
    assert_eq!(today(&held), expected);
    // One value, one way: it stands twice and is told of once.
    let came: Vec<_> = held
        .holdings
        .iter()
        .map(|(value, holding)| (*value, holding.secret, holding.version))
        .collect();
    assert_eq!(came, [([50; 32], secret, 2)]);
    assert_eq!(size(&locked.value_held_of(other).await.unwrap()), (1, 1));
}

async fn a_release_without_its_event_counts_as_the_worst(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let release = Release {
        event: EventId::random(&ground.entropy),
        principal: ground.ada,
        device: DeviceId::random(&ground.entropy),
        secret,
        version: 1,
        ciphertext_sha256: [5; 32],
        issued_at: Timestamp::from_millis(3),
        max_age_ms: 0,
        ended_at: None,
    };
    locked.insert_releases(&[release]).await.unwrap();
    let held = locked.held_by(ground.ada).await.unwrap();
    assert_eq!(held.holdings[0].1.how, How::Revealed);
}

async fn leases_at_hand_are_those_that_live(ground: Ground) {
    let secret = ground.secret("db").await;
    let device = DeviceId::random(&ground.entropy);
    let to = (ground.ada, device);
    release(&ground, to, (secret, 1), EventKind::SecretLeased, 9_000).await;
    let long = release(&ground, to, (secret, 1), EventKind::SecretLeased, 60_000).await;
    let mut locked = ground.locked().await;
    let now = ground.now();
    assert_eq!(
        locked.leases_at_hand(device, now).await.unwrap(),
        (1, Some(ground.later(60)))
    );
    locked.end_releases(device, &[long], now).await.unwrap();
    assert_eq!(
        locked.leases_at_hand(device, now).await.unwrap(),
        (1, Some(ground.later(9)))
    );
    assert_eq!(
        locked.leases_at_hand(device, ground.later(9)).await.unwrap(),
        (0, None)
    );
}

async fn a_database_from_before_gets_the_same_holdings(ground: Ground) {
    let (secret, other) = (ground.secret("db").await, ground.secret("other").await);
    let laptop = (ground.ada, DeviceId::random(&ground.entropy));
    let phone = (ground.ada, DeviceId::random(&ground.entropy));
    release(&ground, laptop, (secret, 1), EventKind::SecretUsed, 9_000).await;
    ground.clock.advance(std::time::Duration::from_secs(60));
    release(&ground, laptop, (secret, 1), EventKind::SecretUsed, 0).await;
    release(&ground, laptop, (secret, 1), EventKind::SecretRevealed, 0).await;
    release(&ground, phone, (secret, 1), EventKind::SecretUsed, 5_000).await;
    release(&ground, phone, (other, 1), EventKind::SecretLeased, 7_000).await;
    let held = async |ground: &Ground| {
        ground
            .store
            .reader()
            .await
            .unwrap()
            .held_by(ground.ada)
            .await
            .unwrap()
    };
    let before = held(&ground).await;
    assert_eq!(size(&before), (2, 4));
    run(&ground, "DELETE FROM holdings").await.unwrap();
    assert_eq!(held(&ground).await, Held::default());
    let migration = match ground.database {
        Database::Sqlite(_) => include_str!("../../migrations/sqlite/0015_holdings.sql"),
        Database::Postgres(_) => include_str!("../../migrations/postgres/0015_holdings.sql"),
    };
    let from = migration.find("INSERT INTO holdings").unwrap();
    let filling = &migration[from..];
    let filling = &filling[..filling.find("\n\nCREATE").unwrap()];
    for statement in filling
        .split(';')
        .filter(|statement| !statement.trim().is_empty())
    {
        run(&ground, statement).await.unwrap();
    }
    assert_eq!(held(&ground).await, before);
}

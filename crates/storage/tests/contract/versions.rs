use crate::ground::{Ground, described};
use claviger_model::{
    ids::{KeyId, SecretId},
    name::Name,
    secret::Stage,
};
use claviger_storage::{
    Conflict, Locked, StorageError,
    versions::{CurrentNumber, WrappedKey},
};
use std::time::Duration;

contract!(
    a_new_version_moves_the_others_back,
    a_pending_version_waits,
    an_older_version_becomes_current_again,
    a_number_and_a_secret_are_checked,
    the_current_ones_come_in_one_statement,
    a_value_is_found_by_its_fingerprint,
    data_keys_are_wrapped_anew,
    first_versions_come_in_bulk,
);

async fn stages(locked: &mut dyn Locked, id: SecretId) -> Vec<(u64, Stage)> {
    locked
        .versions(id)
        .await
        .unwrap()
        .iter()
        .map(|version| (version.version, version.stage))
        .collect()
}

async fn a_new_version_moves_the_others_back(ground: Ground) {
    let id = ground.secret("db").await;
    ground.clock.advance(Duration::from_secs(60));
    let mut locked = ground.locked().await;
    for number in 2..=4 {
        assert_eq!(locked.next_version(id).await.unwrap(), number);
        locked
            .add_version(&ground.sealed(id, number, Stage::Current))
            .await
            .unwrap();
    }
    use Stage::{Current, Previous, Retired};
    assert_eq!(
        stages(&mut *locked, id).await,
        [(4, Current), (3, Previous), (2, Retired), (1, Retired)]
    );
    let secret = locked.secret(id).await.unwrap().unwrap();
    assert_eq!((secret.version, secret.changed_at), (4, ground.now()));
    assert!(secret.created_at < secret.changed_at);
    assert_eq!(
        locked.sealed_version(id, 2).await.unwrap().unwrap().envelope,
        vec![2; 40]
    );
    assert_eq!(locked.sealed_version(id, 9).await.unwrap(), None);
}

async fn a_pending_version_waits(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    locked
        .add_version(&ground.sealed(id, 2, Stage::Pending))
        .await
        .unwrap();
    assert_eq!(
        stages(&mut *locked, id).await,
        [(2, Stage::Pending), (1, Stage::Current)]
    );
    assert_eq!(locked.secret(id).await.unwrap().unwrap().version, 1);
    assert!(locked.make_current(id, 2, ground.now()).await.unwrap());
    assert_eq!(
        stages(&mut *locked, id).await,
        [(2, Stage::Current), (1, Stage::Previous)]
    );
}

async fn an_older_version_becomes_current_again(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    for number in 2..=3 {
        locked
            .add_version(&ground.sealed(id, number, Stage::Current))
            .await
            .unwrap();
    }
    assert!(locked.make_current(id, 1, ground.now()).await.unwrap());
    use Stage::{Current, Previous, Retired};
    assert_eq!(
        stages(&mut *locked, id).await,
        [(3, Previous), (2, Retired), (1, Current)]
    );
    assert!(!locked.make_current(id, 1, ground.now()).await.unwrap());
    assert!(!locked.make_current(id, 7, ground.now()).await.unwrap());
    assert!(
        locked.make_current(id, 3, ground.now()).await.unwrap(),
        "back to the previous one"
    );
    assert_eq!(
        stages(&mut *locked, id).await,
        [(3, Current), (2, Retired), (1, Previous)]
    );
    assert_eq!(
        locked.next_version(id).await.unwrap(),
        4,
        "numbers are never used twice"
    );
}

async fn a_number_and_a_secret_are_checked(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let error = locked
        .add_version(&ground.sealed(id, 1, Stage::Pending))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::IdTaken)),
        "{error:?}"
    );
    drop(locked);
    let mut locked = ground.locked().await;
    let nothing = SecretId::random(&ground.entropy);
    let error = locked
        .add_version(&ground.sealed(nothing, 1, Stage::Current))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::Missing)),
        "{error:?}"
    );
}

async fn the_current_ones_come_in_one_statement(ground: Ground) {
    let (one, two) = (ground.secret("one").await, ground.secret("two").await);
    let mut locked = ground.locked().await;
    locked
        .add_version(&ground.sealed(two, 2, Stage::Current))
        .await
        .unwrap();
    let mut found: Vec<_> = locked
        .current_sealed(&[one, two, SecretId::random(&ground.entropy)])
        .await
        .unwrap()
        .iter()
        .map(|current| {
            (
                current.sealed.version.secret,
                current.scope,
                current.sealed.version.version,
            )
        })
        .collect();
    found.sort();
    let mut expected = vec![(one, ground.production, 1), (two, ground.production, 2)];
    expected.sort();
    assert_eq!(found, expected);
    let numbers = async |locked: &mut dyn Locked| {
        let mut numbers = locked.current_numbers(&[one, two]).await.unwrap();
        numbers.sort();
        numbers
    };
    let before = numbers(&mut *locked).await;
    let stands: Vec<_> = before
        .iter()
        .map(|current| (current.secret, current.scope, current.version))
        .collect();
    assert_eq!(stands, expected);
    let sealed = locked.current_sealed(&[one]).await.unwrap();
    let cursor_of = |all: &[CurrentNumber], secret| all.iter().find(|it| it.secret == secret).unwrap().cursor;
    assert_eq!(sealed[0].cursor, cursor_of(&before, one));
    // Whatever happens to a secret moves its cursor: a value that was read before is known to be old by it.
    let mut description = locked.secret(one).await.unwrap().unwrap().description;
    description.name = Name::parse("another").unwrap();
    let now = locked.now();
    locked.describe_secret(one, &description, now).await.unwrap();
    let after = numbers(&mut *locked).await;
    assert!(cursor_of(&after, one) > cursor_of(&before, one));
    assert_eq!(cursor_of(&after, two), cursor_of(&before, two));
    assert_eq!(
        after.iter().find(|it| it.secret == one).unwrap().name,
        description.name
    );
}

async fn a_value_is_found_by_its_fingerprint(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    locked
        .add_version(&ground.sealed(id, 2, Stage::Current))
        .await
        .unwrap();
    let found = locked
        .versions_with_fingerprint(&[[2; 32], [77; 32]], 9)
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|version| version.version).collect::<Vec<_>>(),
        [2]
    );
}

async fn data_keys_are_wrapped_anew(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let new = claviger_storage::organization::KekGeneration {
        id: KeyId::random(&ground.entropy),
        generation: 2,
        wrapped: vec![5],
        next_wrapped: None,
        created_at: ground.now(),
        retired_at: None,
    };
    locked.put_kek_generation(&new).await.unwrap();
    locked
        .retire_kek_generation(ground.kek, ground.now())
        .await
        .unwrap();
    let old = locked.data_keys_under(ground.kek, 10).await.unwrap();
    assert_eq!(old.len(), 1);
    let rewrapped = WrappedKey {
        data_key: vec![8],
        kek: new.id,
        ..old[0].clone()
    };
    locked.rewrap_data_keys(&[rewrapped]).await.unwrap();
    assert_eq!(locked.count_data_keys(ground.kek).await.unwrap(), 0);
    let sealed = locked.sealed_version(id, 1).await.unwrap().unwrap();
    assert_eq!(
        (sealed.kek, sealed.data_key, sealed.envelope),
        (new.id, vec![8], vec![1; 40])
    );
}

async fn first_versions_come_in_bulk(ground: Ground) {
    let many: Vec<_> = (0..600)
        .map(|n| {
            (
                SecretId::random(&ground.entropy),
                ground.payments,
                described(&format!("s{n}")),
            )
        })
        .collect();
    let versions: Vec<_> = many
        .iter()
        .map(|(id, _, _)| ground.sealed(*id, 1, Stage::Current))
        .collect();
    let mut locked = ground.locked().await;
    locked.insert_secrets(&many, None, ground.now()).await.unwrap();
    locked.add_first_versions(&versions).await.unwrap();
    let ids: Vec<_> = many.iter().map(|(id, _, _)| *id).collect();
    assert_eq!(locked.current_sealed(&ids).await.unwrap().len(), 600);
    let changed = locked.secrets_changed(&[ground.payments], 0, 1000).await.unwrap();
    assert_eq!(changed.len(), 600);
    let newest = locked.cursor().await.unwrap().0;
    assert!(
        changed
            .iter()
            .all(|changed| changed.cursor <= newest && changed.secret.version == 1)
    );
}

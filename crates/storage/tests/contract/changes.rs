use crate::ground::{Ground, described};
use claviger_model::ids::SecretId;
use claviger_storage::changes::{ChangeKind, NewChange};

contract!(
    cursors_have_no_gaps_and_roll_back_together,
    changes_are_found_by_scope_and_principal,
    the_feed_can_be_cut,
    every_write_that_devices_must_hear_of_is_told,
);

fn entitlement(ground: &Ground) -> NewChange {
    NewChange {
        kind: ChangeKind::Entitlement,
        scope: Some(ground.payments),
        secret: None,
        principal: Some(ground.ada),
        request: None,
    }
}

async fn cursors_have_no_gaps_and_roll_back_together(ground: Ground) {
    let (start, floor) = ground.store.reader().await.unwrap().cursor().await.unwrap();
    assert_eq!(floor, 0);
    let mut locked = ground.locked().await;
    assert_eq!(
        locked.record_changes(&[entitlement(&ground); 2]).await.unwrap(),
        start + 2
    );
    drop(locked);
    let mut locked = ground.locked().await;
    assert_eq!(
        locked.record_changes(&[entitlement(&ground)]).await.unwrap(),
        start + 1
    );
    assert_eq!(locked.record_changes(&[]).await.unwrap(), start + 1);
    locked.commit().await.unwrap();
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.cursor().await.unwrap(), (start + 1, 0));
    let cursors: Vec<_> = reader
        .changes_since(0, 999)
        .await
        .unwrap()
        .iter()
        .map(|change| change.cursor)
        .collect();
    assert_eq!(cursors, (1..=start + 1).collect::<Vec<_>>());
}

async fn changes_are_found_by_scope_and_principal(ground: Ground) {
    let mut locked = ground.locked().await;
    let (start, _) = locked.cursor().await.unwrap();
    locked.record_changes(&[entitlement(&ground)]).await.unwrap();
    let kinds = [ChangeKind::Entitlement];
    assert_eq!(
        locked
            .principal_changes_since(&[ground.ada], &kinds, start, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        locked
            .scope_changes_since(&[ground.payments], &kinds, start, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        locked
            .scope_changes_since(&[ground.root], &kinds, start, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let others = [ChangeKind::Order];
    assert!(
        locked
            .principal_changes_since(&[ground.ada], &others, start, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(!locked.policy_changed_since(start).await.unwrap());
    locked
        .put_role(&claviger_model::builtin_roles::all()[0])
        .await
        .unwrap();
    assert!(locked.policy_changed_since(start).await.unwrap());
}

async fn the_feed_can_be_cut(ground: Ground) {
    let mut locked = ground.locked().await;
    locked.cut_changes(3).await.unwrap();
    locked.commit().await.unwrap();
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.cursor().await.unwrap().1, 3);
    assert_eq!(reader.changes_since(0, 9).await.unwrap()[0].cursor, 4);
}

async fn every_write_that_devices_must_hear_of_is_told(ground: Ground) {
    let mut locked = ground.locked().await;
    let (mut seen, _) = locked.cursor().await.unwrap();
    let id = SecretId::random(&ground.entropy);
    let at = ground.now();
    macro_rules! tells {
        ($call:expr, $kind:expr) => {
            $call.await.unwrap();
            let told = locked.changes_since(seen, 9).await.unwrap();
            assert!(
                told.iter().any(|change| change.change.kind == $kind),
                stringify!($call)
            );
            seen = locked.cursor().await.unwrap().0;
        };
    }
    tells!(
        locked.insert_secret(id, ground.production, &described("x"), None, at),
        ChangeKind::Secret
    );
    tells!(
        locked.add_version(&ground.sealed(id, 1, claviger_model::secret::Stage::Current)),
        ChangeKind::Secret
    );
    tells!(
        locked.describe_secret(id, &described("y"), at),
        ChangeKind::Secret
    );
    tells!(
        locked.move_secret(id, ground.payments, at),
        ChangeKind::SecretGone
    );
    tells!(locked.delete_secret(id, ground.ada, at), ChangeKind::Secret);
    tells!(locked.restore_secret(id, at), ChangeKind::Secret);
    tells!(locked.delete_secret(id, ground.ada, at), ChangeKind::Secret);
    tells!(locked.erase_secret(id, at), ChangeKind::SecretGone);
    tells!(
        locked.rename_scope(ground.payments, &crate::ground::name("pay"), at),
        ChangeKind::Scope
    );
    tells!(
        locked.set_scope(ground.payments, &Default::default(), at),
        ChangeKind::Scope
    );
    tells!(
        locked.update_principal(&ground.person(ground.ada, "Ada L")),
        ChangeKind::Principal
    );
    assert_eq!(seen, locked.cursor().await.unwrap().0);
}

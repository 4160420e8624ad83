use crate::ground::Ground;
use claviger_model::{
    builtin_roles::{READER, VIEWER},
    conditions::GrantConditions,
    grant::{Ended, Grant},
    ids::GrantId,
};
use claviger_storage::files::{FileDelegation, FileObject, FileObjectKind};
use std::time::Duration;

contract!(
    a_delegation_lives_with_its_grant,
    what_files_said_is_remembered_once,
    a_role_is_named_by_grants_of_any_time,
);

async fn granted(ground: &Ground, lasts: Duration) -> Grant {
    let mut locked = ground.locked().await;
    for role in claviger_model::builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
    let grant = Grant {
        id: GrantId::random(&ground.entropy),
        principal: ground.ada,
        role: READER,
        scope: ground.root,
        reason: "files".to_owned(),
        granted_by: ground.ada,
        granted_at: locked.now(),
        not_before: None,
        expires_at: Some(locked.now().plus(lasts)),
        conditions: GrantConditions::default(),
        ended: None,
    };
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
    grant
}

async fn a_delegation_lives_with_its_grant(ground: Ground) {
    let grant = granted(&ground, Duration::from_secs(60)).await;
    let row = FileDelegation {
        grant: grant.id,
        may_grant: [READER, VIEWER].into(),
        roles: true,
        guardrails: false,
        approved_by: ground.ada,
    };
    let mut locked = ground.locked().await;
    assert_eq!(locked.file_delegation(grant.id).await.unwrap(), None);
    locked.insert_file_delegation(&row).await.unwrap();
    let now = locked.now();
    assert_eq!(locked.file_delegation(grant.id).await.unwrap(), Some(row.clone()));
    assert_eq!(
        locked.file_delegations(now).await.unwrap(),
        std::slice::from_ref(&row)
    );
    assert_eq!(
        locked
            .file_delegations(now.plus(Duration::from_secs(60)))
            .await
            .unwrap(),
        []
    );
    let end = Ended {
        at: now,
        by: ground.ada,
        reason: "over".to_owned(),
    };
    locked.end_grant(grant.id, &end).await.unwrap();
    assert_eq!(locked.file_delegations(now).await.unwrap(), []);
    locked.commit().await.unwrap();
    let mut locked = ground.locked().await;
    assert!(
        locked.insert_file_delegation(&row).await.is_err(),
        "once for each grant"
    );
}

async fn what_files_said_is_remembered_once(ground: Ground) {
    let object = |kind, id: &str, digest: u8| FileObject {
        kind,
        id: id.to_owned(),
        digest: [digest; 32],
        applied_at: ground.now(),
        applied_by: ground.ada,
    };
    let ids = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let mut locked = ground.locked().await;
    let first = [
        object(FileObjectKind::Grant, "a", 1),
        object(FileObjectKind::Role, "a", 2),
        object(FileObjectKind::Grant, "b", 3),
    ];
    locked.put_file_objects(&first).await.unwrap();
    locked
        .put_file_objects(&[object(FileObjectKind::Grant, "a", 4)])
        .await
        .unwrap();
    let digests =
        |rows: Vec<FileObject>| -> Vec<_> { rows.into_iter().map(|row| (row.id, row.digest[0])).collect() };
    let grants = locked.file_objects(FileObjectKind::Grant, &ids).await.unwrap();
    assert_eq!(digests(grants), [("a".to_owned(), 4), ("b".to_owned(), 3)]);
    locked
        .forget_file_objects(FileObjectKind::Grant, &ids[..1])
        .await
        .unwrap();
    let grants = locked.file_objects(FileObjectKind::Grant, &ids).await.unwrap();
    assert_eq!(digests(grants), [("b".to_owned(), 3)]);
    let roles = locked.file_objects(FileObjectKind::Role, &ids).await.unwrap();
    assert_eq!(digests(roles), [("a".to_owned(), 2)]);
}

async fn a_role_is_named_by_grants_of_any_time(ground: Ground) {
    let grant = granted(&ground, Duration::from_secs(60)).await;
    let mut locked = ground.locked().await;
    let end = Ended {
        at: locked.now(),
        by: ground.ada,
        reason: "over".to_owned(),
    };
    locked.end_grant(grant.id, &end).await.unwrap();
    assert!(locked.role_is_named(READER).await.unwrap());
    assert!(!locked.role_is_named(VIEWER).await.unwrap());
}

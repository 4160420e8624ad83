use crate::ground::{Ground, described, name};
use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    secret::Description,
};
use claviger_storage::{
    Conflict, StorageError, changes::ChangeKind, scopes::ScopeSettings, secrets::SecretKey,
};
use std::collections::BTreeSet;

contract!(
    metadata_reads_back,
    every_script_reads_back,
    a_name_is_unique_among_the_living_of_a_scope,
    the_bin_gives_back_or_forgets,
    pages_cover_every_secret_once_in_order,
    only_what_changed_after_a_cursor_is_told,
    a_move_is_a_removal_there_and_a_change_here,
    a_scope_stands_otherwise_after_each_change,
);

async fn metadata_reads_back(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let secret = locked.secret(id).await.unwrap().unwrap();
    assert_eq!(
        (secret.scope, secret.version, secret.deleted_at),
        (ground.production, 1, None)
    );
    assert_eq!(secret.description, described("db"));
    let new = Description {
        variable: None,
        owner: Some(ground.ada),
        tags: vec![],
        rotate_after_days: None,
        expires_at: Some(ground.later(9)),
        ..described("db2")
    };
    assert!(locked.describe_secret(id, &new, ground.now()).await.unwrap());
    assert_eq!(locked.secrets(&[id]).await.unwrap()[0].description, new);
    assert!(
        !locked
            .describe_secret(SecretId::random(&ground.entropy), &new, ground.now())
            .await
            .unwrap()
    );
    let facts = locked.secret_facts(&[id]).await.unwrap();
    assert_eq!((facts[0].size, facts[0].deleted_by), (12, None));
}

/// What is stored, and what is the same name in another case.
const SCRIPTS: &[(&str, &str)] = &[
    ("\u{10400}\u{10401}", "\u{10428}\u{10429}"),
    (
        "\u{1F469}\u{200D}\u{1F4BB} Deploy",
        "\u{1F469}\u{200D}\u{1F4BB} DEPLOY",
    ),
    (
        "\u{5DE}\u{5E4}\u{5EA}\u{5D7} \u{5E9}\u{5DC}\u{5D5}\u{5DD}",
        "\u{5DE}\u{5E4}\u{5EA}\u{5D7} \u{5E9}\u{5DC}\u{5D5}\u{5DD}",
    ),
    ("Z\u{337}\u{356}a\u{338}", "z\u{337}\u{356}A\u{338}"),
    ("e\u{301}t\u{E9}", "\u{C9}TE\u{301}"),
];

async fn every_script_reads_back(ground: Ground) {
    for (text, alike) in SCRIPTS {
        let (id, person, scope) = (
            SecretId::random(&ground.entropy),
            PrincipalId::random(&ground.entropy),
            ScopeId::random(&ground.entropy),
        );
        let at = ground.now();
        let said = Description {
            tags: vec![name(text)],
            note: format!("{text}\n\t\u{10FFFF}"),
            ..described(text)
        };
        let mut locked = ground.locked().await;
        let none = ScopeSettings::default();
        locked
            .insert_scope(scope, Some(ground.payments), &name(text), &none, at)
            .await
            .unwrap();
        locked
            .insert_principal(&ground.person(person, text))
            .await
            .unwrap();
        locked
            .insert_secret(id, ground.production, &said, Some(person), at)
            .await
            .unwrap();
        locked.commit().await.unwrap();

        let mut reader = ground.store.reader().await.unwrap();
        assert_eq!(reader.secret(id).await.unwrap().unwrap().description, said);
        let found = reader
            .secret_named(ground.production, &name(alike))
            .await
            .unwrap();
        assert_eq!(found.map(|secret| secret.id), Some(id), "{text:?}");
        let told = reader.secrets_changed(&[ground.production], 0, 99).await.unwrap();
        let told = told.iter().find(|changed| changed.secret.id == id).unwrap();
        assert_eq!(told.secret.description, said, "as it is synced");
        let known = reader.principal(person).await.unwrap().unwrap();
        assert_eq!(known.name, name(text));
        let place = reader.scope(scope).await.unwrap().unwrap();
        assert!(place.path.to_string().ends_with(name(text).as_str()), "{text:?}");
        drop(reader);
        let mut locked = ground.locked().await;
        let other = ScopeId::random(&ground.entropy);
        let taken = locked
            .insert_scope(other, Some(ground.payments), &name(alike), &none, at)
            .await;
        assert!(
            matches!(taken, Err(StorageError::Conflict(Conflict::NameTaken))),
            "{text:?}"
        );
    }
}

async fn a_name_is_unique_among_the_living_of_a_scope(ground: Ground) {
    let id = ground.secret("straße").await;
    let mut locked = ground.locked().await;
    let found = locked
        .secret_named(ground.production, &name("STRASSE"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().id, id);
    let other = SecretId::random(&ground.entropy);
    let at = ground.now();
    locked
        .insert_secret(other, ground.payments, &described("strasse"), None, at)
        .await
        .unwrap();
    let third = SecretId::random(&ground.entropy);
    let taken = locked
        .insert_secret(third, ground.production, &described("Strasse"), None, at)
        .await
        .unwrap_err();
    assert!(
        matches!(taken, StorageError::Conflict(Conflict::NameTaken)),
        "{taken:?}"
    );
}

async fn the_bin_gives_back_or_forgets(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    assert!(
        !locked.erase_secret(id, ground.now()).await.unwrap(),
        "only from the bin"
    );
    assert!(locked.delete_secret(id, ground.ada, ground.now()).await.unwrap());
    assert!(!locked.delete_secret(id, ground.ada, ground.now()).await.unwrap());
    assert_eq!(
        locked.secret_named(ground.production, &name("db")).await.unwrap(),
        None
    );
    assert!(
        locked
            .secrets_in(&[ground.production], None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        locked.bin_in(&[ground.production], None, 9).await.unwrap().len(),
        1
    );
    assert!(
        locked.current_sealed(&[id]).await.unwrap().is_empty(),
        "nothing is released from the bin"
    );
    assert_eq!(
        locked.secret_facts(&[id]).await.unwrap()[0].deleted_by,
        Some(ground.ada)
    );
    assert!(locked.restore_secret(id, ground.now()).await.unwrap());
    assert!(!locked.restore_secret(id, ground.now()).await.unwrap());
    assert!(locked.delete_secret(id, ground.ada, ground.now()).await.unwrap());
    locked.commit().await.unwrap();

    ground.secret("DB").await;
    let mut locked = ground.locked().await;
    let taken = locked.restore_secret(id, ground.now()).await.unwrap_err();
    assert!(
        matches!(taken, StorageError::Conflict(Conflict::NameTaken)),
        "{taken:?}"
    );
    drop(locked);

    let mut locked = ground.locked().await;
    assert!(locked.bin_before(ground.now(), 9).await.unwrap().is_empty());
    assert_eq!(locked.bin_before(ground.later(1), 9).await.unwrap()[0].id, id);
    assert!(locked.erase_secret(id, ground.now()).await.unwrap());
    assert_eq!(locked.secret(id).await.unwrap(), None);
    assert!(locked.versions(id).await.unwrap().is_empty());
}

async fn pages_cover_every_secret_once_in_order(ground: Ground) {
    let mut locked = ground.locked().await;
    let mut many = Vec::new();
    for number in 0..1100 {
        let scope = [ground.root, ground.payments, ground.production][number % 3];
        many.push((
            SecretId::random(&ground.entropy),
            scope,
            described(&format!("s{number}")),
        ));
    }
    locked.insert_secrets(&many, None, ground.now()).await.unwrap();
    let scopes = [ground.production, ground.root];
    let mut expected: Vec<_> = many
        .iter()
        .filter(|(_, scope, _)| scopes.contains(scope))
        .map(|(id, scope, _)| SecretKey {
            scope: *scope,
            id: *id,
        })
        .collect();
    expected.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    for _ in 0..100 {
        let page = locked.secrets_in(&scopes, after, 64).await.unwrap();
        let with_facts = locked.secrets_with_facts_in(&scopes, after, 64).await.unwrap();
        let ids: Vec<_> = page.iter().map(|secret| secret.id).collect();
        let mut facts = locked.secret_facts(&ids).await.unwrap();
        facts.sort_by_key(|facts| ids.iter().position(|id| *id == facts.id));
        assert_eq!(with_facts, page.iter().cloned().zip(facts).collect::<Vec<_>>());
        let Some(last) = page.last() else { break };
        after = Some(SecretKey::from(last));
        seen.extend(page.iter().map(SecretKey::from));
    }
    assert_eq!(seen, expected);
    let counts = locked
        .count_secrets(&[ground.root, ground.payments])
        .await
        .unwrap();
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 734);
    assert!(locked.secrets_in(&[], None, 10).await.unwrap().is_empty());
}

async fn only_what_changed_after_a_cursor_is_told(ground: Ground) {
    let (one, two) = (ground.secret("one").await, ground.secret("two").await);
    let mut locked = ground.locked().await;
    let (before, _) = locked.cursor().await.unwrap();
    let all = locked.secrets_changed(&[ground.production], 0, 9).await.unwrap();
    assert_eq!(
        all.iter().map(|changed| changed.secret.id).collect::<Vec<_>>(),
        [one, two]
    );
    assert!(
        locked
            .secrets_changed(&[ground.production], before, 9)
            .await
            .unwrap()
            .is_empty()
    );
    locked
        .describe_secret(one, &described("uno"), ground.now())
        .await
        .unwrap();
    locked.delete_secret(two, ground.ada, ground.now()).await.unwrap();
    let changed = locked
        .secrets_changed(&[ground.production], before, 9)
        .await
        .unwrap();
    assert_eq!(
        changed
            .iter()
            .map(|changed| changed.secret.id)
            .collect::<Vec<_>>(),
        [one, two]
    );
    assert!(changed[1].secret.deleted_at.is_some());
    assert_eq!(changed[1].cursor, locked.cursor().await.unwrap().0);
    assert!(
        locked
            .secrets_changed(&[ground.payments], 0, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_move_is_a_removal_there_and_a_change_here(ground: Ground) {
    let id = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let (before, _) = locked.cursor().await.unwrap();
    assert!(
        locked
            .move_secret(id, ground.payments, ground.now())
            .await
            .unwrap()
    );
    let kinds = [ChangeKind::SecretGone];
    let gone = locked
        .scope_changes_since(&[ground.production], &kinds, before, 9)
        .await
        .unwrap();
    assert_eq!(
        gone.iter()
            .map(|change| change.change.secret)
            .collect::<BTreeSet<_>>(),
        BTreeSet::from([Some(id)])
    );
    let here = locked
        .secrets_changed(&[ground.payments], before, 9)
        .await
        .unwrap();
    assert_eq!(here[0].secret.id, id);
    let missing = claviger_model::ids::ScopeId::random(&ground.entropy);
    let error = locked.move_secret(id, missing, ground.now()).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::Missing)),
        "{error:?}"
    );
}

async fn a_scope_stands_otherwise_after_each_change(ground: Ground) {
    let (one, two) = (ground.secret("one").await, ground.secret("two").await);
    let (here, there) = (ground.production, ground.payments);
    let mut locked = ground.locked().await;
    assert!(locked.scope_states(&[]).await.unwrap().is_empty());
    assert!(locked.scope_states(&[there]).await.unwrap().is_empty());
    let mut seen = locked.scope_states(&[here, there]).await.unwrap();
    assert_eq!((seen[0].0, seen[0].1.secrets, seen.len()), (here, 2, 1));
    let at = ground.now();
    for step in 0..6 {
        let done = match step {
            0 => locked.describe_secret(one, &described("uno"), at).await,
            1 => locked.delete_secret(two, ground.ada, at).await,
            2 => locked.restore_secret(two, at).await,
            3 => locked.delete_secret(two, ground.ada, at).await,
            4 => locked.erase_secret(two, at).await,
            _ => locked.move_secret(one, there, at).await,
        };
        assert!(done.unwrap(), "{step}");
        let states = locked.scope_states(&[here]).await.unwrap();
        let now = states.first().map(|state| state.1);
        assert!(seen.iter().all(|(_, before)| Some(*before) != now), "{step}");
        seen.extend(states);
    }
    assert!(locked.scope_states(&[here]).await.unwrap().is_empty());
    assert_eq!(locked.scope_states(&[there]).await.unwrap()[0].1.secrets, 1);
}

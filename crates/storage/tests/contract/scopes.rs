use crate::ground::{Ground, name};
use claviger_model::{
    ids::ScopeId,
    scope::{Discoverable, EnvironmentClass, MAX_DEPTH, ScopePath},
};
use claviger_storage::{Conflict, Locked, StorageError, scopes::ScopeSettings};

contract!(
    a_chain_goes_up_to_the_organization,
    names_are_unique_below_a_parent_case_aside,
    a_rename_carries_the_paths_below,
    a_move_carries_everything_below,
    a_scope_cannot_go_below_itself_or_too_deep,
    settings_read_back,
    there_is_one_root,
);

async fn child(ground: &Ground, locked: &mut dyn Locked, parent: ScopeId, called: &str) -> ScopeId {
    let id = ScopeId::random(&ground.entropy);
    locked
        .insert_scope(
            id,
            Some(parent),
            &name(called),
            &ScopeSettings::default(),
            ground.now(),
        )
        .await
        .unwrap();
    id
}

fn is(error: &StorageError, conflict: Conflict) -> bool {
    matches!(error, StorageError::Conflict(found) if *found == conflict)
}

async fn a_chain_goes_up_to_the_organization(ground: Ground) {
    let mut reader = ground.store.reader().await.unwrap();
    let chain: Vec<_> = reader
        .scope_chain(ground.production)
        .await
        .unwrap()
        .iter()
        .map(|scope| scope.path.to_string())
        .collect();
    assert_eq!(chain, ["payments/production", "payments", ""]);
    assert!(
        reader
            .scope_chain(ScopeId::random(&ground.entropy))
            .await
            .unwrap()
            .is_empty()
    );
    let chains = reader
        .scope_chains(&[ground.production, ground.payments])
        .await
        .unwrap();
    assert_eq!(chains.len(), 5);
    assert!(chains.contains(&(ground.production, ground.root, 2)));
    let under = reader
        .scopes_under(&[ground.payments, ground.production], None, 10)
        .await
        .unwrap();
    assert_eq!(under.len(), 2, "each once");
    assert_eq!(reader.root_scope().await.unwrap().unwrap().id, ground.root);
    let path = ScopePath::parse("PAYMENTS/Production").unwrap();
    assert_eq!(
        reader.scope_at(&path).await.unwrap().unwrap().id,
        ground.production
    );
    let found = reader
        .scope_child(ground.payments, &name("PRODUCTION"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.id, ground.production);
    assert_eq!(reader.scope_children(ground.root).await.unwrap().len(), 1);
}

async fn names_are_unique_below_a_parent_case_aside(ground: Ground) {
    let mut locked = ground.locked().await;
    child(&ground, &mut *locked, ground.root, "production").await;
    let id = ScopeId::random(&ground.entropy);
    let taken = locked
        .insert_scope(
            id,
            Some(ground.root),
            &name("PAYMENTS"),
            &ScopeSettings::default(),
            ground.now(),
        )
        .await
        .unwrap_err();
    assert!(is(&taken, Conflict::NameTaken), "{taken:?}");
}

async fn a_rename_carries_the_paths_below(ground: Ground) {
    let mut locked = ground.locked().await;
    let beside = child(&ground, &mut *locked, ground.root, "payments-eu").await;
    let renamed = name("Zahlungen %_ é");
    assert!(
        locked
            .rename_scope(ground.payments, &renamed, ground.now())
            .await
            .unwrap()
    );
    let path = |scope: Option<claviger_model::scope::Scope>| scope.unwrap().path.to_string();
    assert_eq!(
        path(locked.scope(ground.production).await.unwrap()),
        "Zahlungen %_ é/production"
    );
    assert_eq!(path(locked.scope(beside).await.unwrap()), "payments-eu");
    let folded = ScopePath::parse("ZAHLUNGEN %_ É/PRODUCTION").unwrap();
    assert_eq!(
        locked.scope_at(&folded).await.unwrap().unwrap().id,
        ground.production
    );
    assert!(
        locked
            .rename_scope(ground.root, &name("Acme Corp"), ground.now())
            .await
            .unwrap()
    );
    assert_eq!(
        path(locked.scope(ground.production).await.unwrap()),
        "Zahlungen %_ é/production"
    );
    assert!(
        !locked
            .rename_scope(ScopeId::random(&ground.entropy), &renamed, ground.now())
            .await
            .unwrap()
    );
    locked.commit().await.unwrap();
    let mut locked = ground.locked().await;
    let taken = locked
        .rename_scope(beside, &renamed, ground.now())
        .await
        .unwrap_err();
    assert!(is(&taken, Conflict::NameTaken), "{taken:?}");
}

async fn a_move_carries_everything_below(ground: Ground) {
    let mut locked = ground.locked().await;
    let stripe = child(&ground, &mut *locked, ground.production, "stripe").await;
    let finance = child(&ground, &mut *locked, ground.root, "finance").await;
    locked
        .move_scope(ground.production, finance, ground.now())
        .await
        .unwrap();
    let chain: Vec<_> = locked
        .scope_chain(stripe)
        .await
        .unwrap()
        .iter()
        .map(|scope| scope.id)
        .collect();
    assert_eq!(chain, [stripe, ground.production, finance, ground.root]);
    assert_eq!(
        locked.scope(stripe).await.unwrap().unwrap().path.to_string(),
        "finance/production/stripe"
    );
    assert_eq!(
        locked.scope(ground.production).await.unwrap().unwrap().parent,
        Some(finance)
    );
    let under = locked.scopes_under(&[ground.payments], None, 10).await.unwrap();
    assert_eq!(
        under.iter().map(|scope| scope.id).collect::<Vec<_>>(),
        [ground.payments]
    );
    let mut distances: Vec<_> = locked
        .scope_chains(&[stripe])
        .await
        .unwrap()
        .iter()
        .map(|(_, _, distance)| *distance)
        .collect();
    distances.sort_unstable();
    assert_eq!(distances, [0, 1, 2, 3]);
}

async fn a_scope_cannot_go_below_itself_or_too_deep(ground: Ground) {
    let mut locked = ground.locked().await;
    let error = locked
        .move_scope(ground.payments, ground.production, ground.now())
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::Misplaced), "{error:?}");
    let error = locked
        .move_scope(ground.root, ground.payments, ground.now())
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::Misplaced), "{error:?}");
    let mut deepest = ground.production;
    for depth in 3..=MAX_DEPTH {
        deepest = child(&ground, &mut *locked, deepest, &format!("d{depth}")).await;
    }
    let id = ScopeId::random(&ground.entropy);
    let none = ScopeSettings::default();
    let error = locked
        .insert_scope(id, Some(deepest), &name("x"), &none, ground.now())
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::Misplaced), "{error:?}");
    let beside = child(&ground, &mut *locked, ground.root, "beside").await;
    let below = child(&ground, &mut *locked, beside, "below").await;
    let error = locked
        .move_scope(ground.payments, below, ground.now())
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::Misplaced), "{error:?}");
    let error = locked
        .insert_scope(id, Some(id), &name("x"), &none, ground.now())
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::Missing), "{error:?}");
}

async fn settings_read_back(ground: Ground) {
    let settings = ScopeSettings {
        class: Some(EnvironmentClass::Staging),
        discoverable: Discoverable::Teams(vec![ground.ada]),
        lease_seconds: Some(0),
    };
    let mut locked = ground.locked().await;
    assert!(
        locked
            .set_scope(ground.production, &settings, ground.now())
            .await
            .unwrap()
    );
    let scope = locked.scope(ground.production).await.unwrap().unwrap();
    assert_eq!(
        (scope.class, scope.discoverable, scope.lease_seconds),
        (settings.class, settings.discoverable, Some(0))
    );
    assert!(
        !locked
            .set_scope(
                ScopeId::random(&ground.entropy),
                &ScopeSettings::default(),
                ground.now()
            )
            .await
            .unwrap()
    );
}

async fn there_is_one_root(ground: Ground) {
    let mut locked = ground.locked().await;
    let id = ScopeId::random(&ground.entropy);
    let error = locked
        .insert_scope(id, None, &name("B"), &ScopeSettings::default(), ground.now())
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::NameTaken), "{error:?}");
}

//! Scopes that move.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_moves_with_a_right_at_both_ends_and_says_who_gains_and_loses() {
    let house = House::new().await;
    let places = house.places;
    let other = ScopeId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let settings = ScopeSettings::default();
    locked
        .insert_scope(other, Some(places.root), &name("ledger"), &settings, now)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    house.secret(places.production, "DB", b"x").await;
    let owner = house.actor(&[(OWNER, places.root)]).await;
    let (loses, gains) = (
        house.actor(&[(READER, places.payments)]).await,
        house.actor(&[(VIEWER, other)]).await,
    );
    let stays = house.actor(&[(READER, places.production)]).await;
    let body = json!({"parent": other});
    let plan: MovePlan = say(
        &house,
        &owner,
        route::PREVIEW_MOVE_SCOPE,
        &[&places.production],
        body.clone(),
    )
    .await
    .parse();
    assert_eq!(
        (
            plan.effect.path.as_str(),
            plan.effect.scopes,
            plan.effect.secrets,
            plan.effect.changes_class
        ),
        ("ledger/production", 1, 1, false)
    );
    let of = |who: &Actor| {
        plan.effect
            .changes
            .iter()
            .find(|change| change.principal == who.principal)
    };
    assert!(of(&stays).is_none() && of(&owner).is_none());
    assert_eq!(
        of(&gains).unwrap().gains,
        [Action::SecretView, Action::RequestAsk, Action::ScopeView]
    );
    assert!(
        of(&loses).unwrap().loses.contains(&Action::SecretReveal) && of(&loses).unwrap().gains.is_empty()
    );
    assert_eq!(
        code(
            &say(
                &house,
                &loses,
                route::MOVE_SCOPE,
                &[&places.production],
                body.clone()
            )
            .await
        ),
        "forbidden"
    );

    house.secret(places.production, "LATER", b"x").await;
    let planned = with(body.clone(), "plan", &plan.digest);
    assert_eq!(
        code(&say(&house, &owner, route::MOVE_SCOPE, &[&places.production], planned).await),
        "stale_plan"
    );
    let plan: MovePlan = say(
        &house,
        &owner,
        route::PREVIEW_MOVE_SCOPE,
        &[&places.production],
        body.clone(),
    )
    .await
    .parse();
    let planned = with(body, "plan", &plan.digest);
    for _ in 0..2 {
        let moved = say(
            &house,
            &owner,
            route::MOVE_SCOPE,
            &[&places.production],
            planned.clone(),
        )
        .await;
        assert_eq!(moved.json()["path"], "ledger/production", "{:?}", moved.json());
    }
    assert!(!allowed(&house, loses.principal, Action::SecretReveal, places.production).await);
    assert!(allowed(&house, gains.principal, Action::SecretView, places.production).await);
    assert!(allowed(&house, stays.principal, Action::SecretReveal, places.production).await);
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(
        reader.orders_of(loses.device, 9).await.unwrap().len(),
        1,
        "what is lost is ordered away"
    );
    assert_eq!(reader.orders_of(stays.device, 9).await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_gives_nobody_what_the_mover_may_not_give_and_keeps_the_tree_sound() {
    let house = House::new().await;
    let places = house.places;
    let (mine, deep) = (ScopeId::random(&SystemEntropy), ScopeId::random(&SystemEntropy));
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let settings = ScopeSettings::default();
    locked
        .insert_scope(mine, Some(places.root), &name("mine"), &settings, now)
        .await
        .unwrap();
    locked
        .insert_scope(deep, Some(places.production), &name("stripe"), &settings, now)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    let owner = house.actor(&[(OWNER, places.root), (READER, mine)]).await;
    let attempt = async |scope: ScopeId, parent: ScopeId| {
        let body = json!({"parent": parent});
        let seen = code(&say(&house, &owner, route::PREVIEW_MOVE_SCOPE, &[&scope], body.clone()).await);
        let done = code(&say(&house, &owner, route::MOVE_SCOPE, &[&scope], body).await);
        assert_eq!(seen, done, "the preview answers as the move does");
        done
    };
    assert_eq!(
        attempt(places.staging, mine).await,
        "separation_of_duties",
        "a Reader there would read it"
    );
    assert_eq!(
        attempt(places.production, places.root).await,
        "wrong_state",
        "an environment is two levels down"
    );
    assert_eq!(
        attempt(places.payments, places.production).await,
        "wrong_state",
        "below itself"
    );
    assert_eq!(attempt(places.root, mine).await, "wrong_state");
    assert_eq!(attempt(deep, ScopeId::random(&SystemEntropy)).await, "not_found");
    // A mover without the right to classify does not take a place out of production.
    let mover = role(&house, &[Action::ScopeMove, Action::ScopeView]).await;
    let mover = house.actor(&[(mover.id, places.payments)]).await;
    let body = json!({"parent": places.staging});
    assert_eq!(
        code(&say(&house, &mover, route::MOVE_SCOPE, &[&deep], body.clone()).await),
        "forbidden"
    );
    // A guardrail that asks less of staging widens nobody who holds no values there.
    assert_eq!(
        code(&say(&house, &owner, route::MOVE_SCOPE, &[&deep], body).await),
        "ok"
    );
}

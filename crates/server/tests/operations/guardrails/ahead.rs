//! What a change does is found out before the lock, and counts only while nothing else was changed.

use super::*;
use crate::assigning::given;
use claviger_model::builtin_roles::VIEWER;
use claviger_protocol::guardrails::GuardrailChange;
use claviger_server::{
    http::Refusal,
    operations::guardrails::{
        ahead::{Ahead, simulated},
        changing::Changing,
        effect::simulate,
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

async fn found(house: &House, id: PolicyId) -> Result<Option<Ahead>, Refusal> {
    let mut view = house.app.store.snapshot().await?;
    let epoch = view.committed_epoch().await?;
    let what = GuardrailChange::Put {
        name: crate::house::name("No production"),
        text: NO_PRODUCTION.to_owned(),
        enabled: true,
    };
    let changing = Changing::read(&mut *view, id, what, None).await?;
    let now = claviger_model::time::Clock::now(&house.clock);
    Ok(Some(Ahead::new(
        epoch,
        simulate(&mut *view, &changing, now).await?,
    )))
}

/// How often it was simulated, how often the work was done, and what became of it.
async fn tried(house: &House, overtaken: usize) -> (usize, usize, String) {
    let (simulations, works) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let someone = house.actor(&[]).await.principal;
    let find = || async {
        let ahead = found(house, new_id()).await;
        if simulations.fetch_add(1, Ordering::SeqCst) < overtaken {
            given(house, someone, VIEWER, house.places.staging).await;
        }
        ahead
    };
    let done = works.clone();
    let answer = simulated(&house.app, find, move |_, simulation| {
        let done = done.clone();
        Box::pin(async move {
            assert!(simulation.is_some(), "nobody simulates under the lock");
            done.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    })
    .await;
    let code = answer.map_or_else(|refusal| refusal.code().as_str().to_owned(), |()| "ok".to_owned());
    (simulations.into_inner(), works.load(Ordering::SeqCst), code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_that_was_overtaken_is_made_anew_and_not_without_end() {
    let house = House::new().await;
    owner(&house).await;
    reader(&house).await;
    assert_eq!(tried(&house, 0).await, (1, 1, "ok".to_owned()));
    assert_eq!(tried(&house, 2).await, (3, 1, "ok".to_owned()));
    assert_eq!(tried(&house, 99).await, (4, 0, "stale_plan".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_disabled_meanwhile_overtakes_it_too() {
    let house = House::new().await;
    owner(&house).await;
    let person = house.actor(&[]).await.principal;
    let first = AtomicUsize::new(0);
    let find = || async {
        let ahead = found(&house, new_id()).await;
        if first.fetch_add(1, Ordering::SeqCst) == 0 {
            let mut locked = house.app.store.locked().await.unwrap();
            let mut row = locked.principal(person).await.unwrap().unwrap();
            row.state = claviger_model::principal::PrincipalState::Disabled;
            assert!(locked.update_principal(&row).await.unwrap());
            locked.commit().await.unwrap();
        }
        ahead
    };
    let answer = simulated(&house.app, find, |_, _| Box::pin(async { Ok(()) })).await;
    assert!(answer.is_ok());
    assert_eq!(first.into_inner(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_begins_meanwhile_overtakes_it_too() {
    let house = House::new().await;
    owner(&house).await;
    let person = house.actor(&[]).await.principal;
    let mut locked = house.app.store.locked().await.unwrap();
    let mut grant = crate::house::grant(person, READER, house.places.production, locked.now());
    grant.not_before = Some(locked.now().plus(std::time::Duration::from_secs(60)));
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
    let first = AtomicUsize::new(0);
    let find = || async {
        let ahead = found(&house, new_id()).await;
        if first.fetch_add(1, Ordering::SeqCst) == 0 {
            house.clock.advance(std::time::Duration::from_secs(61));
        }
        ahead
    };
    let answer = simulated(&house.app, find, |_, _| Box::pin(async { Ok(()) })).await;
    assert!(answer.is_ok());
    assert_eq!(first.into_inner(), 2);
}

//! Accounts are taken away and verified, also where a system was away meanwhile, and what stays is never said to be gone.

use super::{Connected, account, holding, of, told_with_numbers, with_ada};
use crate::offboarding::{obey, settle_steps};
use claviger_model::{
    connected::{AccountState, AskedState, Presence},
    offboarding::{CaseState, EffectKind},
};
use claviger_server::operations::offboarding::connected::drive;
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_shown_taken_away_and_verified_before_the_case_is_done() {
    let all = Connected::new(Some("heir")).await;
    let shown = all.radius().await;
    let names: Vec<_> = shown
        .iter()
        .map(|one| (one.system.as_str(), one.accounts.len(), one.said.clone()))
        .collect();
    assert_eq!(names, [("code", 1, None), ("warehouse", 1, None)]);
    let case = all.case().await;
    assert_eq!(case.connected.len(), 2);
    obey(&all.house, &all.leaver).await;
    let waits = all.again(&case).await;
    assert_eq!(waits.state, CaseState::Waiting);
    assert!(waits.connected.iter().all(|one| one.state == AskedState::Open));

    all.look(Duration::ZERO).await;
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done, "{:?}", done.connected);
    for name in ["code", "warehouse"] {
        let account = account(&done, name);
        assert_eq!(account.account.name.as_str(), "ada");
        assert_eq!(
            (account.state, account.left),
            (AccountState::Verified, Some(Presence::Gone))
        );
        assert!(
            account.disabled_at.is_some() && account.removed_at.is_some() && account.verified_at.is_some()
        );
    }
    let effects = done
        .effects
        .iter()
        .find(|one| one.kind == EffectKind::ConnectedAccount);
    assert_eq!(effects.unwrap().all, 2);
    assert_eq!(
        all.told().await,
        [
            "code asked",
            "code found",
            "code disabled",
            "code removed",
            "code verified-gone",
            "warehouse asked",
            "warehouse found",
            "warehouse disabled",
            "warehouse removed",
            "warehouse verified-gone",
        ]
    );
    // They are gone there, and nobody else is.
    let roles =
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('ada', 'bob')";
    assert_eq!(all.cluster.sql("postgres", roles).await.unwrap(), "bob");
    let state = all.github.state().await.unwrap();
    assert_eq!(state["members"], json!({"owner": "active", "bob": "active"}));
    assert_eq!(all.github.told().await.unwrap().violations, [""; 0]);
    assert!(all.radius().await.iter().all(|one| one.accounts.is_empty()));
    // Looking again does nothing.
    let before = all.told().await.len();
    all.look(Duration::from_secs(600)).await;
    assert_eq!(all.told().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_for_weeks_holds_up_the_case_and_nobody_else() {
    let all = Connected::new(Some("heir")).await;
    all.cluster.stop().await.unwrap();
    let shown = all.radius().await;
    let said: Vec<_> = shown.iter().map(|one| one.said.as_deref()).collect();
    assert_eq!(said, [None, Some("unreachable")]);
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let first = all.again(&case).await;
    assert_eq!(account(&first, "code").state, AccountState::Verified);
    let down = of(&first, "warehouse");
    let since = down.trying.since.unwrap();
    assert_eq!(
        (down.state, down.trying.said.as_deref()),
        (AskedState::Open, Some("unreachable"))
    );
    assert_eq!(down.trying.next_at.since(since), Duration::from_secs(1));
    // Three weeks; every attempt is made, and one event tells of all of them.
    for _ in 0..12 {
        all.look(Duration::from_secs(42 * 3600)).await;
    }
    let weeks = all.again(&case).await;
    let down = of(&weeks, "warehouse");
    assert_eq!((weeks.state, down.trying.attempts), (CaseState::Waiting, 13));
    assert_eq!(down.trying.since, Some(since));
    let failing = |told: Vec<String>| told.iter().filter(|one| *one == "warehouse failing").count();
    assert_eq!(failing(all.told().await), 1);
    // Not asked before it is due.
    all.cluster.start_again().await.unwrap();
    drive::drive(&all.house.app).await.unwrap();
    assert_eq!(of(&all.again(&case).await, "warehouse").state, AskedState::Open);
    all.look(Duration::from_secs(256)).await;
    settle_steps(&all.house).await;
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done);
    assert_eq!(account(&done, "warehouse").left, Some(Presence::Gone));
    assert_eq!(of(&done, "warehouse").trying.since, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_away_in_the_middle_goes_on_where_it_was() {
    let mut all = Connected::new(Some("heir")).await;
    let case = all.case().await;
    // It told, and is away before anything is done to what it told of.
    all.look(Duration::ZERO).await;
    let gone = all.again(&case).await;
    let mut reader = all.house.app.store.reader().await.unwrap();
    let mut row = reader
        .case_account(account(&gone, "code").id)
        .await
        .unwrap()
        .unwrap();
    drop(reader);
    row.state = AccountState::Removed;
    row.left = None;
    row.verified_at = None;
    row.trying.next_at = all.house.app.clock.now();
    let mut locked = all.house.app.store.locked().await.unwrap();
    assert!(locked.update_case_account(&row).await.unwrap());
    locked.commit().await.unwrap();
    all.github.stop();
    all.look(Duration::ZERO).await;
    let away = all.again(&case).await;
    let code = account(&away, "code");
    assert_eq!(
        (code.state, code.trying.said.as_deref()),
        (AccountState::Removed, Some("unreachable"))
    );
    assert_eq!(code.verified_at, None);
    // Somebody invited them again meanwhile: it is not verified, and goes from the beginning.
    all.github.start_again(with_ada()).await.unwrap();
    all.look(Duration::from_secs(1)).await;
    let there = all.again(&case).await;
    let code = account(&there, "code");
    assert_eq!(
        (code.state, code.trying.said.as_deref()),
        (AccountState::Found, Some("still-there"))
    );
    assert_eq!(code.trying.attempts, 2);
    all.look(Duration::from_secs(2)).await;
    let done = all.again(&case).await;
    assert_eq!(account(&done, "code").left, Some(Presence::Gone));
    let state = all.github.state().await.unwrap();
    assert_eq!(state["members"], json!({"owner": "active", "bob": "active"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_owns_tables_is_never_said_to_be_removed_without_an_heir() {
    let all = Connected::new(None).await;
    let sql = "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42); ALTER TABLE kept OWNER TO ada";
    all.cluster.sql("postgres", sql).await.unwrap();
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done);
    let login = account(&done, "warehouse");
    assert_eq!(
        (login.state, login.left),
        (AccountState::Verified, Some(Presence::Disabled))
    );
    assert_eq!(
        (login.kept.as_deref(), login.removed_at),
        (Some("owns-things"), None)
    );
    let told = all.told().await;
    assert!(
        told.contains(&"warehouse kept".to_owned())
            && told.contains(&"warehouse verified-disabled".to_owned())
    );
    assert!(!told.contains(&"warehouse removed".to_owned()));
    assert_eq!(
        all.cluster.sql("postgres", "SELECT n FROM kept").await.unwrap(),
        "42"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_locked_table_holds_up_its_own_account_alone() {
    let all = Connected::new(Some("heir")).await;
    let sql = "CREATE TABLE kept (n int); ALTER TABLE kept OWNER TO ada; CREATE ROLE eve LOGIN";
    all.cluster.sql("postgres", sql).await.unwrap();
    let holder = holding(&all.cluster, "kept").await;
    let case = all.case().await;
    all.look(Duration::ZERO).await;
    let late = account(&all.again(&case).await, "warehouse").trying.clone();
    assert_eq!(late.said.as_deref(), Some("timed-out"));
    // Hers is due before those of the others.
    let (bob, of_bob) = all.case_of_another("bob@example.test").await;
    let (eve, of_eve) = all.case_of_another("eve@example.test").await;
    all.look(Duration::from_secs(600)).await;
    for other in [of_bob, of_eve] {
        let login = account(&all.again(&other).await, "warehouse").clone();
        assert_eq!(
            (login.left, login.trying.attempts),
            (Some(Presence::Gone), 0),
            "{login:?}"
        );
    }
    let still = account(&all.again(&case).await, "warehouse").clone();
    assert_eq!(
        (still.state, still.trying.said.as_deref(), still.trying.attempts),
        (AccountState::Disabled, Some("timed-out"), 2)
    );
    // Whoever was found is of no use before anything takes long.
    let mut events = Vec::new();
    for person in [bob, eve] {
        events.extend(told_with_numbers(&all.house, person).await);
    }
    events.sort();
    let first = |state: &str| events.iter().position(|(_, told)| told == state).unwrap();
    let last = |state: &str| events.iter().rposition(|(_, told)| told == state).unwrap();
    assert!(
        last("warehouse disabled") < first("warehouse removed"),
        "{events:?}"
    );
    drop(holder);
    all.look(Duration::from_secs(600)).await;
    let done = account(&all.again(&case).await, "warehouse").left;
    assert_eq!(done, Some(Presence::Gone));
}

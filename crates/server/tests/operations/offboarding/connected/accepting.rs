//! What is not taken away: what an Owner accepts as it is, and what belongs to somebody who came back.

use super::{Connected, account, holding, of, proving::report, unhurried, with_ada};
use crate::offboarding::{obey, opened, settle_steps};
use claviger_model::{
    connected::{AccountState, AskedState},
    offboarding::CaseState,
};
use claviger_protocol::route;
use claviger_server::operations::offboarding::connected::drive;
use serde_json::json;
use sqlx::PgConnection;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The job in the middle of a removal: it waits for the leaver's table, until the session that holds it is dropped.
async fn stuck(all: &Connected) -> (PgConnection, JoinHandle<()>) {
    let holder = holding(&all.cluster, "kept").await;
    let app = all.house.app.clone();
    let job = tokio::spawn(async move { drive::drive(&app).await.unwrap() });
    let waits = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted";
    while all.cluster.sql("postgres", waits).await.unwrap() != "t" {
        assert!(!job.is_finished());
    }
    (holder, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_accepts_with_a_reason_what_cannot_be_verified_and_nobody_else_does() {
    let all = Connected::new(Some("heir")).await;
    all.cluster.stop().await.unwrap();
    // What the connector may not do there: its token is no owner's.
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let body = json!({"system": "warehouse", "reason": "it was shut down"});
    assert_eq!(all.accept(&all.admin, &case, &body).await, "forbidden");
    assert_ne!(all.accept(&all.leaver, &case, &body).await, "ok");
    let elsewhere = json!({"system": "nowhere", "reason": "it was shut down"});
    assert_eq!(all.accept(&all.owner, &case, &elsewhere).await, "not_found");
    let account_of_another = json!({
        "system": "warehouse", "account": account(&all.again(&case).await, "code").id, "reason": "r",
    });
    assert_eq!(
        all.accept(&all.owner, &case, &account_of_another).await,
        "not_found"
    );
    let settled = json!({
        "system": "code", "account": account(&all.again(&case).await, "code").id, "reason": "r",
    });
    assert_eq!(all.accept(&all.owner, &case, &settled).await, "wrong_state");
    assert_eq!(all.again(&case).await.state, CaseState::Waiting);

    assert_eq!(all.accept(&all.owner, &case, &body).await, "ok");
    let done = all.again(&case).await;
    assert_eq!(done.state, CaseState::Done);
    let down = of(&done, "warehouse");
    let accepted = down.accepted.as_ref().unwrap();
    assert_eq!(
        (down.state, accepted.by),
        (AskedState::Accepted, all.owner.principal)
    );
    assert_eq!(accepted.reason, "it was shut down");
    assert_eq!(all.accept(&all.owner, &case, &body).await, "wrong_state");
    // Nothing is done to it any more.
    all.cluster.start_again().await.unwrap();
    all.look(Duration::from_secs(600)).await;
    let roles = "SELECT count(*) FROM pg_roles WHERE rolname = 'ada' AND rolcanlogin";
    assert_eq!(all.cluster.sql("postgres", roles).await.unwrap(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_somebody_who_came_back_are_left_alone() {
    let mut all = Connected::new(Some("heir")).await;
    all.github.stop();
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    all.enable(all.leaver.principal).await;
    all.github.start_again(with_ada()).await.unwrap();
    for _ in 0..3 {
        all.look(Duration::from_secs(600)).await;
    }
    let left = all.again(&case).await;
    let code = of(&left, "code");
    assert_eq!(
        (code.state, code.trying.said.as_deref(), code.accounts.len()),
        (AskedState::Open, Some("came-back"), 0)
    );
    let state = all.github.state().await.unwrap();
    assert_eq!(state["members"]["ada"], "active");
    // An Owner lets it stay, and the old case ends.
    let owner = all.house.sign_in(all.owner.principal).await;
    let stays = json!({"system": "code", "reason": "works here again"});
    assert_eq!(all.accept(&owner, &case, &stays).await, "ok");
    assert_eq!(all.again(&case).await.state, CaseState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_second_case_waits_for_a_second_pair_of_eyes_the_first_one_does_nothing() {
    let mut all = Connected::new(Some("heir")).await;
    all.github.stop();
    let first = all.case().await;
    all.look(Duration::ZERO).await;
    let person = all.leaver.principal;
    all.enable(person).await;
    let settings = json!({"people_per_hour": 10, "protected": [person]});
    let set = all
        .house
        .call(Some(&all.owner), &route::SET_OFFBOARDING_SETTINGS, &[], &settings)
        .await;
    assert_eq!(set.code(), "ok");
    let second = opened(&all.house, &all.admin, person, json!({})).await;
    assert_eq!(second.state, CaseState::Braked);
    all.github.start_again(with_ada()).await.unwrap();
    for _ in 0..3 {
        all.look(Duration::from_secs(600)).await;
    }
    assert_eq!(
        of(&all.again(&first).await, "code").trying.said.as_deref(),
        Some("came-back")
    );
    assert_eq!(all.github.state().await.unwrap()["members"]["ada"], "active");
    // Somebody else has looked: now they leave.
    let owner = all.house.sign_in(all.owner.principal).await;
    let answer = all
        .house
        .call(
            Some(&owner),
            &route::APPROVE_CASE,
            &[&second.id],
            &json!({"starts_at": null}),
        )
        .await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    settle_steps(&all.house).await;
    all.look(Duration::from_secs(600)).await;
    let state = all.github.state().await.unwrap();
    assert_eq!(state["members"], json!({"owner": "active", "bob": "active"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_while_an_owner_accepted_is_told_all_the_same() {
    let all = Connected::with(Some("heir"), unhurried).await;
    let sql = "CREATE TABLE kept (n int); ALTER TABLE kept OWNER TO ada";
    all.cluster.sql("postgres", sql).await.unwrap();
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    let (holder, job) = stuck(&all).await;
    let id = account(&all.again(&case).await, "warehouse").id;
    let body = json!({"system": "warehouse", "account": id, "reason": "the reports run as it"});
    assert_eq!(all.accept(&all.owner, &case, &body).await, "ok");
    drop(holder);
    job.await.unwrap();
    let done = all.again(&case).await;
    let login = account(&done, "warehouse");
    assert_eq!(login.state, AccountState::Accepted);
    let accepted = login.accepted.as_ref().unwrap().at;
    assert!(login.removed_at.unwrap() >= accepted && login.verified_at.is_none());
    let told = all.told().await;
    let of_login: Vec<_> = told.iter().filter(|one| one.starts_with("warehouse")).collect();
    assert_eq!(
        of_login[3..],
        ["warehouse accepted", "warehouse removed"],
        "{told:?}"
    );
    let (_, html, _) = report(&all, &case).await;
    assert!(html.contains("removed at the moment at which it was accepted"));
    assert_eq!(done.state, CaseState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_word_changes_nothing_that_an_owner_accepted() {
    let all = Connected::new(Some("heir")).await;
    all.github
        .put(json!({"owner": "ada", "users": {"ada": 7, "owner": 1}}))
        .await
        .unwrap();
    // The account is the connector's own: it is protected, and said to be so.
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    all.look(Duration::ZERO).await;
    let waits = all.again(&case).await;
    let own = account(&waits, "code");
    assert_eq!(
        (own.state, own.trying.said.as_deref()),
        (AccountState::Found, Some("protected"))
    );
    assert_eq!(waits.state, CaseState::Waiting);
    let body = json!({"system": "code", "account": own.id, "reason": "the organization's own"});
    assert_eq!(all.accept(&all.owner, &case, &body).await, "ok");
    all.look(Duration::from_secs(600)).await;
    let done = all.again(&case).await;
    assert_eq!(account(&done, "code").state, AccountState::Accepted);
    assert_eq!(done.state, CaseState::Done);
    assert_eq!(all.github.state().await.unwrap()["members"]["ada"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_in_the_middle_of_a_removal_keeps_what_was_not_yet_taken() {
    let all = Connected::with(Some("heir"), unhurried).await;
    let sql = "CREATE TABLE kept (n int); ALTER TABLE kept OWNER TO ada; CREATE ROLE club; GRANT club TO ada";
    all.cluster.sql("postgres", sql).await.unwrap();
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    let (holder, job) = stuck(&all).await;
    let person = all.leaver.principal;
    all.enable(person).await;
    drop(holder);
    job.await.unwrap();
    // What it waited for was not committed, and the role is there; what was done before is said to have been done.
    let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'";
    assert_eq!(all.cluster.sql("postgres", owner).await.unwrap(), "ada");
    let left = all.again(&case).await;
    let login = account(&left, "warehouse");
    assert_eq!(
        (login.state, login.trying.said.as_deref()),
        (AccountState::Disabled, Some("cut-short"))
    );
    assert!(login.disabled_at.is_some() && login.removed_at.is_none());
    // It stays said, however often it is looked at again, and nothing more is done.
    for _ in 0..3 {
        all.look(Duration::from_secs(600)).await;
    }
    let later = all.again(&case).await;
    let login = account(&later, "warehouse");
    assert_eq!(login.trying.said.as_deref(), Some("cut-short"));
    let told = all.told().await;
    let failing = told.iter().filter(|one| *one == "warehouse failing").count();
    assert_eq!(failing, 1, "{told:?}");
    let role = "SELECT count(*) FROM pg_roles WHERE rolname = 'ada'";
    assert_eq!(all.cluster.sql("postgres", role).await.unwrap(), "1");
    let body = json!({"system": "warehouse", "account": login.id, "reason": "works here again"});
    let owner = all.house.sign_in(all.owner.principal).await;
    assert_eq!(all.accept(&owner, &case, &body).await, "ok");
}

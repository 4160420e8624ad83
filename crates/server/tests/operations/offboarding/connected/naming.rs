//! Whose accounts are taken: those of the names that the leaver had when they left, and of nobody else.

use super::{Connected, account, called, of, with_ada};
use crate::{
    offboarding::{opened, settle_steps},
    scim::{Client, linked},
};
use claviger_model::{
    connected::{AccountName, AccountState, AskedState, MOST_NAMES, Presence},
    offboarding::{Cause, EffectKind},
};
use claviger_protocol::{offboarding::cases::Rehearsal, route};
use claviger_server::config::MatchBy;
use serde_json::{Value, json};
use std::time::Duration;

impl Connected {
    /// Whether nothing of `ada` is left in both systems.
    async fn is_gone(&self) -> bool {
        let roles = "SELECT count(*) FROM pg_roles WHERE rolname = 'ada'";
        let logins = self.cluster.sql("postgres", roles).await.unwrap();
        let state = self.github.state().await.unwrap();
        let member = state["members"]["ada"].is_string();
        assert_eq!(logins == "0", !member, "{state}");
        !member
    }
}

/// How the provider says that somebody leaves.
#[derive(Debug, Clone, Copy)]
enum Leaving {
    Deleted,
    RenamedAndInactive,
    /// Somebody here opened the case, and it is deleted while the systems are away.
    DeletedLater,
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_provider_deletes_or_renames_as_they_leave_is_found_by_the_name_of_before() {
    for leaving in [
        Leaving::Deleted,
        Leaving::RenamedAndInactive,
        Leaving::DeletedLater,
    ] {
        let mut all = Connected::with(Some("heir"), |one| one.match_by = vec![MatchBy::UserName]).await;
        let person = all.leaver.principal;
        linked(&all.house, person, "subject-of-ada").await;
        let client = Client::new(&all.house).await;
        let user = client
            .user("ada", json!({"externalId": "subject-of-ada"}))
            .await
            .id();
        let path = format!("/Users/{user}");
        let renamed = json!([{"op": "replace", "value": {"userName": "deleted-7", "active": false}}]);
        match leaving {
            Leaving::Deleted => drop(client.call("DELETE", &path, Value::Null).await.status),
            Leaving::RenamedAndInactive => assert_eq!(client.patch(&path, renamed).await.status, 200),
            Leaving::DeletedLater => {
                opened(&all.house, &all.admin, person, json!({})).await;
                all.github.stop();
                all.cluster.stop().await.unwrap();
                settle_steps(&all.house).await;
                all.look(Duration::ZERO).await;
                client.call("DELETE", &path, Value::Null).await;
                all.github.start_again(with_ada()).await.unwrap();
                all.cluster.start_again().await.unwrap();
            }
        }
        settle_steps(&all.house).await;
        all.look(Duration::from_secs(600)).await;
        assert!(all.is_gone().await, "{leaving:?}");
        let mut reader = all.house.app.store.reader().await.unwrap();
        let case = reader.last_case_of(person).await.unwrap().unwrap();
        assert_eq!(
            case.cause == Cause::Admin,
            matches!(leaving, Leaving::DeletedLater)
        );
        let accounts = reader.case_accounts(case.id).await.unwrap();
        assert!(accounts.iter().all(|one| one.left == Some(Presence::Gone)));
        assert_eq!(accounts.len(), 2, "{leaving:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_fits_somebody_who_stays_is_taken_from_neither() {
    let all = Connected::new(Some("heir")).await;
    // The same person under a new subject, or a namesake: the rules cannot tell.
    let stays = all.house.actor(&[]).await;
    let ambiguous = async || {
        let body = json!({"person": all.leaver.principal});
        let answer = all
            .house
            .call(Some(&all.admin), &route::REHEARSE_CASE, &[], &body)
            .await;
        let rehearsed: Rehearsal = answer.parse();
        let mut effects = rehearsed.effects.iter();
        let taken = effects.find(|one| one.kind == EffectKind::ConnectedAccount);
        let taken = taken.map_or(0, |one| one.all);
        [rehearsed.connected, all.radius().await].map(|found| {
            let each = found.iter().map(|one| (one.accounts.len(), one.ambiguous.len()));
            (each.collect::<Vec<_>>(), taken)
        })
    };
    let plain = (vec![(1, 0), (1, 0)], 2);
    assert_eq!(ambiguous().await, [plain.clone(), plain]);
    called(&all.house, stays.principal, "Ada@example.test").await;
    // It is said beforehand, and counted among nothing that would be taken away.
    let both = (vec![(1, 1), (1, 1)], 0);
    assert_eq!(ambiguous().await, [both.clone(), both]);
    let case = all.case().await;
    for _ in 0..2 {
        all.look(Duration::from_secs(600)).await;
    }
    let waits = all.again(&case).await;
    for name in ["code", "warehouse"] {
        let found = account(&waits, name);
        assert_eq!(
            (found.state, found.trying.said.as_deref()),
            (AccountState::Found, Some("ambiguous")),
            "{name}"
        );
    }
    assert!(!all.is_gone().await);
    let told = all.told().await;
    assert!(!told.iter().any(|one| one.ends_with("disabled")), "{told:?}");
    // When nobody is left whose it could be, it goes.
    let admin = all.house.sign_in(all.admin.principal).await;
    opened(&all.house, &admin, stays.principal, json!({})).await;
    settle_steps(&all.house).await;
    all.look(Duration::from_secs(600)).await;
    all.look(Duration::from_secs(600)).await;
    assert!(all.is_gone().await);
    let done = all.again(&case).await;
    assert_eq!(account(&done, "warehouse").left, Some(Presence::Gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_names_than_one_person_has_are_said_and_none_is_cut_off() {
    let names = (0..MOST_NAMES).map(|nth| AccountName::parse(&format!("bot-{nth}")).unwrap());
    let names: Vec<_> = names.collect();
    let all = Connected::with(Some("heir"), |one| {
        one.accounts.insert("ada@example.test".to_owned(), names.clone());
    })
    .await;
    let case = all.case().await;
    all.look(Duration::ZERO).await;
    let waits = all.again(&case).await;
    let code = of(&waits, "code");
    assert_eq!(
        (code.state, code.trying.said.as_deref()),
        (AskedState::Open, Some("too-many"))
    );
    assert!(!all.is_gone().await);
    let said: Vec<_> = all.radius().await.into_iter().map(|one| one.said).collect();
    assert_eq!(said, [Some("too-many".to_owned()), Some("too-many".to_owned())]);
}

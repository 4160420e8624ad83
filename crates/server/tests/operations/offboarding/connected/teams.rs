//! Teams at GitHub: named in a blast radius, a rehearsal and a case, and never in the way of the account that is in them.

use super::{Connected, account};
use claviger_model::connected::{Account, AccountState, PlaceKind, Presence};
use claviger_protocol::{
    offboarding::{
        cases::Rehearsal,
        connected::{FoundSystem, TeamsTold},
    },
    route,
};
use serde_json::json;
use std::time::Duration;

fn teams(account: &Account) -> Vec<&str> {
    let places = account
        .places
        .iter()
        .filter(|place| place.kind == PlaceKind::Team);
    places.filter_map(|place| place.name.as_deref()).collect()
}

/// What is shown of the teams of the one account at GitHub: their names, and what is said of all of them.
fn shown(found: &[FoundSystem]) -> (Vec<&str>, TeamsTold) {
    let of = |name: &str| found.iter().find(|one| one.system.as_str() == name).unwrap();
    assert_eq!(
        (of("warehouse").accounts.len(), of("warehouse").teams.len()),
        (1, 0)
    );
    let code = of("code");
    assert_eq!(
        (code.said.as_deref(), code.accounts.len(), code.teams.len()),
        (None, 1, 1)
    );
    assert_eq!(code.teams[0].account, code.accounts[0].name);
    (teams(&code.accounts[0]), code.teams[0].teams.clone())
}

impl Connected {
    async fn rehearsed(&self) -> Vec<FoundSystem> {
        let body = json!({"person": self.leaver.principal});
        let answer = self
            .house
            .call(Some(&self.admin), &route::REHEARSE_CASE, &[], &body)
            .await;
        let rehearsed: Rehearsal = answer.parse();
        rehearsed.connected
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_teams_that_a_leaver_loses_are_named_beforehand_and_in_the_case() {
    let all = Connected::new(Some("heir")).await;
    let in_three =
        json!({ "teams": { "core": ["ada", "bob"], "web": ["ada"], "ops": ["ada"], "of-bob": ["bob"] } });
    all.github.put(in_three).await.unwrap();
    let named = (vec!["core", "ops", "web"], TeamsTold::In(3));
    assert_eq!(shown(&all.radius().await), named);
    assert_eq!(shown(&all.rehearsed().await), named);

    let case = all.case().await;
    all.look(Duration::ZERO).await;
    let done = all.again(&case).await;
    let taken = account(&done, "code");
    assert_eq!(teams(&taken.account), ["core", "ops", "web"]);
    assert_eq!(
        (taken.state, taken.left),
        (AccountState::Verified, Some(Presence::Gone))
    );
    let state = all.github.state().await.unwrap();
    let left = json!({ "core": ["bob"], "web": [], "ops": [], "of-bob": ["bob"] });
    assert_eq!(state["teams"], left);
    assert_eq!(all.github.told().await.unwrap().violations, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_that_are_not_told_hide_no_account_and_hold_up_no_case() {
    let all = Connected::new(Some("heir")).await;
    let refused = json!({ "data": null, "errors": [{ "type": "FORBIDDEN", "message": "x" }] });
    let how = json!({ "at": "/graphql", "status": 200, "body": refused });
    all.github.trouble(how).await.unwrap();
    let untold = (Vec::new(), TeamsTold::Untold("not-permitted".to_owned()));
    assert_eq!(shown(&all.radius().await), untold);
    assert_eq!(shown(&all.rehearsed().await), untold);

    let case = all.case().await;
    all.look(Duration::ZERO).await;
    let done = all.again(&case).await;
    let taken = account(&done, "code");
    assert_eq!(teams(&taken.account), [""; 0]);
    assert_eq!(
        (taken.state, taken.left),
        (AccountState::Verified, Some(Presence::Gone))
    );
    // It is taken out of its team all the same.
    assert_eq!(all.github.state().await.unwrap()["teams"]["core"], json!(["bob"]));
}

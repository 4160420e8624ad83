//! Accounts that the list of the configuration gives to people, at GitHub's side as its description has it.

use super::{opened, record, settle_steps};
use crate::house::House;
use claviger_connectors::github::GithubSettings;
use claviger_model::{
    builtin_roles as roles,
    connected::{AccountName, AccountState, SystemName},
    offboarding::CaseState,
};
use claviger_protocol::route;
use claviger_server::{
    config::{ConnectorConfig, ConnectorWay, MatchBy},
    operations::offboarding::connected::drive,
};
use claviger_testkit::peers::github::{Github, ORGANIZATION, TOKEN};
use serde_json::json;
use std::{os::unix::fs::PermissionsExt as _, time::Duration};

/// Whoever renames their account is found by their id; by the login of before, an Owner is asked instead of nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_listed_account_that_is_not_there_waits_for_an_owner() {
    let (folder, github) = (tempfile::tempdir().unwrap(), Github::start().await.unwrap());
    let state = json!({
        "users": { "owner": 1, "countess": 7, "babbage": 8 },
        "members": { "owner": "active", "countess": "active", "babbage": "active" },
    });
    github.put(state).await.unwrap();
    let settings = GithubSettings {
        api: github.api().clone(),
        organization: AccountName::parse(ORGANIZATION).unwrap(),
        certificate_authority: None,
    };
    // Both took another login since they were listed: one by the id, one by the login.
    let listed = [("ada@example.test", "#7"), ("charles@example.test", "charles")];
    let accounts = listed.map(|(who, name)| (who.to_owned(), vec![AccountName::parse(name).unwrap()]));
    let token = folder.path().join("token");
    std::fs::write(&token, TOKEN).unwrap();
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    let code = ConnectorConfig {
        way: ConnectorWay::Github(settings),
        credential_file: token,
        match_by: vec![MatchBy::MailName],
        mail_domain: Some("example.test".to_owned()),
        accounts: accounts.into(),
    };
    let house = House::with(|config| {
        config.connectors = [(SystemName::parse("code").unwrap(), code)].into();
    })
    .await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let mut cases = Vec::new();
    // The first one only has the name that somebody else took.
    let people = [
        "countess@example.test",
        "ada@example.test",
        "charles@example.test",
    ];
    for mail in people {
        let leaver = house.actor(&[]).await;
        let mut locked = house.app.store.locked().await.unwrap();
        locked
            .set_mail_address(leaver.principal, Some(mail))
            .await
            .unwrap();
        locked.commit().await.unwrap();
        cases.push(opened(&house, &admin, leaver.principal, json!({})).await);
        settle_steps(&house).await;
        super::obey(&house, &leaver).await;
        for _ in 0..3 {
            drive::drive(&house.app).await.unwrap();
            house.clock.advance(Duration::from_secs(10));
        }
        if cases.len() == 1 {
            let countess = record(&house, &admin, cases[0].id).await;
            assert_eq!(
                (countess.connected[0].accounts.len(), countess.state),
                (0, CaseState::Done)
            );
            assert_eq!(github.state().await.unwrap()["members"]["countess"], "active");
        }
    }
    let ada = record(&house, &admin, cases[1].id).await;
    let found = &ada.connected[0].accounts[0];
    assert_eq!(
        (found.account.name.as_str(), found.account.key, found.state),
        ("countess", Some(7), AccountState::Verified)
    );
    assert_eq!(ada.state, CaseState::Done);
    let charles = record(&house, &admin, cases[2].id).await;
    let missing = &charles.connected[0].accounts[0];
    assert_eq!(
        (
            missing.account.name.as_str(),
            missing.state,
            missing.trying.said.as_deref()
        ),
        ("charles", AccountState::Found, Some("not-there"))
    );
    assert_eq!(charles.state, CaseState::Waiting);
    let body = json!({"system": "code", "account": missing.id, "reason": "removed by hand as babbage"});
    let answer = house
        .call(Some(&owner), &route::ACCEPT_CONNECTED, &[&charles.id], &body)
        .await;
    assert_eq!(answer.code(), "ok");
    let charles = record(&house, &admin, cases[2].id).await;
    assert_eq!(charles.state, CaseState::Done);
    assert_eq!(github.told().await.unwrap().violations, [""; 0]);
}

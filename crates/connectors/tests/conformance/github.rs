//! What only GitHub has.

use super::bench::{called, github_by, name};
use claviger_connectors::{Connector, FaultCode, github::Github};
use claviger_model::connected::{PlaceKind, Presence};
use claviger_testkit::peers::github::{Github as Peer, TOKEN};
use serde_json::{Map, Value, json};
use std::time::Duration;

async fn started(state: Value) -> (Peer, Github) {
    let peer = Peer::start().await.unwrap();
    peer.put(state).await.unwrap();
    let connector = github_by(&peer, TOKEN);
    (peer, connector)
}

async fn kept_to_the_description(peer: &Peer) {
    assert_eq!(peer.told().await.unwrap().violations, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_told_with_their_teams_and_leaves_all_of_them() {
    let state = json!({
        "users": { "owner": 1, "Ada": 7 },
        "members": { "owner": "active", "Ada": "active" },
        "teams": { "core": ["Ada", "owner"], "web": ["Ada"], "empty": [] },
        "invitations": [{ "id": 3, "login": "Ada", "email": null }],
    });
    let (peer, connector) = started(state).await;
    // Logins are the same in any case.
    let ada = connector.find(&name("ada")).await.unwrap().unwrap();
    let teams: Vec<_> = ada.places.iter().filter_map(|place| place.name.clone()).collect();
    assert_eq!(
        (ada.key, teams),
        (Some(7), vec!["core".to_owned(), "web".to_owned()])
    );
    connector.remove(&ada).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    let state = peer.state().await.unwrap();
    assert_eq!(state.pointer("/teams/core").unwrap(), &json!(["owner"]));
    assert_eq!(state.get("invitations").unwrap(), &json!([]));
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_only_invited_is_found_by_login_and_by_address() {
    let state = json!({
        "users": { "owner": 1, "eve": 9 },
        "members": { "owner": "active", "eve": "pending" },
        "invitations": [
            { "id": 5, "login": null, "email": "Ada@example.test" },
            { "id": 6, "login": null, "email": "other@example.test" },
        ],
    });
    let (peer, connector) = started(state).await;
    for who in ["eve", "ada@example.test"] {
        let account = connector.find(&name(who)).await.unwrap().unwrap();
        let kinds: Vec<_> = account.places.iter().map(|place| place.kind).collect();
        assert_eq!(kinds, [PlaceKind::Invitation], "{who}");
        connector.disable(&account).await.unwrap();
        assert_eq!(connector.verify(&account).await.unwrap(), Presence::Gone);
    }
    let left = peer.state().await.unwrap();
    assert_eq!(
        left.pointer("/invitations/0/email").unwrap(),
        "other@example.test"
    );
    assert_eq!(left.pointer("/invitations/1"), None);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_longer_than_a_page_are_followed() {
    let mut users: Map<String, Value> = (0..250).map(|n| (format!("u{n}"), json!(100 + n))).collect();
    users.insert("owner".to_owned(), json!(1));
    let members: Map<String, Value> = users
        .keys()
        .map(|login| (login.clone(), json!("active")))
        .collect();
    let outside: Vec<_> = (0..120).map(|n| format!("o{n}")).collect();
    let mut all = users.clone();
    all.extend(
        outside
            .iter()
            .enumerate()
            .map(|(n, login)| (login.clone(), json!(1000 + n))),
    );
    let state = json!({ "users": all, "members": members, "outside": outside });
    let (peer, connector) = started(state).await;
    let (mut seen, mut after) = (0, None);
    loop {
        let page = connector.list(after.as_deref()).await.unwrap();
        assert!(page.accounts.len() <= 200);
        seen += page.accounts.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 251 + 120);
    let last = connector.find(&name("o119")).await.unwrap().unwrap();
    assert_eq!(last.key, Some(1119));
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_took_another_login_is_still_there_and_goes() {
    let before = json!({
        "users": { "owner": 1, "ada": 7 }, "members": { "owner": "active", "ada": "active" },
    });
    let (peer, connector) = started(before).await;
    let ada = connector.find(&name("ada")).await.unwrap().unwrap();
    let renamed = json!({
        "users": { "owner": 1, "countess": 7 }, "members": { "owner": "active", "countess": "active" },
    });
    peer.put(renamed).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::There);
    connector.disable(&ada).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    assert_eq!(
        peer.state().await.unwrap().get("members").unwrap(),
        &json!({ "owner": "active" })
    );
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_no_owner_s_is_told_nothing_and_believes_nothing() {
    let (peer, connector) = started(json!({ "role": "member" })).await;
    let codes = [
        connector.list(None).await.unwrap_err().code,
        connector.verify(&called("ada")).await.unwrap_err().code,
        connector.disable(&called("ada")).await.unwrap_err().code,
    ];
    assert_eq!(codes, [FaultCode::NotPermitted; 3]);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_has_stable_codes_and_a_limit_says_until_when() {
    let (mut peer, connector) = started(json!({})).await;
    let said = async |how: Value| {
        peer.trouble(how).await.unwrap();
        let fault = connector.verify(&called("ada")).await.unwrap_err();
        (fault.code, fault.retry_after)
    };
    let minute = Some(Duration::from_secs(60));
    assert_eq!(
        said(json!({ "status": 429, "headers": { "retry-after": "60" } })).await,
        (FaultCode::RateLimited, minute)
    );
    assert_eq!(
        said(json!({ "status": 403, "headers": { "retry-after": "60" } })).await,
        (FaultCode::RateLimited, minute)
    );
    assert_eq!(
        said(json!({ "status": 503 })).await,
        (FaultCode::Unreachable, None)
    );
    // A redirect is not followed: the token would go with it.
    assert_eq!(
        said(json!({ "status": 302, "headers": { "location": "http://127.0.0.1:1/" } })).await,
        (FaultCode::Unexpected, None)
    );
    assert_eq!(
        said(json!({ "status": 200, "body": { "state": "active" } })).await,
        (FaultCode::Unexpected, None)
    );
    peer.stop();
    let fault = connector.verify(&called("ada")).await.unwrap_err();
    assert_eq!(fault.code, FaultCode::Unreachable);
}

//! What only GitHub has: whom it knows by which name, lists, limits.

use super::bench::{called, github_by, name};
use claviger_connectors::{Always, Connector, FaultCode, github::Github};
use claviger_model::connected::Presence;
use claviger_testkit::peers::github::{Github as Peer, TOKEN};
use serde_json::{Map, Value, json};
use std::time::Duration;

pub async fn started(state: Value) -> (Peer, Github) {
    let peer = Peer::start().await.unwrap();
    peer.put(state).await.unwrap();
    let connector = github_by(&peer, TOKEN);
    (peer, connector)
}

pub async fn kept_to_the_description(peer: &Peer) {
    assert_eq!(peer.told().await.unwrap().violations, [""; 0]);
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
    connector.disable(&ada, &Always).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    assert_eq!(
        peer.state().await.unwrap().get("members").unwrap(),
        &json!({ "owner": "active" })
    );
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_id_somebody_is_found_whatever_they_are_called() {
    let state = json!({
        "users": { "owner": 1, "countess": 7, "7": 8 }, "members": { "owner": "active", "countess": "active" },
        "outside": ["7"],
    });
    let (peer, connector) = started(state).await;
    let ada = connector.find(&name("#7")).await.unwrap().unwrap();
    assert_eq!((ada.name.as_str(), ada.key), ("countess", Some(7)));
    // A login may be a number, and is another account.
    let number = connector.find(&name("7")).await.unwrap().unwrap();
    assert_eq!((number.name.as_str(), number.key), ("7", Some(8)));
    for nobody in ["#9", "#", "#-7", "#07", "#7x", "#99999999999999999999"] {
        assert_eq!(connector.find(&name(nobody)).await.unwrap(), None, "{nobody}");
    }
    connector.disable(&ada, &Always).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    assert_eq!(connector.find(&name("#7")).await.unwrap(), None);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_to_another_page_while_it_is_read_is_seen() {
    let outside: Vec<_> = (0..150).map(|n| format!("o{n}")).collect();
    let users: Map<String, Value> = (0..150).map(|n| (format!("o{n}"), json!(100 + n))).collect();
    let left = |by: usize| outside.iter().skip(by).cloned().collect::<Vec<_>>();
    let invitations: Vec<_> = (0..150)
        .map(|n| json!({ "id": n + 1, "login": null, "email": format!("o{n}@example.test") }))
        .collect();
    let state = json!({
        "users": users, "outside": outside, "invitations": invitations,
        "then": [
            { "list": "orgs/list-outside-collaborators", "page": 1, "state": { "outside": left(1) } },
            { "list": "orgs/list-pending-invitations", "page": 1, "state": { "invitations": invitations.get(1..) } },
        ],
    });
    let (peer, connector) = started(state).await;
    // Whoever was first on the second page is last on the first one now.
    let moved = connector.find(&name("o100")).await.unwrap().unwrap();
    assert_eq!(moved.key, Some(200));
    let moved = connector.find(&name("o100@example.test")).await.unwrap().unwrap();
    assert_eq!(moved.key, Some(-101));
    // A list that never holds still proves nothing.
    let then: Vec<_> = (2..40)
        .map(|n| json!({ "list": "orgs/list-outside-collaborators", "page": 1, "state": { "outside": left(n) } }))
        .collect();
    peer.put(json!({ "then": then })).await.unwrap();
    let said = connector.find(&name("nobody")).await.unwrap_err();
    assert_eq!(said.code, FaultCode::Changing);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_no_owner_s_is_told_nothing_and_believes_nothing() {
    let (peer, connector) = started(json!({ "role": "member" })).await;
    let codes = [
        connector.list(None).await.unwrap_err().code,
        connector.verify(&called("ada")).await.unwrap_err().code,
        connector.disable(&called("ada"), &Always).await.unwrap_err().code,
    ];
    assert_eq!(codes, [FaultCode::NotPermitted; 3]);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_hidden_or_has_no_end_proves_nothing() {
    let (peer, connector) = started(json!({})).await;
    let at = "/outside_collaborators";
    let next = "<https://api.example.test/next>; rel=\"next\"";
    let endless = json!({ "at": at, "status": 200, "body": [], "headers": { "link": next } });
    for (how, code) in [
        (json!({ "at": at, "status": 404 }), FaultCode::NotPermitted),
        (endless, FaultCode::TooMany),
    ] {
        peer.trouble(how).await.unwrap();
        assert_eq!(connector.find(&name("nobody")).await.unwrap_err().code, code);
    }
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
    // A limit that no header tells of is told by words.
    let words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    assert_eq!(
        said(json!({ "status": 403, "body": { "message": words } })).await,
        (FaultCode::RateLimited, minute)
    );
    assert_eq!(
        said(json!({ "status": 429, "body": { "message": words } })).await,
        (FaultCode::RateLimited, minute)
    );
    // Whatever else it is: not at once again. No answer is read without an end.
    let long = format!("{}{words}", "x".repeat(64 * 1024));
    for body in [
        json!({ "message": "Must have admin rights" }),
        json!({ "message": long }),
    ] {
        assert_eq!(
            said(json!({ "status": 403, "body": body })).await,
            (FaultCode::NotPermitted, minute)
        );
    }
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

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
async fn a_member_leaves_the_organization_with_all_teams_and_invitations() {
    let state = json!({
        "users": { "owner": 1, "Ada": 7 },
        "members": { "owner": "active", "Ada": "active" },
        "teams": { "core": ["Ada", "owner"], "web": ["Ada"], "empty": [] },
        "invitations": [{ "id": 3, "login": "Ada", "email": null }],
    });
    let (peer, connector) = started(state).await;
    // Logins are the same in any case.
    let ada = connector.find(&name("ada")).await.unwrap().unwrap();
    let kinds: Vec<_> = ada.places.iter().map(|place| place.kind).collect();
    assert_eq!(
        (ada.key, kinds),
        (Some(7), vec![PlaceKind::Member, PlaceKind::Invitation])
    );
    connector.remove(&ada).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    let state = peer.state().await.unwrap();
    assert_eq!(state.pointer("/teams/core").unwrap(), &json!(["owner"]));
    assert_eq!(state.get("invitations").unwrap(), &json!([]));
    kept_to_the_description(&peer).await;
}

/// More teams than anybody asks one by one.
fn with_teams(of_ada: &[usize]) -> Value {
    let teams: Map<String, Value> = (0..300)
        .map(|n| {
            let there = if of_ada.contains(&n) {
                json!(["ada"])
            } else {
                json!([])
            };
            (format!("t{n:03}"), there)
        })
        .collect();
    json!({
        "users": { "owner": 1, "ada": 7 }, "members": { "owner": "active", "ada": "active" }, "teams": teams,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_teams_there_are_nobody_is_asked_for_in_all_of_them() {
    let (peer, connector) = started(with_teams(&[0, 7])).await;
    let ada = connector.find(&name("ada")).await.unwrap().unwrap();
    let told = peer.told().await.unwrap();
    assert!(
        !told.calls.iter().any(|call| call.contains("/teams")),
        "{:?}",
        told.calls
    );
    // Whose token it is, the membership, the two lists.
    assert_eq!(told.calls.len(), 4);
    peer.forget().await.unwrap();
    connector.disable(&ada).await.unwrap();
    connector.remove(&ada).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    let calls = peer.told().await.unwrap().calls.len();
    assert!(calls < 150, "{calls}");
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_the_organization_and_not_a_team_is_still_there_and_goes() {
    let (peer, connector) = started(with_teams(&[])).await;
    let ada = connector.find(&name("ada")).await.unwrap().unwrap();
    let odd = json!({ "members": { "owner": "active" }, "teams": { "core": ["ada"], "web": ["ada"] } });
    peer.put(odd).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::There);
    connector.disable(&ada).await.unwrap();
    connector.remove(&ada).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    let state = peer.state().await.unwrap();
    assert_eq!(state.get("teams").unwrap(), &json!({ "core": [], "web": [] }));
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
    // An invitation's key is never that of a user.
    for (who, key) in [("eve", 9), ("ada@example.test", -5)] {
        let account = connector.find(&name(who)).await.unwrap().unwrap();
        let kinds: Vec<_> = account.places.iter().map(|place| place.kind).collect();
        assert_eq!(
            (account.key, kinds),
            (Some(key), vec![PlaceKind::Invitation]),
            "{who}"
        );
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

fn invited(invitations: &[i64]) -> Value {
    let invitations: Vec<_> = invitations
        .iter()
        .map(|id| json!({ "id": id, "login": null, "email": "ada@example.test" }))
        .collect();
    json!({
        "users": { "owner": 1, "countess": 9 }, "members": { "owner": "active" }, "invitations": invitations,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_somebody_accepted_is_not_said_to_be_gone() {
    let accepted = json!({ "members": { "owner": "active", "countess": "active" }, "invitations": [] });
    let (peer, connector) = started(invited(&[5])).await;
    let ada = connector.find(&name("ada@example.test")).await.unwrap().unwrap();
    peer.put(accepted.clone()).await.unwrap();
    for _ in 0..2 {
        let said = connector.disable(&ada).await.unwrap_err();
        assert_eq!(said.code, FaultCode::InvitationGone);
    }
    // Between being seen and being taken back.
    peer.put(invited(&[6])).await.unwrap();
    let ada = connector.find(&name("ada@example.test")).await.unwrap().unwrap();
    let then = json!({ "list": "orgs/list-pending-invitations", "page": 1, "state": accepted });
    peer.put(json!({ "then": [then] })).await.unwrap();
    let said = connector.disable(&ada).await.unwrap_err();
    assert_eq!(said.code, FaultCode::InvitationGone);
    // What was taken back by us, and is noted, is gone.
    peer.put(invited(&[7])).await.unwrap();
    let ada = connector.find(&name("ada@example.test")).await.unwrap().unwrap();
    connector.disable(&ada).await.unwrap();
    connector.remove(&ada).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_invitation_of_the_same_address_is_not_taken_back() {
    let (peer, connector) = started(invited(&[5])).await;
    let ada = connector.find(&name("ada@example.test")).await.unwrap().unwrap();
    connector.disable(&ada).await.unwrap();
    peer.put(invited(&[8])).await.unwrap();
    connector.remove(&ada).await.unwrap();
    let said = connector.verify(&ada).await.unwrap_err();
    assert_eq!(said.code, FaultCode::AnotherAccount);
    let state = peer.state().await.unwrap();
    assert_eq!(state.pointer("/invitations/0/id").unwrap(), &json!(8));
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
    connector.disable(&ada).await.unwrap();
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
async fn who_is_there_by_a_team_of_the_enterprise_is_deleted_once_and_said_to_be_so() {
    let state = json!({
        "users": { "owner": 1, "ada": 7 }, "members": { "owner": "active", "ada": "active" },
        "enterprise": { "ada": ["ent:everybody"] },
    });
    let (peer, connector) = started(state).await;
    let ada = connector.find(&name("ada")).await.unwrap().unwrap();
    for _ in 0..3 {
        let said = connector.disable(&ada).await.unwrap_err();
        assert_eq!(said.code, FaultCode::EnterpriseTeam);
        let said = connector.remove(&ada).await.unwrap_err();
        assert_eq!(said.code, FaultCode::EnterpriseTeam);
        let said = connector.verify(&ada).await.unwrap_err();
        assert_eq!(said.code, FaultCode::EnterpriseTeam);
    }
    // Each deletion writes to the leaver.
    let calls = peer.told().await.unwrap().calls;
    let deletions = calls.iter().filter(|call| call.starts_with("DELETE"));
    assert_eq!(deletions.count(), 1, "{calls:?}");
    peer.put(json!({ "enterprise": {}, "indirect": [], "members": { "owner": "active" } }))
        .await
        .unwrap();
    connector.disable(&ada).await.unwrap();
    connector.remove(&ada).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
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

//! The teams of somebody at GitHub, asked in one question that the published GraphQL schema allows.

use super::{
    bench::{Held, called, name},
    github::{kept_to_the_description, started},
};
use claviger_connectors::{
    Connector as _, Fault, FaultCode, MOST_TEAMS, Teams,
    github::{Github, GithubSettings},
};
use claviger_model::connected::{Account, Place, PlaceKind};
use claviger_testkit::peers::github::{Github as Peer, TOKEN};
use serde_json::{Map, Value, json};
use std::{sync::Arc, time::Duration};

fn with_ada(more: &Value) -> Value {
    let mut state = json!({
        "users": { "owner": 1, "Ada": 7, "bob": 8, "eve": 9 },
        "members": { "owner": "active", "Ada": "active", "eve": "active" },
        "teams": { "web": ["Ada", "eve"], "core": ["Ada", "owner"], "empty": [], "of-eve": ["eve"] },
        "outside": ["bob"],
    });
    let changes = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(changes);
    state
}

async fn teams_of(connector: &Github, who: &str) -> Result<Option<Teams>, Fault> {
    let account = connector.find(&name(who)).await.unwrap().unwrap();
    connector.teams(&account).await
}

fn teams(named: &[&str], all: u32) -> Teams {
    Teams {
        named: named.iter().map(|&slug| slug.to_owned()).collect(),
        all,
    }
}

/// The variables of each question.
async fn asked(peer: &Peer) -> Vec<Value> {
    let calls = peer.told().await.unwrap().calls;
    let questions = calls
        .iter()
        .filter_map(|call| call.strip_prefix("POST /graphql "));
    let bodies = questions.map(|body| serde_json::from_str::<Value>(body).unwrap());
    bodies.map(|body| body["variables"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_teams_of_a_member_are_named_by_one_question() {
    let (peer, connector) = started(with_ada(&json!({}))).await;
    // Logins are the same in any case.
    assert_eq!(
        teams_of(&connector, "ada").await,
        Ok(Some(teams(&["core", "web"], 2)))
    );
    assert_eq!(
        asked(&peer).await,
        [json!({ "organization": "acme", "login": "ada", "first": 100 })]
    );
    assert_eq!(
        teams_of(&connector, "eve").await,
        Ok(Some(teams(&["of-eve", "web"], 2)))
    );
    peer.put(json!({ "teams": { "core": ["owner"] } })).await.unwrap();
    assert_eq!(teams_of(&connector, "ada").await, Ok(Some(teams(&[], 0))));
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_teams_in_teams_those_are_named_that_github_tells() {
    let nested = json!({ "parents": { "core": "empty", "empty": "of-eve" } });
    let (peer, connector) = started(with_ada(&nested)).await;
    assert_eq!(
        teams_of(&connector, "ada").await,
        Ok(Some(teams(&["core", "web"], 2)))
    );
    // Its schema does not say which of the two it does.
    peer.put(json!({ "below": true })).await.unwrap();
    let all = ["core", "empty", "of-eve", "web"];
    assert_eq!(teams_of(&connector, "ada").await, Ok(Some(teams(&all, 4))));
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_teams_than_are_named_the_number_is_told() {
    let many: Map<String, Value> = (0..300)
        .map(|n| {
            (
                format!("t{n:03}"),
                if n % 2 == 0 { json!(["ada"]) } else { json!([]) },
            )
        })
        .collect();
    let (peer, connector) = started(with_ada(&json!({ "teams": many }))).await;
    let told = teams_of(&connector, "ada").await.unwrap().unwrap();
    let (first, last) = (told.named.first().unwrap(), told.named.last().unwrap());
    assert_eq!((told.named.len(), told.all), (MOST_TEAMS, 150));
    assert_eq!((first.as_str(), last.as_str()), ("t000", "t198"));
    assert_eq!(asked(&peer).await.len(), 1);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_member_is_in_no_team_and_nobody_asks() {
    let invitation = json!({ "invitations": [{ "id": 3, "login": null, "email": "new@example.test" }] });
    let (peer, connector) = started(with_ada(&invitation)).await;
    for who in ["bob", "new@example.test"] {
        assert_eq!(teams_of(&connector, who).await, Ok(None), "{who}");
    }
    // The list names it, and it is not there.
    assert_eq!(connector.teams(&called("nobody")).await, Ok(None));
    assert_eq!(asked(&peer).await, [Value::Null; 0]);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_listed_by_number_is_asked_for_by_the_login_of_today_and_nobody_else_s_teams_are_theirs() {
    let (peer, connector) = started(with_ada(&json!({}))).await;
    let renamed = json!({
        "users": { "owner": 1, "countess": 7, "Ada": 10, "eve": 9 },
        "members": { "owner": "active", "countess": "active", "Ada": "active", "eve": "active" },
        "teams": { "web": ["countess"], "core": ["Ada"] },
        "outside": [],
    });
    let before = connector.find(&name("#7")).await.unwrap().unwrap();
    peer.put(renamed).await.unwrap();
    assert_eq!(teams_of(&connector, "#7").await, Ok(Some(teams(&["web"], 1))));
    let asked = asked(&peer).await;
    assert_eq!(asked[0]["login"], json!("countess"));
    // Found before, and the login is another's by now.
    let said = connector.teams(&before).await.unwrap_err();
    assert_eq!(said.code, FaultCode::AnotherAccount);
    kept_to_the_description(&peer).await;
}

/// What is said where GitHub answers a question so; the account is there all the same.
async fn said(peer: &Peer, connector: &Github, mut how: Value) -> (FaultCode, Option<u64>) {
    how["at"] = json!("/graphql");
    peer.trouble(how).await.unwrap();
    let account = connector.find(&name("ada")).await.unwrap().unwrap();
    let fault = connector.teams(&account).await.unwrap_err();
    (fault.code, fault.retry_after.as_ref().map(Duration::as_secs))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_hides_no_account_and_has_a_stable_code() {
    let (peer, connector) = started(with_ada(&json!({}))).await;
    for (how, code, wait) in [
        (json!({ "status": 401 }), FaultCode::Credentials, None),
        (json!({ "status": 403 }), FaultCode::NotPermitted, Some(60)),
        (json!({ "status": 404 }), FaultCode::NotPermitted, None),
        (
            json!({ "status": 429, "headers": { "retry-after": "7" } }),
            FaultCode::RateLimited,
            Some(7),
        ),
        (json!({ "status": 502 }), FaultCode::Unreachable, None),
        (
            json!({ "status": 302, "headers": { "location": "http://127.0.0.1:1/" } }),
            FaultCode::Unexpected,
            None,
        ),
    ] {
        assert_eq!(said(&peer, &connector, how.clone()).await, (code, wait), "{how}");
    }
    // Inside an answer that is none: what is told beside it does not count.
    let answer = json!({ "organization": { "login": "acme", "teams": { "totalCount": 0, "nodes": [] } }, "user": { "databaseId": 7 } });
    for (complaint, headers, code, wait) in [
        (
            json!({ "type": "RATE_LIMIT", "message": "x" }),
            json!({}),
            FaultCode::RateLimited,
            Some(60),
        ),
        (
            json!({ "type": "RATE_LIMITED", "message": "x" }),
            json!({ "retry-after": "90" }),
            FaultCode::RateLimited,
            Some(90),
        ),
        (
            json!({ "type": "FORBIDDEN", "message": "x" }),
            json!({}),
            FaultCode::NotPermitted,
            None,
        ),
        (
            json!({ "type": "NOT_FOUND", "message": "x" }),
            json!({}),
            FaultCode::NotPermitted,
            None,
        ),
        (
            json!({ "message": "Something went wrong" }),
            json!({}),
            FaultCode::Unexpected,
            None,
        ),
        (json!({ "type": 7 }), json!({}), FaultCode::Unexpected, None),
        (json!("no"), json!({}), FaultCode::Unexpected, None),
    ] {
        let body = json!({ "data": answer, "errors": [complaint] });
        let how = json!({ "status": 200, "headers": headers, "body": body });
        assert_eq!(said(&peer, &connector, how).await, (code, wait), "{complaint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_is_not_believed() {
    let (peer, connector) = started(with_ada(&json!({}))).await;
    let user = json!({ "databaseId": 7 });
    let of = |organization: Value| json!({ "data": { "organization": organization, "user": user } });
    let told = |all: Value, slugs: Value| {
        of(json!({ "login": "acme", "teams": { "totalCount": all, "nodes": slugs } }))
    };
    let slugs = |all: usize| Value::Array((0..all).map(|n| json!({ "slug": format!("t{n}") })).collect());
    let unexpected = [
        json!([]),
        json!("text"),
        json!({}),
        json!({ "data": null }),
        json!({ "data": { "organization": "acme", "user": user } }),
        of(json!({ "login": "other", "teams": { "totalCount": 0, "nodes": [] } })),
        of(json!({ "teams": { "totalCount": 0, "nodes": [] } })),
        told(json!("2"), slugs(2)),
        told(json!(-1), slugs(0)),
        told(json!(4_294_967_296_i64), slugs(0)),
        // More than were asked for, more than there are, and one twice.
        told(json!(101), slugs(101)),
        told(json!(1), slugs(2)),
        told(json!(2), json!([{ "slug": "core" }, { "slug": "core" }])),
        told(json!(1), json!([{ "slug": 7 }])),
        told(json!(1), json!([{}])),
        told(json!(1), json!({ "slug": "core" })),
        told(json!(1), json!([{ "slug": "" }])),
        told(json!(1), json!([{ "slug": ".." }])),
        told(json!(1), json!([{ "slug": "core/memberships" }])),
        told(json!(1), json!([{ "slug": "core\n" }])),
        told(json!(1), json!([{ "slug": "x".repeat(256) }])),
        json!({ "data": { "organization": { "login": "acme", "teams": { "totalCount": 0, "nodes": [] } }, "user": {} } }),
    ];
    for body in unexpected {
        let how = json!({ "status": 200, "body": body });
        assert_eq!(
            said(&peer, &connector, how).await,
            (FaultCode::Unexpected, None),
            "{body}"
        );
    }
    let others = [
        (
            json!({ "data": { "organization": null, "user": user } }),
            FaultCode::NotPermitted,
        ),
        (
            json!({ "data": { "organization": { "login": "acme", "teams": { "totalCount": 0, "nodes": [] } }, "user": null } }),
            FaultCode::NotPermitted,
        ),
        (
            json!({ "data": { "organization": { "login": "acme", "teams": { "totalCount": 0, "nodes": [] } }, "user": { "databaseId": 8 } } }),
            FaultCode::AnotherAccount,
        ),
        // No answer is read without an end.
        (
            told(json!(1), json!([{ "slug": "x".repeat(5 * 1024 * 1024) }])),
            FaultCode::TooMany,
        ),
    ];
    for (body, code) in others {
        let how = json!({ "status": 200, "body": body });
        assert_eq!(said(&peer, &connector, how).await.0, code);
    }
    // What may not be seen has no name, and is counted.
    let hidden = told(json!(3), json!([{ "slug": "core" }, null]));
    peer.trouble(json!({ "at": "/graphql", "status": 200, "body": hidden }))
        .await
        .unwrap();
    assert_eq!(teams_of(&connector, "ada").await, Ok(Some(teams(&["core"], 3))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_chose_stands_in_no_question() {
    let (peer, _) = started(with_ada(&json!({}))).await;
    let organization = "acme\") { login } viewer: organization(login: \"acme";
    let settings = GithubSettings {
        api: peer.api().clone(),
        organization: name(organization),
        certificate_authority: None,
    };
    let connector = Github::new(settings, Arc::new(Held(TOKEN.to_owned())));
    let login = "ada\"]) { totalCount } #";
    let account = Account {
        name: name(login),
        key: Some(7),
        places: vec![Place {
            kind: PlaceKind::Member,
            name: None,
        }],
    };
    // There is neither such an organization nor such a user.
    let said = connector.teams(&account).await.unwrap_err();
    assert_eq!(said.code, FaultCode::NotPermitted);
    assert_eq!(
        asked(&peer).await,
        [json!({ "organization": organization, "login": login, "first": 100 })]
    );
    kept_to_the_description(&peer).await;
}

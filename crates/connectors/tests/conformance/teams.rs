//! Teams at GitHub: those of the organization, which one leaves with it, and those of the enterprise, which one does not.

use super::{
    bench::name,
    github::{kept_to_the_description, started},
};
use claviger_connectors::{Always, Connector as _, FaultCode};
use claviger_model::connected::{PlaceKind, Presence};
use serde_json::{Map, Value, json};

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
    connector.remove(&ada, &Always).await.unwrap();
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
    connector.disable(&ada, &Always).await.unwrap();
    connector.remove(&ada, &Always).await.unwrap();
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
    connector.disable(&ada, &Always).await.unwrap();
    connector.remove(&ada, &Always).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    let state = peer.state().await.unwrap();
    assert_eq!(state.get("teams").unwrap(), &json!({ "core": [], "web": [] }));
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
        let said = connector.disable(&ada, &Always).await.unwrap_err();
        assert_eq!(said.code, FaultCode::EnterpriseTeam);
        let said = connector.remove(&ada, &Always).await.unwrap_err();
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
    connector.disable(&ada, &Always).await.unwrap();
    connector.remove(&ada, &Always).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    kept_to_the_description(&peer).await;
}

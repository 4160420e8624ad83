//! Invitations at GitHub, which nobody answered yet, or somebody did.

use super::{
    bench::name,
    github::{kept_to_the_description, started},
};
use claviger_connectors::{Always, Connector as _, FaultCode};
use claviger_model::connected::{PlaceKind, Presence};
use serde_json::{Value, json};

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
        connector.disable(&account, &Always).await.unwrap();
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
        let said = connector.disable(&ada, &Always).await.unwrap_err();
        assert_eq!(said.code, FaultCode::InvitationGone);
    }
    // Between being seen and being taken back.
    peer.put(invited(&[6])).await.unwrap();
    let ada = connector.find(&name("ada@example.test")).await.unwrap().unwrap();
    let then = json!({ "list": "orgs/list-pending-invitations", "page": 1, "state": accepted });
    peer.put(json!({ "then": [then] })).await.unwrap();
    let said = connector.disable(&ada, &Always).await.unwrap_err();
    assert_eq!(said.code, FaultCode::InvitationGone);
    // What was taken back by us, and is noted, is gone.
    peer.put(invited(&[7])).await.unwrap();
    let ada = connector.find(&name("ada@example.test")).await.unwrap().unwrap();
    connector.disable(&ada, &Always).await.unwrap();
    connector.remove(&ada, &Always).await.unwrap();
    assert_eq!(connector.verify(&ada).await.unwrap(), Presence::Gone);
    kept_to_the_description(&peer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_invitation_of_the_same_address_is_not_taken_back() {
    let (peer, connector) = started(invited(&[5])).await;
    let ada = connector.find(&name("ada@example.test")).await.unwrap().unwrap();
    connector.disable(&ada, &Always).await.unwrap();
    peer.put(invited(&[8])).await.unwrap();
    connector.remove(&ada, &Always).await.unwrap();
    let said = connector.verify(&ada).await.unwrap_err();
    assert_eq!(said.code, FaultCode::AnotherAccount);
    let state = peer.state().await.unwrap();
    assert_eq!(state.pointer("/invitations/0/id").unwrap(), &json!(8));
    kept_to_the_description(&peer).await;
}

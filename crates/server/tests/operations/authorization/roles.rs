//! Roles, and the proposals that widening them becomes.

use super::cell::{Cell, Made, made};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{ProposalId, RoleId, SecretId},
};
use claviger_protocol::{
    roles::{ProposalsReply, canonical_role},
    route::{self, Route},
    wire::Bytes,
};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let unique = SecretId::random(&SystemEntropy).to_string();
    Some(match *route {
        route::ROLES => made(&[], Value::Null),
        route::PUT_ROLE => {
            let role = json!({"name": unique, "actions": ["secret.view"], "may_grant": {"roles": []}});
            made(
                &[&RoleId::random(&SystemEntropy)],
                json!({"role": role, "reason": "for the bots"}),
            )
        }
        route::DELETE_ROLE => made(&[&cell.role().await], json!({"reason": "nobody has it"})),
        route::PROPOSALS => made(&[], json!({})),
        route::APPROVE_PROPOSAL => {
            let (id, digest) = cell.proposal().await;
            made(&[&id], json!({"digest": digest}))
        }
        route::REFUSE_PROPOSAL => made(&[&cell.proposal().await.0], json!({"words": "not now"})),
        route::WITHDRAW_PROPOSAL => made(&[&cell.proposal().await.0], Value::Null),
        _ => return None,
    })
}

impl Cell<'_> {
    /// An Owner's wish that would widen their own access.
    pub async fn proposal(&self) -> (String, String) {
        let author = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        let held = self.role().await;
        let mut locked = self.house.app.store.locked().await.unwrap();
        let now = locked.now();
        let grant = crate::house::grant(author.principal, held, self.places.root, now);
        locked.insert_grant(&grant).await.unwrap();
        let role = locked.role(held).await.unwrap().unwrap();
        locked.commit().await.unwrap();
        let replaces: Bytes = sha256(&canonical_role(&role).unwrap()).into();
        let id = ProposalId::random(&SystemEntropy);
        let form = json!({
            "name": role.name, "actions": ["secret.view", "secret.use"], "may_grant": {"roles": []}, "replaces": replaces,
        });
        let body = json!({"role": form, "reason": "for me", "proposal": id});
        let answer = self
            .house
            .call(Some(&author), &route::PUT_ROLE, &[&held], &body)
            .await;
        assert_eq!(answer.json()["outcome"], "proposed", "{:?}", answer.json());
        let list = self
            .house
            .call(Some(&author), &route::PROPOSALS, &[], &json!({}))
            .await;
        let list: ProposalsReply = list.parse();
        let made = list
            .proposals
            .into_iter()
            .find(|proposal| proposal.id == id)
            .unwrap();
        (id.to_string(), String::from(made.digest))
    }
}

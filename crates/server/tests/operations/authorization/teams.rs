//! Principals, teams, and the groups that they are mapped to.

use super::cell::{Cell, Made, made};
use claviger_model::{
    entropy::SystemEntropy,
    ids::{PrincipalId, SecretId},
};
use claviger_protocol::route::{self, Route};
use claviger_storage::principals::{MemberSource, TeamMember};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let unique = SecretId::random(&SystemEntropy).to_string();
    Some(match *route {
        route::PRINCIPALS => made(&[], Value::Null),
        route::PRINCIPALS_AFTER => made(&[&PrincipalId::from_bytes([0; 16])], Value::Null),
        route::CREATE_TEAM => made(
            &[],
            json!({"id": PrincipalId::random(&SystemEntropy), "name": unique}),
        ),
        route::TEAM => made(&[&cell.team().await], Value::Null),
        route::RENAME_TEAM => made(&[&cell.team().await], json!({"name": unique})),
        route::ADD_MEMBER => made(
            &[&cell.team().await],
            json!({"member": cell.other().await.principal}),
        ),
        route::REMOVE_MEMBER => {
            let (team, member) = (cell.team().await, cell.other().await.principal);
            cell.join(team, member).await;
            made(&[&team], json!({"member": member}))
        }
        route::MAP_GROUP => made(
            &[&cell.team().await],
            json!({"group": unique, "reason": "the provider has it"}),
        ),
        route::UNMAP_GROUP => {
            let team = cell.team().await;
            let mut locked = cell.house.app.store.locked().await.unwrap();
            let issuer = &cell.house.app.config.oidc.issuer;
            locked.map_group(issuer, &unique, team).await.unwrap();
            locked.commit().await.unwrap();
            made(&[&team], json!({"group": unique}))
        }
        _ => return None,
    })
}

impl Cell<'_> {
    pub async fn join(&self, team: PrincipalId, member: PrincipalId) {
        let mut locked = self.house.app.store.locked().await.unwrap();
        let source = MemberSource::Local;
        assert!(
            locked
                .add_team_member(TeamMember { team, member, source })
                .await
                .unwrap()
        );
        locked.commit().await.unwrap();
    }
}

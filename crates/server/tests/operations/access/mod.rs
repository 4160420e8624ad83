//! Who has what: by place, by principal, as a matrix; and how often it was used.

mod matrix;
mod shown;
mod stale;
mod uses;
mod zones;

use crate::house::{Actor, House, grant, name};
use claviger_model::{
    entropy::SystemEntropy,
    grant::Grant,
    ids::{PrincipalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    time::Clock,
};
use claviger_protocol::{
    access::{AccessAtReply, AccessOfReply, AccessPath, AccessRow},
    route,
};
use claviger_storage::principals::{MemberSource, Principal, TeamMember};
use serde_json::json;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

pub async fn team(house: &House, called: &str, members: &[PrincipalId]) -> PrincipalId {
    let mut locked = house.app.store.locked().await.unwrap();
    let row = Principal {
        id: PrincipalId::random(&SystemEntropy),
        name: name(called),
        state: PrincipalState::Active,
        nature: Nature::Team,
        email: None,
        created_at: locked.now(),
    };
    locked.insert_principal(&row).await.unwrap();
    for member in members {
        let (team, member, source) = (row.id, *member, MemberSource::Local);
        locked
            .add_team_member(TeamMember { team, member, source })
            .await
            .unwrap();
    }
    locked.commit().await.unwrap();
    row.id
}

pub async fn give(house: &House, given: &Grant) {
    let mut locked = house.app.store.locked().await.unwrap();
    locked.insert_grant(given).await.unwrap();
    locked.commit().await.unwrap();
}

pub async fn given(house: &House, to: PrincipalId, role: RoleId, scope: ScopeId) -> Grant {
    let given = grant(to, role, scope, house.clock.now());
    give(house, &given).await;
    given
}

async fn at(house: &House, who: &Actor, scope: ScopeId) -> AccessAtReply {
    let body = json!({"scope": scope});
    house.call(Some(who), &route::ACCESS_AT, &[], &body).await.parse()
}

async fn of(house: &House, who: &Actor, principal: PrincipalId) -> AccessOfReply {
    let body = json!({"principal": principal});
    house.call(Some(who), &route::ACCESS_OF, &[], &body).await.parse()
}

fn row(reply: &AccessAtReply, who: PrincipalId) -> &AccessRow {
    reply.rows.iter().find(|row| row.principal == who).unwrap()
}

fn path<'a>(row: &'a AccessRow, grant: &Grant) -> &'a AccessPath {
    row.paths.iter().find(|path| path.grant == grant.id).unwrap()
}

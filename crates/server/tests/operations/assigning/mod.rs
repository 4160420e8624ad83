//! Giving with a preview, roles of one's own, proposals, teams and moved scopes: each refusal, and what each changes.

mod giving;
mod moving;
mod proposals;
mod roles;
mod teams;

use crate::house::{Actor, Answer, House, grant, name};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    builtin_roles::{CONSUMER, EDITOR, LEAD, OWNER, READER, VIEWER},
    entropy::SystemEntropy,
    grant::Grant,
    ids::{GrantId, PrincipalId, ProposalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    role::{MayGrant, Role},
    scope::EnvironmentClass,
};
use claviger_protocol::{
    giving::{ChoicesReply, GrantPlan, ReceiversReply, Warning},
    moving::MovePlan,
    roles::{Changed, ProposalState, ProposalsReply, canonical_role},
    route::{self, Route},
    teams::TeamReply,
    wire::Bytes,
};
use claviger_storage::{principals::Principal, scopes::ScopeSettings};
use serde_json::{Value, json};
use std::time::Duration;

async fn say(house: &House, who: &Actor, route: Route, at: &[&dyn std::fmt::Display], body: Value) -> Answer {
    house.call(Some(who), &route, at, &body).await
}

fn code(answer: &Answer) -> String {
    answer.code()
}

/// Puts a grant into the tables, as if somebody else had given it.
pub async fn given(house: &House, to: PrincipalId, role: RoleId, scope: ScopeId) -> GrantId {
    let mut locked = house.app.store.locked().await.unwrap();
    let grant = grant(to, role, scope, locked.now());
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
    grant.id
}

pub async fn principal(house: &House, nature: Nature) -> PrincipalId {
    let id = PrincipalId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let row = Principal {
        id,
        name: name(&id.to_string()),
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: locked.now(),
    };
    locked.insert_principal(&row).await.unwrap();
    locked.commit().await.unwrap();
    id
}

/// A role of one's own, by which nothing may be given.
pub async fn role(house: &House, actions: &[Action]) -> Role {
    let id = RoleId::random(&SystemEntropy);
    let made = Role::custom(
        id,
        name(&id.to_string()),
        actions.iter().copied().collect(),
        MayGrant::nothing(),
    );
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&made.clone().unwrap()).await.unwrap();
    locked.commit().await.unwrap();
    made.unwrap()
}

pub async fn allowed(house: &House, who: PrincipalId, action: Action, scope: ScopeId) -> bool {
    let mut locked = house.app.store.locked().await.unwrap();
    let row = locked.principal(who).await.unwrap().unwrap();
    let now = locked.now();
    let how = claviger_server::entitlement::Circumstances {
        now,
        multi_factor_at: Some(now),
        enrolled_device: true,
        source: None,
    };
    let entitlements = &house.app.entitlements;
    let place = entitlements.place(&mut *locked, scope).await.unwrap().unwrap();
    let answer = entitlements
        .decide(&mut *locked, &row, &how, action, &place)
        .await
        .unwrap();
    answer.decision.allowed
}

fn gift(to: PrincipalId, role: RoleId, scope: ScopeId) -> Value {
    let id = GrantId::random(&SystemEntropy);
    json!({"id": id, "principal": to, "role": role, "scope": scope, "reason": "on call"})
}

fn with(mut body: Value, field: &str, value: impl serde::Serialize) -> Value {
    body[field] = serde_json::to_value(value).unwrap();
    body
}

fn replaces(role: &Role) -> Bytes {
    sha256(&canonical_role(role).unwrap()).into()
}

fn form(role: &Role, actions: &[Action], replaces: Option<Bytes>) -> Value {
    json!({"name": role.name, "actions": actions, "may_grant": {"roles": []}, "replaces": replaces})
}

/// By hand of the tables.
pub async fn put_in(house: &House, team: PrincipalId, member: PrincipalId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let source = claviger_storage::principals::MemberSource::Local;
    let member = claviger_storage::principals::TeamMember { team, member, source };
    locked.add_team_member(member).await.unwrap();
    locked.commit().await.unwrap();
}

//! Teams in which a leaver was the last one: told until somebody is in them again, and filled with the heir by whoever opens the case,
//! where that person may put them there themself.

mod handed_over;
mod reported;
mod told;

use super::{
    approve, obey, offboarders, open, opened, record, release,
    report::{Left, parsed},
    set_brake, settle_steps,
};
use crate::{
    access::team,
    assigning::role,
    house::{Actor, House, name},
    services::{given, made},
};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::SystemEntropy,
    guardrail::Guardrail,
    ids::{PolicyId, PrincipalId, RoleId},
    offboarding::{CaseState, EffectKind},
    principal::PrincipalState,
};
use claviger_protocol::{
    offboarding::{
        cases::{CaseRecord, Rehearsal},
        report::Report,
    },
    route,
};
use claviger_server::report::verify::{Fault, verify};
use claviger_storage::principals::{MemberSource, TeamMember};
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn put_in(house: &House, team: PrincipalId, member: PrincipalId, source: MemberSource) {
    let mut locked = house.app.store.locked().await.unwrap();
    let membership = TeamMember { team, member, source };
    locked.add_team_member(membership).await.unwrap();
    locked.commit().await.unwrap();
}

async fn members(house: &House, team: PrincipalId) -> Vec<PrincipalId> {
    let mut reader = house.app.store.reader().await.unwrap();
    let members = reader.team_members(team).await.unwrap();
    members.iter().map(|one| one.member).collect()
}

fn teams_of(case: &CaseRecord) -> Vec<PrincipalId> {
    case.left.iter().map(|one| one.team).collect()
}

fn effects(case: &CaseRecord) -> BTreeMap<EffectKind, u64> {
    case.effects.iter().map(|of| (of.kind, of.all)).collect()
}

async fn add(house: &House, by: &Actor, team: PrincipalId, member: PrincipalId) -> String {
    let body = json!({"member": member});
    let answer = house.call(Some(by), &route::ADD_MEMBER, &[&team], &body).await;
    answer.code()
}

async fn rehearsed(house: &House, by: &Actor, person: PrincipalId, heir: Option<PrincipalId>) -> Rehearsal {
    let body = json!({"person": person, "heir": heir});
    let answer = house.call(Some(by), &route::REHEARSE_CASE, &[], &body).await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    answer.parse()
}

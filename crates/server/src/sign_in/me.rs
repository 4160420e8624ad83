//! `GET /v1/me`: who the caller is here, and what they may do at the organization itself.

use super::sessions::session_record;
use crate::{app::Shared, caller::Caller, http::Refusal, operations::view::View};
use axum::{Json, extract::State};
use claviger_model::{action::Action, principal::Nature};
use claviger_protocol::{principals::PrincipalRecord, problem::Code, session::Me};
use claviger_storage::principals::Principal;

/// Describes the caller to their own device.
pub async fn me(State(app): State<Shared>, caller: Caller) -> Result<Json<Me>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let session = view
        .db()
        .session(caller.session)
        .await?
        .ok_or(Code::SessionEnded)?;
    let root = view
        .db()
        .root_scope()
        .await?
        .ok_or_else(|| Refusal::internal("the organization has no scope"))?;
    let place = view
        .place(root.id)
        .await?
        .ok_or_else(|| Refusal::internal("the organization has no place"))?;
    let mut actions = Vec::new();
    for action in Action::ALL {
        if view.suppose(*action, &place).await?.decision.allowed {
            actions.push(*action);
        }
    }
    let closure = view.db().team_closure(caller.principal).await?;
    let mut teams = Vec::with_capacity(closure.len());
    for team in view
        .db()
        .principals(&closure)
        .await?
        .into_iter()
        .filter(|one| one.id != caller.principal)
    {
        teams.push(record(&mut view, team).await?);
    }
    teams.sort_by(|one, other| one.name.cmp(&other.name));
    let person = view.principal.clone();
    let device = view.device.clone();
    Ok(Json(Me {
        person: record(&mut view, person).await?,
        teams,
        session: session_record(&session, &[device], &caller),
        device: caller.device,
        actions,
    }))
}

async fn record(view: &mut View<'_>, principal: Principal) -> Result<PrincipalRecord, Refusal> {
    let teams = view
        .db()
        .teams_of(principal.id)
        .await?
        .into_iter()
        .map(|member| member.team)
        .collect();
    Ok(PrincipalRecord {
        id: principal.id,
        kind: principal.kind(),
        name: principal.name.to_string(),
        class: match principal.nature {
            Nature::Service { class, .. } => Some(class),
            Nature::Person { .. } | Nature::Team => None,
        },
        email: principal.email,
        state: principal.state,
        teams,
    })
}

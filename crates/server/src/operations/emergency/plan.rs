//! What drawing a right would allow (`POST /v1/emergency/rights/preview`): the plan of the grant that it would become, as things stand
//! today.

use super::give::may_give;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    http::Refusal,
    operations::{grants, state::State, view::View},
};
use axum::extract::State as Extract;
use claviger_model::{action::Action, conditions::Conditions, emergency::EmergencyRight, ids::GrantId};
use claviger_protocol::{
    emergency::GiveEmergencyRight,
    giving::{GrantPlan, Warning},
    grants::GiveGrant,
    problem::Code,
};
use claviger_storage::principals::Principal;

/// Plans a right; nothing is changed.
pub async fn preview(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(call): Json<GiveEmergencyRight>,
) -> Result<axum::Json<GrantPlan>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let mut state = State::committed(&mut view);
    let place = state.place(call.scope).await?.ok_or(Code::NotFound)?;
    state.demand(Action::ScopeView, &place, Code::NotFound).await?;
    let receiver = state.reader.principal(call.principal).await?;
    let receiver = receiver.ok_or(Code::NotFound)?;
    may_give(&mut state, &place, &receiver, (call.role, call.ends_at)).await??;
    let right = EmergencyRight {
        id: call.id,
        principal: call.principal,
        role: call.role,
        scope: call.scope,
        reason: String::new(),
        given_by: state.principal.id,
        given_at: state.circumstances.now,
        ends_at: call.ends_at,
        ended: None,
    };
    plan(&mut state, &place, &receiver, &right).await.map(axum::Json)
}

/// The effect of a right, were it drawn now, with a digest of the right and of that. Whether it may be given is asked elsewhere.
///
/// # Errors
/// When the tables cannot be read.
pub async fn plan(
    state: &mut State<'_>,
    place: &Place,
    receiver: &Principal,
    right: &EmergencyRight,
) -> Result<GrantPlan, Refusal> {
    let drawn = GiveGrant {
        id: GrantId::from_bytes(*right.id.as_bytes()),
        principal: right.principal,
        role: right.role,
        scope: right.scope,
        reason: String::new(),
        not_before: None,
        expires_at: Some(right.ends_at),
        conditions: Conditions {
            emergency: true,
            ..Conditions::default()
        },
        plan: None,
    };
    let mut plan = grants::plan::plan(state, place, receiver, &drawn).await?;
    // It is one person's by rule 14.
    plan.effect
        .warnings
        .retain(|warning| !matches!(warning, Warning::TeamWouldDo { .. }));
    Ok(plan)
}

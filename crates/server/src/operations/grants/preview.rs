//! Before a grant is given: its plan, the roles that would do, and who may receive one.

use super::{
    delegation::{self, Gift, anybody, may_assign},
    plan,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    http::Refusal,
    operations::{principals, state::State, view::View},
};
use axum::extract::State as Extract;
use claviger_model::{
    action::Action,
    ids::{RoleId, ScopeId},
    name,
    principal::{PrincipalKind, PrincipalState},
    time::Timestamp,
    words,
};
use claviger_policy::assign::AssignRefusal;
use claviger_protocol::{
    giving::{
        Choice, ChoiceRefused, ChoicesCall, ChoicesReply, GrantPlan, NamePlace, Receiver, ReceiversCall,
        ReceiversReply,
    },
    grants::GiveGrant,
    problem::Code,
};
use claviger_storage::principals::{NamePlace as After, Principal, PrincipalFilter};
use std::{sync::Arc, time::Duration};

/// The most receivers in a page.
const PAGE: u32 = 100;
/// Principals that are looked at for one page, so that a call ends.
const LOOKED_AT: usize = 2_000;
const LONGEST_TEXT: usize = 200;

/// Plans a grant; nothing is changed.
pub async fn preview(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(call): Json<GiveGrant>,
) -> Result<axum::Json<GrantPlan>, Refusal> {
    super::give::checked_conditions(&call)?;
    let mut view = View::open(&app, &caller).await?;
    let mut state = State::committed(&mut view);
    let place = known(&mut state, call.scope).await?;
    let receiver = state
        .reader
        .principal(call.principal)
        .await?
        .ok_or(Code::NotFound)?;
    let gift = Gift {
        role: call.role,
        place: &place,
        receiver: &receiver,
        not_before: call.not_before,
        expires_at: call.expires_at,
    };
    if let Err(why) = may_assign(&mut state, &gift).await? {
        return Err(delegation::refused(&mut state, &place, why).await?);
    }
    Ok(axum::Json(
        plan::plan(&mut state, &place, &receiver, &call).await?,
    ))
}

/// Which roles the caller may give here, the least that would do first.
pub async fn choices(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(call): Json<ChoicesCall>,
) -> Result<axum::Json<ChoicesReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let mut state = State::committed(&mut view);
    let place = known(&mut state, call.scope).await?;
    state.signed_in_enough(Action::GrantAssign, &place).await?;
    let receiver = match call.principal {
        Some(id) => state.reader.principal(id).await?.ok_or(Code::NotFound)?,
        None => anybody(&state.principal),
    };
    let mut roles = state.reader.roles().await?;
    let to_service = receiver.kind() == PrincipalKind::Service;
    roles.retain(|role| call.action.is_none_or(|action| role.allows(action)));
    roles.retain(|role| to_service || !role.is_for_services());
    roles.sort_by_key(|role| (role.actions.len(), role.id));
    let mut choices = Vec::with_capacity(roles.len());
    for role in roles {
        let gift = Gift {
            role: role.id,
            place: &place,
            receiver: &receiver,
            not_before: None,
            expires_at: None,
        };
        let refused = may_assign(&mut state, &gift)
            .await?
            .err()
            .map(|refused| ChoiceRefused {
                code: delegation::code(&refused),
                words: refused.to_string(),
                needs_end: matches!(refused, AssignRefusal::EndNeeded),
            });
        choices.push(Choice {
            role: role.id,
            refused,
        });
    }
    Ok(axum::Json(ChoicesReply { choices }))
}

/// Who may receive a role here from the caller; needs the right to browse people.
pub async fn receivers(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(call): Json<ReceiversCall>,
) -> Result<axum::Json<ReceiversReply>, Refusal> {
    if call.text.len() > LONGEST_TEXT {
        return Err(Refusal::new(Code::BadRequest).detail("the text to look for is too long"));
    }
    let cursor = call.after.as_ref().map_or("", |after| after.folded.as_str());
    if [call.text.as_str(), cursor]
        .iter()
        .any(|text| words::control(text).is_some())
    {
        return Err(Refusal::new(Code::BadRequest).detail("the text to look for has a control character"));
    }
    let mut view = View::open(&app, &caller).await?;
    view.demand_somewhere(Action::PrincipalView, Code::Forbidden)
        .await?;
    let mut state = State::committed(&mut view);
    let place = known(&mut state, call.scope).await?;
    state.signed_in_enough(Action::GrantAssign, &place).await?;
    let most = call.limit.unwrap_or(PAGE).clamp(1, PAGE) as usize;
    let active = PrincipalFilter {
        kind: None,
        state: Some(PrincipalState::Active),
    };
    let text = name::folded(call.text.trim());
    let mut after = call.after.map(|after| After {
        folded: after.folded,
        id: after.id,
    });
    let (mut receivers, mut looked_at) = (Vec::new(), 0);
    loop {
        let page = state
            .reader
            .principals_by_name(active, &text, after.as_ref(), PAGE)
            .await?;
        if page.is_empty() {
            return Ok(axum::Json(ReceiversReply {
                receivers,
                next: None,
            }));
        }
        for row in page {
            looked_at += 1;
            after = Some(After {
                folded: row.name.folded(),
                id: row.id,
            });
            receivers.extend(receiver(&mut state, &place, call.role, &row).await?);
            if receivers.len() >= most || looked_at >= LOOKED_AT {
                let next = after.map(|after| NamePlace {
                    folded: after.folded,
                    id: after.id,
                });
                return Ok(axum::Json(ReceiversReply { receivers, next }));
            }
        }
    }
}

async fn receiver(
    state: &mut State<'_>,
    place: &Place,
    role: RoleId,
    row: &Principal,
) -> Result<Option<Receiver>, Refusal> {
    let gift = |expires_at: Option<Timestamp>| Gift {
        role,
        place,
        receiver: row,
        not_before: None,
        expires_at,
    };
    let needs_end = match may_assign(state, &gift(None)).await? {
        Ok(_) => false,
        Err(AssignRefusal::EndNeeded) => {
            let later = state.circumstances.now.plus(Duration::from_secs(3600));
            if may_assign(state, &gift(Some(later))).await?.is_err() {
                return Ok(None);
            }
            true
        }
        Err(_) => return Ok(None),
    };
    Ok(Some(Receiver {
        principal: principals::record(row),
        needs_end,
    }))
}

/// A place that the caller may know of.
async fn known(state: &mut State<'_>, scope: ScopeId) -> Result<Arc<Place>, Refusal> {
    let place = state.place(scope).await?.ok_or(Code::NotFound)?;
    state.demand(Action::ScopeView, &place, Code::NotFound).await?;
    Ok(place)
}

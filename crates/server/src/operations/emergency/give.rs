//! Giving a right to emergency access (`POST /v1/emergency/rights`) and ending one (`DELETE /v1/emergency/rights/{right}`).

use super::{label, of_right, plan, records};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    events::Event,
    http::Refusal,
    operations::{
        grants::delegation::{self, Gift, may_assign},
        orders,
        path::Id,
        state::State,
        words,
    },
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::{extract::State as Extract, http::StatusCode};
use claviger_ledger::leaf::Fact;
use claviger_model::{
    action::Action,
    emergency::{EmergencyRight, LONGEST_RIGHT, suits},
    event::EventKind,
    grant::{Ended, MAX_REASON_BYTES},
    ids::{EmergencyId, RoleId},
    principal::PrincipalKind,
    time::Timestamp,
};
use claviger_policy::assign::MayAssign;
use claviger_protocol::{
    emergency::{EndEmergencyRight, GiveEmergencyRight, RightRecord},
    problem::Code,
    stream::Hint,
};
use claviger_storage::{StorageError, principals::Principal};

const KIND: EventKind = EventKind::EmergencyGiven;
const END: EventKind = EventKind::EmergencyEnded;

/// Gives a right; a repeated call gives the same one, and one that differs in anything is a conflict.
pub async fn give(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(mut call): Json<GiveEmergencyRight>,
) -> Result<axum::Json<RightRecord>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job = job::<RightRecord, _>(move |change| Box::pin(async move { make(change, &caller, call).await }));
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(change: &mut Change, caller: &Caller, call: GiveEmergencyRight) -> Result<RightRecord, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let Some(place) = change.place(call.scope).await? else {
        return Err(change.unknown(&acting, KIND, call.scope));
    };
    let seen = change.decide(&acting, Action::ScopeView, &place).await?;
    if !seen.decision.allowed {
        return Err(change.unknown(&acting, KIND, call.scope));
    }
    let Some(receiver) = change.db().principal(call.principal).await? else {
        return Err(change.unknown(&acting, KIND, call.principal));
    };
    let plan = call.plan;
    let right = EmergencyRight {
        id: call.id,
        principal: call.principal,
        role: call.role,
        scope: call.scope,
        reason: call.reason,
        given_by: acting.who.principal,
        given_at: change.now(),
        ends_at: call.ends_at,
        ended: None,
    };
    // Before anything else is asked: what was given is given, whatever the giver may do by now.
    if let Some(known) = change.db().emergency_right(call.id).await? {
        let same = EmergencyRight {
            given_at: known.given_at,
            ..right
        } == known;
        return if same {
            record(change, &acting, known).await
        } else {
            Err(Code::Conflict.into())
        };
    }
    let told = event(change, &acting, &right, KIND);
    let mut state = State::locked(change, &acting).await?;
    let may = match may_give(&mut state, &place, &receiver, (right.role, right.ends_at)).await? {
        Ok(may) => may,
        Err(refusal) => return Err(refused(refusal, told)),
    };
    if let Some(seen) = &plan
        && plan::plan(&mut state, &place, &receiver, &right).await?.digest != *seen
    {
        return Err(refused(Code::StalePlan.into(), told));
    }
    change.db().insert_emergency_right(&right).await?;
    let policies = may.by.iter().map(ToString::to_string).collect();
    let event = told.decided_by(policies).because(right.reason.clone());
    change.record(event.fact("until", Fact::Number(right.ends_at.millis())));
    change.hint(Audience::Everyone, Hint::Sync);
    record(change, &acting, right).await
}

/// Whether the caller may give somebody a right to a role at a place until then; the inner error says why not.
///
/// # Errors
/// When the tables cannot be read.
pub async fn may_give(
    state: &mut State<'_>,
    place: &Place,
    receiver: &Principal,
    (role, ends_at): (RoleId, Timestamp),
) -> Result<Result<MayAssign, Refusal>, StorageError> {
    let wrong = |code: Code, detail: &str| Ok(Err(Refusal::new(code).detail(detail)));
    if receiver.kind() != PrincipalKind::Person {
        return wrong(Code::WrongState, "emergency access is for one person");
    }
    let gift = Gift {
        role,
        place,
        receiver,
        not_before: None,
        expires_at: Some(ends_at),
    };
    let may = match may_assign(state, &gift).await? {
        Ok(may) => may,
        Err(why) => return Ok(Err(delegation::refused(state, place, why).await?)),
    };
    let engine = state.engine().await?;
    if !engine.role(role).is_some_and(suits) {
        let detail = "emergency access is for roles that touch values and have no power over access";
        return wrong(Code::WrongState, detail);
    }
    if ends_at.since(state.circumstances.now) > LONGEST_RIGHT {
        let detail = "a right to emergency access lasts 366 days at most";
        return wrong(Code::BadRequest, detail);
    }
    Ok(Ok(may))
}

/// Ends a right, by its holder or whoever may revoke there, and with it what is drawn of it.
pub async fn end(
    Extract(app): Extract<Shared>,
    Id(right): Id<EmergencyId>,
    caller: Caller,
    Json(call): Json<EndEmergencyRight>,
) -> Result<StatusCode, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job =
        job::<(), _>(move |change| Box::pin(async move { make_end(change, &caller, right, reason).await }));
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn make_end(change: &mut Change, caller: &Caller, id: EmergencyId, reason: String) -> Result<(), Stop> {
    let acting = change.admit(caller, END).await?;
    let Some(right) = change.db().emergency_right(id).await? else {
        return Err(change.unknown(&acting, END, id));
    };
    let mut policies = Vec::new();
    if right.principal != acting.who.principal {
        let Some(place) = change.place(right.scope).await? else {
            return Err(change.unknown(&acting, END, id));
        };
        let demand = Demand {
            action: Action::GrantRevoke,
            place: &place,
            kind: END,
            known_by: Action::GrantView,
            object: of_right(&right),
            asked: &id,
        };
        policies = change.demand(&acting, demand).await?.policies();
    }
    if right.ended.is_some() {
        return Err(Code::WrongState.into());
    }
    let now = change.now();
    let end = Ended {
        at: now,
        by: acting.who.principal,
        reason: reason.clone(),
    };
    let open = change.db().emergency_draws_open(id, now).await?;
    let before = orders::before(change, right.principal).await?;
    change.db().end_emergency_right(id, &end).await?;
    let event = event(change, &acting, &right, END);
    change.record(event.decided_by(policies).because(reason.clone()));
    for draw in open {
        change.db().end_grant(draw.grant, &end).await?;
        let event = change
            .event(acting.who, EventKind::GrantEnded)
            .on(super::of_draw(&draw))
            .concerning(draw.principal)
            .because(reason.clone());
        change.record(event);
    }
    change.hint(Audience::Everyone, Hint::Sync);
    orders::after(change, before).await
}

fn event(change: &Change, acting: &Acting, right: &EmergencyRight, kind: EventKind) -> Event {
    let event = change
        .event(acting.who, kind)
        .on(of_right(right))
        .concerning(right.principal);
    match label(right.id) {
        Some(id) => event.fact("right", Fact::Label(id)),
        None => event,
    }
}

fn refused(refusal: Refusal, event: Event) -> Stop {
    let event = event.refused(refusal.code());
    Stop::Refused(refusal, Box::new(event))
}

async fn record(change: &mut Change, acting: &Acting, right: EmergencyRight) -> Result<RightRecord, Stop> {
    let mut state = State::locked(change, acting).await?;
    let found = records::right(&mut state, right, true).await?;
    Ok(found.ok_or(Code::Internal)?)
}

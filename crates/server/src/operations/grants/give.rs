//! Giving a grant (`POST /v1/grants`): delegation (rule 13) and the separation of duties.

use super::{
    delegation::{self, Gift, may_assign},
    plan,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    events::Event,
    http::Refusal,
    operations::{state::State, words},
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State as Extract;
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    conditions::GrantConditions,
    event::EventKind,
    grant::{Grant, MAX_REASON_BYTES},
    principal::PrincipalKind,
};
use claviger_policy::hours::zone_is_known;
use claviger_protocol::{grants::GiveGrant, problem::Code, stream::Hint};
use claviger_storage::principals::Principal;

const KIND: EventKind = EventKind::GrantGiven;

/// Gives a grant; a repeated call gives the same one, and one that differs in anything is a conflict.
pub async fn give(
    Extract(app): Extract<Shared>,
    caller: Caller,
    Json(mut call): Json<GiveGrant>,
) -> Result<axum::Json<Grant>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    checked_conditions(&call)?;
    let job = job::<Grant, _>(move |change| Box::pin(async move { make(change, &caller, call).await }));
    app.sequencer.change(job).await.map(axum::Json)
}

/// Hours need a time zone that is known; and nobody gives emergency access by hand.
///
/// # Errors
/// When it is not.
pub fn checked_conditions(call: &GiveGrant) -> Result<(), Refusal> {
    if call.conditions.emergency {
        return Err(Refusal::new(Code::BadRequest).detail("emergency access is drawn, never given"));
    }
    match &call.conditions.hours {
        Some(hours) if !zone_is_known(&hours.zone) => {
            Err(Refusal::new(Code::BadRequest).detail("the time zone is not known"))
        }
        _ => Ok(()),
    }
}

async fn make(change: &mut Change, caller: &Caller, call: GiveGrant) -> Result<Grant, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let Some(place) = change.place(call.scope).await? else {
        return Err(change.unknown(&acting, KIND, call.scope));
    };
    let demand = Demand {
        action: Action::ScopeView,
        place: &place,
        kind: KIND,
        known_by: Action::ScopeView,
        object: object(&call),
        asked: &call.scope,
    };
    change.demand(&acting, demand).await?;
    let receiver = change.db().principal(call.principal).await?;
    let Some(receiver) = receiver else {
        return Err(change.unknown(&acting, KIND, call.principal));
    };
    // What was given is given: the same call again says so, whatever the giver may do by now.
    let known = change.db().grant(call.id).await?;
    if let Some(known) = known.as_ref().filter(|known| is_same(known, &call, &acting)) {
        return Ok(known.clone());
    }
    let gift = Gift {
        role: call.role,
        place: &place,
        receiver: &receiver,
        not_before: call.not_before,
        expires_at: call.expires_at,
    };
    let mut state = State::locked(change, &acting).await?;
    let may = match may_assign(&mut state, &gift).await? {
        Ok(may) => may,
        Err(why) => {
            let refusal = delegation::refused(&mut state, &place, why).await?;
            let event = event(change, &acting, &call).refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
    };
    if known.is_some() {
        return Err(Code::Conflict.into());
    }
    if let Some(seen) = &call.plan {
        let mut state = State::locked(change, &acting).await?;
        if plan::plan(&mut state, &place, &receiver, &call).await?.digest != *seen {
            return Err(change.refuse(event(change, &acting, &call), Code::StalePlan));
        }
    }
    let grant = Grant {
        id: call.id,
        principal: call.principal,
        role: call.role,
        scope: call.scope,
        reason: call.reason.clone(),
        granted_by: acting.who.principal,
        granted_at: change.now(),
        not_before: call.not_before,
        expires_at: call.expires_at,
        conditions: GrantConditions::Known(call.conditions.clone()),
        ended: None,
    };
    let policies = may.by.iter().map(ToString::to_string).collect();
    let event = event(change, &acting, &call).decided_by(policies);
    write(change, &grant, &receiver, event).await?;
    Ok(grant)
}

/// Writes a grant that may be given, with its event and its reason in it.
///
/// # Errors
/// When the tables cannot be written.
pub async fn write(
    change: &mut Change,
    grant: &Grant,
    receiver: &Principal,
    event: Event,
) -> Result<(), Stop> {
    change.db().insert_grant(grant).await?;
    change.record(event.because(grant.reason.clone()));
    let audience = match receiver.kind() {
        PrincipalKind::Team => Audience::Everyone,
        PrincipalKind::Person | PrincipalKind::Service => Audience::Person(receiver.id),
    };
    change.hint(audience, Hint::Sync);
    Ok(())
}

fn is_same(known: &Grant, call: &GiveGrant, acting: &Acting) -> bool {
    known.principal == call.principal
        && known.role == call.role
        && known.scope == call.scope
        && known.reason == call.reason
        && known.not_before == call.not_before
        && known.expires_at == call.expires_at
        && known.conditions == GrantConditions::Known(call.conditions.clone())
        && known.granted_by == acting.who.principal
        && known.ended.is_none()
}

fn event(change: &Change, acting: &Acting, call: &GiveGrant) -> Event {
    change
        .event(acting.who, KIND)
        .on(object(call))
        .concerning(call.principal)
}

fn object(call: &GiveGrant) -> Object {
    Object {
        grant: Some(call.id),
        principal: Some(call.principal),
        role: Some(call.role),
        scope: Some(call.scope),
        ..Object::default()
    }
}

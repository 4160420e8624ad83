//! Carrying out a plan (`POST /v1/grants/{grant}/change`): exactly the one that was shown, or nothing.

use super::plan::{self, Asking, Plan};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Epoch,
    events::Event,
    http::Refusal,
    operations::{grants, orders, path::Id, words},
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_crypto::bytes::constant_time_eq;
use claviger_ledger::leaf::Fact;
use claviger_model::{
    action::Action,
    event::EventKind,
    grant::{Ended, Grant, MAX_REASON_BYTES},
    ids::GrantId,
};
use claviger_protocol::{
    grant_change::{ChangeGrant, ChangeGrantReply, GrantChange},
    problem::Code,
    stream::Hint,
};

/// Ends, shortens or replaces a grant as the plan says; devices are ordered in the same transaction.
pub async fn change(
    State(app): State<Shared>,
    Id(grant): Id<GrantId>,
    caller: Caller,
    Json(mut call): Json<ChangeGrant>,
) -> Result<axum::Json<ChangeGrantReply>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    if matches!(call.change, GrantChange::Narrow { .. }) != call.new_grant.is_some() {
        return Err(
            Refusal::new(Code::BadRequest).detail("narrowing, and nothing else, takes the id of a new grant")
        );
    }
    let job = job::<ChangeGrantReply, _>(move |change| {
        Box::pin(async move { make(change, &caller, grant, call).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    id: GrantId,
    call: ChangeGrant,
) -> Result<ChangeGrantReply, Stop> {
    let kind = kind(call.change);
    let acting = change.admit(caller, kind).await?;
    let Some(grant) = change.db().grant(id).await? else {
        return Err(change.unknown(&acting, kind, id));
    };
    let mut policies = demand(change, &acting, &grant, kind, call.change).await?;
    if let Some(done) = done_before(change, &acting, &grant, &call).await? {
        return Ok(done);
    }
    let now = change.now();
    let instead = plan::replacement(&grant, call.change, now)?;
    let entitlements = change.entitlements();
    let epoch = Epoch::of(change.db()).await?;
    let engine = entitlements.engine(change.db(), epoch).await?;
    let event = change
        .event(acting.who, kind)
        .on(grants::object(&grant))
        .concerning(grant.principal);
    if let (GrantChange::Narrow { .. }, Some(instead)) = (call.change, &instead) {
        let Some(below) = change.place(instead.scope).await? else {
            return Err(change.unknown(&acting, kind, id));
        };
        plan::lesser(&engine, &grant, instead, &below)?;
        let asking = Asking {
            principal: &acting.principal,
            circumstances: acting.circumstances,
        };
        match plan::may_give(change.db(), &engine, &asking, instead, &below).await {
            Ok(may) => policies.extend(may.by.iter().map(ToString::to_string)),
            Err(mut refusal) => {
                let answer = change.decide(&acting, Action::GrantAssign, &below).await?;
                let max_age = change
                    .step_up(&acting, Action::GrantAssign, &below, &answer)
                    .await?;
                if let Some(max_age) = max_age {
                    refusal = Refusal::step_up(max_age);
                }
                let code = refusal.code();
                return Err(Stop::Refused(refusal, Box::new(event.refused(code))));
            }
        }
    }
    let plan = plan::make(change.db(), &engine, grant, instead, call.change, now).await?;
    if !constant_time_eq(&plan.digest, &call.digest.0) {
        return Err(change.refuse(event, Code::StalePlan));
    }
    carry_out(change, &acting, plan, call, event.decided_by(policies)).await
}

/// The right to take from it: its holder has it, except for giving it a lesser form.
async fn demand(
    change: &mut Change,
    acting: &Acting,
    grant: &Grant,
    kind: EventKind,
    wanted: GrantChange,
) -> Result<Vec<String>, Stop> {
    let own = grant.principal == acting.who.principal;
    if own && !matches!(wanted, GrantChange::Narrow { .. }) {
        return Ok(Vec::new());
    }
    let Some(place) = change.place(grant.scope).await? else {
        return Err(change.unknown(acting, kind, grant.id));
    };
    if own {
        let answer = change.decide(acting, Action::GrantRevoke, &place).await?;
        let max_age = change
            .step_up(acting, Action::GrantRevoke, &place, &answer)
            .await?;
        if !answer.decision.allowed && max_age.is_none() {
            let event = change.event(acting.who, kind).on(grants::object(grant));
            return Err(change.refuse(event, Code::Forbidden));
        }
    }
    let demand = Demand {
        action: Action::GrantRevoke,
        place: &place,
        kind,
        known_by: Action::GrantView,
        object: grants::object(grant),
        asked: &grant.id,
    };
    Ok(change.demand(acting, demand).await?.policies())
}

/// A call that was answered before, though its answer was lost.
async fn done_before(
    change: &mut Change,
    acting: &Acting,
    grant: &Grant,
    call: &ChangeGrant,
) -> Result<Option<ChangeGrantReply>, Stop> {
    let by_me = grant
        .ended
        .as_ref()
        .is_some_and(|ended| ended.by == acting.who.principal);
    let reply = |new| ChangeGrantReply {
        grant: grant.clone(),
        new,
    };
    Ok(match call.change {
        GrantChange::Revoke => None,
        GrantChange::Shorten { expires_at } => {
            let same =
                grant.ended.is_none() && grant.expires_at == Some(expires_at) && expires_at > change.now();
            same.then(|| reply(None))
        }
        GrantChange::Narrow { role, scope } => {
            let Some(id) = call.new_grant else { return Ok(None) };
            let Some(known) = change.db().grant(id).await? else {
                return Ok(None);
            };
            let same = by_me
                && known.granted_by == grant.granted_by
                && known.principal == grant.principal
                && (known.role, known.scope) == (role.unwrap_or(grant.role), scope.unwrap_or(grant.scope));
            if !same {
                return Err(Code::Conflict.into());
            }
            Some(reply(Some(known)))
        }
    })
}

/// Does what a plan says, with its events and orders.
///
/// # Errors
/// When nobody would be Owner any more, or the tables cannot be written.
pub async fn carry_out(
    change: &mut Change,
    acting: &Acting,
    plan: Plan,
    call: ChangeGrant,
    event: Event,
) -> Result<ChangeGrantReply, Stop> {
    let Plan {
        grant,
        instead,
        forecast,
        ..
    } = plan;
    let (now, by) = (change.now(), acting.who.principal);
    let mut new = None;
    let mut event = event.because(call.reason.clone());
    if let GrantChange::Shorten { expires_at } = call.change {
        change.db().shorten_grant(grant.id, expires_at).await?;
        event = event.fact("until", Fact::Number(expires_at.millis()));
    } else {
        let end = Ended {
            at: now,
            by,
            reason: call.reason.clone(),
        };
        change.db().end_grant(grant.id, &end).await?;
        if let (Some(id), Some(instead)) = (call.new_grant, instead) {
            // It is a part of what was given, by whoever gave it: who narrows gives nothing, and stands in the end and its events.
            let given = Grant {
                id,
                granted_at: now,
                ..instead
            };
            change.db().insert_grant(&given).await?;
            event = event.fact("narrowed", Fact::Flag(true));
            // A request that became this grant goes on with the lesser one: it ends it, and its author hands it back.
            change.db().pass_given(grant.id, given.id).await?;
            new = Some(given);
        }
    }
    if grants::is_last_owner(change, &grant, call.change).await? {
        return Err(change.refuse(event, Code::LastOwner));
    }
    change.record(event);
    if let Some(given) = &new {
        let event = change
            .event(acting.who, EventKind::GrantGiven)
            .on(grants::object(given))
            .concerning(given.principal)
            .fact("narrowed", Fact::Flag(true))
            .because(call.reason);
        change.record(event);
    }
    for person in forecast.losses.values().flatten() {
        change.hint(Audience::Person(*person), Hint::Sync);
    }
    for (device, doomed) in &forecast.devices {
        let targets = forecast.targets(change.db(), *device, doomed).await?;
        orders::issue(
            change,
            orders::Targets::from([(*device, (doomed.person, targets))]),
        )
        .await?;
    }
    let grant = change.db().grant(grant.id).await?.ok_or(Code::Conflict)?;
    Ok(ChangeGrantReply { grant, new })
}

const fn kind(change: GrantChange) -> EventKind {
    match change {
        GrantChange::Revoke | GrantChange::Narrow { .. } => EventKind::GrantEnded,
        GrantChange::Shorten { .. } => EventKind::GrantShortened,
    }
}

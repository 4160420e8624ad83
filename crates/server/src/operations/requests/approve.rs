//! Approving: one step of perhaps several; the last one gives.

use super::{
    answer::{KIND, may_answer, open},
    approvers::can_approve,
    give::{self, object, state},
    make::judge,
    table,
    terms::{self, Judge, is_within},
};
use crate::{
    entitlement::Place,
    events::Event,
    http::Refusal,
    operations::{grants::delegation, state::State},
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    approval::{RequestSettings, SHORTEST_SECONDS},
    ids::PrincipalId,
    time::Timestamp,
};
use claviger_policy::assign::MayAssign;
use claviger_protocol::{problem::Code, requests::ApproveRequest};
use claviger_storage::{
    StorageError,
    approvals::{Step, Terms},
    principals::Principal,
    requests::{Request, RequestState},
};
use std::{sync::Arc, time::Duration};

/// Approves a request; a repeated approval by the same person changes nothing.
///
/// # Errors
/// The refusal, before anything is written.
pub async fn approve(
    change: &mut Change,
    acting: &Acting,
    request: &Request,
    call: ApproveRequest,
) -> Result<(), Stop> {
    let own = request.asked_by == acting.who.principal;
    if own {
        let event = change.event(acting.who, KIND).on(object(request));
        return Err(change.refuse(event, Code::SeparationOfDuties));
    }
    let (_, policies) = may_answer(change, acting, request, false).await?;
    let steps = change.db().steps_of(&[request.id]).await?;
    let mine = steps.iter().any(|step| step.by == acting.who.principal);
    let given_by_me = request.state == RequestState::Done
        && request
            .answer
            .as_ref()
            .is_some_and(|answer| answer.by == acting.who.principal);
    if mine || given_by_me {
        return Ok(());
    }
    open(change, request)?;
    match terms::narrowed(request, &steps) {
        Some(before) => access(change, acting, request, (before, steps), call).await,
        None => rotation(change, acting, request, &steps, call, policies).await,
    }
}

async fn access(
    change: &mut Change,
    acting: &Acting,
    request: &Request,
    (before, steps): (Terms, Vec<Step>),
    call: ApproveRequest,
) -> Result<(), Stop> {
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    if let Some(seen) = &call.shown {
        let now = table::shown(change.db(), judge, request, &steps).await?;
        if !table::is_same(now.as_ref(), seen) {
            let event = change.event(acting.who, KIND).on(object(request));
            return Err(change.refuse(event, Code::StalePlan));
        }
    }
    let (terms, place) = narrowed(change, judge, before, &call).await?;
    let Some(asker) = change.db().principal(request.asked_by).await? else {
        return Err(Code::WrongState.into());
    };
    let begin = give::begin(change, request, Some(terms)).await?;
    let ends_at = give::ending(change, terms, begin)?;
    let may = judge
        .may_give(
            change.db(),
            (&acting.principal, &acting.circumstances),
            &asker,
            &place,
            terms.role,
            ends_at,
        )
        .await?;
    let may: MayAssign = match may {
        Ok(may) => may,
        Err(refused) => {
            let mut state = State::locked(change, acting).await?;
            let refusal = delegation::refused(&mut state, &place, refused).await?;
            let object = Object {
                role: Some(terms.role),
                scope: Some(terms.scope),
                ..object(request)
            };
            let event = change
                .event(acting.who, KIND)
                .on(object)
                .concerning(request.asked_by);
            let event = event.refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
    };
    let settings = judge.settings(change.db(), &place).await?;
    let needed = RequestSettings::steps_of(settings.iter().map(|(_, settings)| settings));
    let standing = standing(change, judge, &steps, &asker, &place, terms).await?;
    let step = Step {
        request: request.id,
        by: acting.who.principal,
        at: after(&steps, change.now()),
        terms: Some(terms),
        word: call.words.clone(),
    };
    change.db().insert_step(&step).await?;
    let policies = may.by.iter().map(ToString::to_string).collect();
    if standing.saturating_add(1) >= needed {
        return give::by_hand(change, acting, request, terms, call.words, policies).await;
    }
    let object = Object {
        role: Some(terms.role),
        scope: Some(terms.scope),
        ..object(request)
    };
    let event = change
        .event(acting.who, KIND)
        .on(object)
        .concerning(request.asked_by)
        .decided_by(policies);
    change.record(state(said(event, call.words), "step"));
    Ok(())
}

/// With what the approver said; nothing says nothing.
fn said(event: Event, words: String) -> Event {
    if words.is_empty() {
        event
    } else {
        event.because(words)
    }
}

/// Later than every step before, so that their order is theirs.
fn after(steps: &[Step], now: Timestamp) -> Timestamp {
    let last = steps.iter().map(|step| step.at).max();
    last.map_or(now, |last| now.max(last.plus(Duration::from_millis(1))))
}

/// What this approval leaves of the terms: never more than was on the table.
async fn narrowed(
    change: &mut Change,
    judge: Judge<'_>,
    before: Terms,
    call: &ApproveRequest,
) -> Result<(Terms, Arc<Place>), Stop> {
    let terms = Terms {
        role: call.role.unwrap_or(before.role),
        scope: call.scope.unwrap_or(before.scope),
        seconds: call.seconds.unwrap_or(before.seconds),
    };
    let wider = |words: &str| Stop::Failed(Refusal::new(Code::BadRequest).detail(words));
    if terms.seconds > before.seconds || terms.seconds < SHORTEST_SECONDS.min(before.seconds) {
        return Err(wider("an approval can shorten the time, to 5 minutes at least"));
    }
    let engine = judge.engine(change.db()).await?;
    let within = match (engine.role(terms.role), engine.role(before.role)) {
        (Some(less), Some(more)) => is_within(less, more),
        _ => false,
    };
    if !within {
        return Err(wider("an approval can give a lesser role, not another one"));
    }
    let place = change.place(terms.scope).await?;
    let place = place.filter(|place| place.resource.chain.contains(&before.scope));
    let Some(place) = place else {
        return Err(wider(
            "an approval can give a place below the one that was asked for",
        ));
    };
    Ok((terms, place))
}

/// How many of those who approved before could approve these terms still.
async fn standing(
    change: &mut Change,
    judge: Judge<'_>,
    steps: &[Step],
    asker: &Principal,
    place: &Place,
    terms: Terms,
) -> Result<u32, StorageError> {
    let mut count = 0_u32;
    for by in steps.iter().map(|step| step.by).collect::<Vec<PrincipalId>>() {
        let Some(person) = change.db().principal(by).await? else {
            continue;
        };
        if can_approve(change.db(), judge, &person, asker, place, terms).await? {
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}

async fn rotation(
    change: &mut Change,
    acting: &Acting,
    request: &Request,
    steps: &[Step],
    call: ApproveRequest,
    policies: Vec<String>,
) -> Result<(), Stop> {
    if call.role.is_some() || call.scope.is_some() || call.seconds.is_some() {
        return Err(Refusal::new(Code::BadRequest)
            .detail("a rotation has neither role nor time")
            .into());
    }
    if !steps.is_empty() {
        return Err(Refusal::new(Code::WrongState)
            .detail("it was approved already")
            .into());
    }
    let step = Step {
        request: request.id,
        by: acting.who.principal,
        at: change.now(),
        terms: None,
        word: call.words.clone(),
    };
    change.db().insert_step(&step).await?;
    let event = change
        .event(acting.who, KIND)
        .on(object(request))
        .concerning(request.asked_by)
        .decided_by(policies);
    change.record(state(said(event, call.words), "approved"));
    Ok(())
}

/// Whether a rotation still has to be approved before it is fulfilled.
///
/// # Errors
/// When the tables cannot be read.
pub async fn rotation_waits(change: &mut Change, request: &Request, place: &Place) -> Result<bool, Stop> {
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    let settings = judge.settings(change.db(), place).await?;
    let needs = RequestSettings::rotation_needs_approval(settings.iter().map(|(_, settings)| settings));
    Ok(needs && change.db().steps_of(&[request.id]).await?.is_empty())
}

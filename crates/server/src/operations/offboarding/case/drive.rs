//! The job that does the steps of cases. Any process does it, and several at once do no harm: under the lock each step is read
//! again, and finds done what another has done.

use super::{counting::Counting, event, label, open, settle, steps};
use crate::{
    app::Shared,
    entitlement::Epoch,
    http::Refusal,
    operations::offboarding::{connected::step::named, facts::Facts},
    sequencer::{Change, Stop, job},
};
use claviger_model::{
    connected::{SystemKind, SystemName},
    event::EventKind,
    ids::CaseId,
    offboarding::{Case, CaseState, Step, StepKind, StepState, rest_after},
    time::Timestamp,
};
use claviger_protocol::problem::Code;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Cases of one look.
const ROUND: u32 = 100;
/// Between two transactions of a case, so that calls come in between.
const PAUSE: Duration = Duration::from_millis(2);

/// Looks for ever whether there is anything to do.
pub async fn run(app: Shared, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(refusal) = drive(&app).await {
            tracing::warn!(?refusal, "offboarding could not go on; the next round does");
        }
    }
}

/// Does whatever is due.
///
/// # Errors
/// When the tables cannot be read, or something was wrong with a case; all others were looked after.
pub async fn drive(app: &Shared) -> Result<(), Refusal> {
    let (mut after, mut wrong) = (None, None);
    loop {
        let now = app.clock.now();
        let due = app.store.reader().await?.cases_due(now, after, ROUND).await?;
        let full = due.len() >= ROUND as usize;
        after = due.last().copied().or(after);
        for case in due {
            if let Err(refusal) = look_after(app, case.id).await {
                tracing::warn!(case = %case.id, ?refusal, "a case of offboarding cannot go on; the others do");
                wrong = Some(refusal);
            }
        }
        if !full {
            return wrong.map_or(Ok(()), Err);
        }
    }
}

async fn look_after(app: &Shared, id: CaseId) -> Result<(), Refusal> {
    let Some(case) = app.store.reader().await?.case(id).await? else {
        return Ok(());
    };
    match case.state {
        CaseState::Planned => begin_planned(app, &case).await,
        CaseState::Running => go_on(app, case.id).await,
        _ => look(app, case.id).await,
    }
}

/// Begins a case whose time has come; what stands against it is shown, and tried again.
async fn begin_planned(app: &Shared, case: &Case) -> Result<(), Refusal> {
    let (id, clicked_at) = (case.id, app.clock.now());
    let mut counting = Counting::of(app, case.person).await;
    let counted = counting.now().await;
    let begun = job::<(), _>(move |change| {
        Box::pin(async move {
            // Somebody may have planned it for another time meanwhile.
            let now = change.now();
            let case = due(change, id, CaseState::Planned).await?;
            let Some(mut case) = case.filter(|case| case.look_at.is_some_and(|at| at <= now)) else {
                return Ok(());
            };
            let person = change.db().principal(case.person).await?.ok_or(Code::NotFound)?;
            open::go(change, &mut case, None, (clicked_at, counted), person, None).await
        })
    });
    match app.sequencer.change(begun).await {
        Ok(()) => {
            counting.later(app, id);
            Ok(())
        }
        Err(refusal) => failed(app, id, StepKind::Access, &refusal).await,
    }
}

/// Does the steps of a case that are due; one that fails keeps none of the others.
async fn go_on(app: &Shared, id: CaseId) -> Result<(), Refusal> {
    for kind in StepKind::ALL {
        if kind == StepKind::Rotations
            && let Err(refusal) = queue(app, id).await
        {
            failed(app, id, kind, &refusal).await?;
            continue;
        }
        loop {
            let systems = named(&app.systems);
            let step =
                job::<bool, _>(move |change| Box::pin(async move { one(change, id, kind, &systems).await }));
            match app.sequencer.change(step).await {
                Ok(true) => tokio::time::sleep(PAUSE).await,
                Ok(false) => break,
                Err(refusal) => {
                    failed(app, id, kind, &refusal).await?;
                    break;
                }
            }
        }
    }
    look(app, id).await
}

/// Queues the rotations of a case: what is held is read beside the lock, and queued under it a portion at a time.
async fn queue(app: &Shared, id: CaseId) -> Result<(), Refusal> {
    let mut reader = app.store.snapshot().await?;
    let Some(case) = reader.case(id).await? else {
        return Ok(());
    };
    let now = app.clock.now();
    let steps = reader.case_steps(id).await?;
    if case.state != CaseState::Running || !steps.iter().any(|step| is_due(step, StepKind::Rotations, now)) {
        return Ok(());
    }
    let epoch = Epoch::Committed(reader.committed_epoch().await?);
    let mut facts = Facts {
        reader: &mut *reader,
        epoch,
        entitlements: &app.entitlements,
        now,
    };
    let known = facts.known_by(case.person).await?;
    drop(reader);
    for portion in known.chunks(steps::ROUND) {
        let portion = portion.to_vec();
        let queued = job::<(), _>(move |change| {
            Box::pin(async move {
                match due(change, id, CaseState::Running).await? {
                    Some(case) => steps::rotations::queue(change, &case, portion).await,
                    None => Ok(()),
                }
            })
        });
        app.sequencer.change(queued).await?;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

fn is_due(step: &Step, kind: StepKind, now: Timestamp) -> bool {
    step.kind == kind && step.state != StepState::Done && step.next_at <= now
}

/// A transaction of a step; whether there is more of it.
async fn one(
    change: &mut Change,
    id: CaseId,
    kind: StepKind,
    systems: &[(SystemName, SystemKind)],
) -> Result<bool, Stop> {
    let Some(case) = due(change, id, CaseState::Running).await? else {
        return Ok(false);
    };
    let now = change.now();
    let steps = change.db().case_steps(id).await?;
    let Some(mut step) = steps.into_iter().find(|step| is_due(step, kind, now)) else {
        return Ok(false);
    };
    if steps::run(change, &case, kind, systems).await? == steps::Left::Some {
        return Ok(true);
    }
    step.state = StepState::Done;
    step.done_at = Some(now);
    change.db().put_step(&step).await?;
    let event = event(change, None, EventKind::OffboardingStepDone, &case);
    change.record(label(event, "step", kind.code()));
    Ok(false)
}

/// Notes that a step failed, with the stable code, and when it is tried again. What another process did meanwhile stays done.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn failed(app: &Shared, id: CaseId, kind: StepKind, refusal: &Refusal) -> Result<(), Refusal> {
    let code = refusal.code();
    tracing::warn!(case = %id, step = kind.code(), ?refusal, "a step of offboarding failed; it is tried again");
    let note = job::<(), _>(move |change| {
        Box::pin(async move {
            let Some(mut case) = change.db().case(id).await?.filter(|case| case.closed.is_none()) else {
                return Ok(());
            };
            let waits = match kind {
                StepKind::Access => CaseState::Planned,
                _ => CaseState::Running,
            };
            let now = change.now();
            let steps = change.db().case_steps(id).await?;
            let step = steps.into_iter().find(|step| step.kind == kind);
            if case.state != waits || step.as_ref().is_some_and(|step| step.state == StepState::Done) {
                return Ok(());
            }
            let attempts = step.map_or(0, |step| step.attempts).saturating_add(1);
            let next_at = now.plus(rest_after(attempts));
            let step = Step {
                case: id,
                kind,
                state: StepState::Failing,
                attempts,
                next_at,
                said: code.as_str().to_owned(),
                done_at: None,
            };
            change.db().put_step(&step).await?;
            if case.state == CaseState::Planned {
                case.look_at = Some(next_at);
                change.db().update_case(&case).await?;
            }
            let event = event(change, None, EventKind::OffboardingStepFailed, &case);
            let event = label(event, "step", kind.code());
            change.record(label(event, "said", code.as_str()));
            Ok(())
        })
    });
    app.sequencer.change(note).await
}

/// Looks at what a case waits for.
async fn look(app: &Shared, id: CaseId) -> Result<(), Refusal> {
    let look = job::<(), _>(move |change| Box::pin(async move { settle::all(change, vec![id]).await }));
    app.sequencer.change(look).await
}

/// The case, if it still stands as it was found.
async fn due(change: &mut Change, id: CaseId, state: CaseState) -> Result<Option<Case>, Stop> {
    Ok(change.db().case(id).await?.filter(|case| case.state == state))
}

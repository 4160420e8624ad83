//! Making things what files say (`POST /v1/policy-files/apply`): as they were planned, all of it or nothing.

use super::{
    carry,
    identity::{Identity, identity},
    judge::{Judged, judge},
    read::{Compared, compared},
    since::remembered,
};
use crate::{
    app::{App, Shared},
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        guardrails::{
            ahead::{Ahead, simulated},
            effect::{Simulation, simulate},
        },
        state::State as Ground,
        view::View,
        words,
    },
    sequencer::{Change, Stop},
};
use axum::extract::State;
use claviger_crypto::bytes::constant_time_eq;
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{action::Action, event::EventKind, grant::MAX_REASON_BYTES};
use claviger_protocol::{
    policy_files::{ApplyFiles, FilesApplied, MOST_CHANGES},
    problem::Code,
};
use claviger_storage::files::FileObject;

const KIND: EventKind = EventKind::FilesApplied;
/// The field that commits to which plan it was.
const PLAN: &str = "plan";

/// What is asked about the identity and everybody behind it.
const ASKED: [Action; 3] = [Action::FilesApply, Action::GrantAssign, Action::GrantRevoke];

/// What files come to.
struct Found {
    compared: Compared,
    judged: Judged,
    /// What changed guardrails do; none where none change, or it was not found out before the lock.
    simulation: Option<Simulation>,
    /// Whether it is judged alike as long as the epoch stands.
    steady: bool,
}

/// Applies files. They are read and judged in a snapshot, which counts under the lock only in the same epoch and before any of their
/// grants begins or ends; else that is done anew. So nobody waits for it.
pub async fn apply(
    State(app): State<Shared>,
    caller: Caller,
    Json(mut call): Json<ApplyFiles>,
) -> Result<axum::Json<FilesApplied>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let (found_for, found_of) = (caller.clone(), call.clone());
    let in_lock = app.clone();
    let find = || ahead(&app, &found_for, &found_of);
    simulated(&in_lock, find, move |change, found| {
        let (caller, call) = (caller.clone(), call.clone());
        Box::pin(async move { make(change, &caller, &call, found).await })
    })
    .await
    .map(axum::Json)
}

/// What files come to, before the lock; none where whoever asks may not apply any, which is then said under the lock.
async fn ahead(app: &App, caller: &Caller, call: &ApplyFiles) -> Result<Option<Ahead<Found>>, Refusal> {
    let mut view = View::open(app, caller).await?;
    let (now, epoch) = (view.now(), view.epoch());
    let mut state = Ground::committed(&mut view);
    let Ok(own) = identity(&mut state).await else {
        return Ok(None);
    };
    let mut found = find_out(&mut state, &own, call).await?;
    let mut valid_until = found.compared.valid_until;
    if let Some(changing) = found
        .judged
        .guardrails
        .as_ref()
        .filter(|_| found.judged.refused.is_empty())
    {
        let simulation = simulate(state.reader, changing, now).await?;
        valid_until = valid_until.into_iter().chain(simulation.valid_until).min();
        found.simulation = Some(simulation);
    }
    Ok(Some(Ahead::until(epoch, valid_until, found)))
}

/// Reads files, and judges what is to be carried out.
async fn find_out(state: &mut Ground<'_>, own: &Identity, call: &ApplyFiles) -> Result<Found, Refusal> {
    let now = state.circumstances.now;
    let compared = compared(state.reader, &call.files, now, |path| own.has(path)).await?;
    let asked_for = compared.digest()? == call.digest;
    let judged = if asked_for && in_order(&compared, call).is_ok() {
        judge(state, own, &compared).await?
    } else {
        Judged::default()
    };
    let steady = !state.engine().await?.looks_at_the_moment(&ASKED);
    Ok(Found {
        compared,
        judged,
        simulation: None,
        steady,
    })
}

/// The same under the lock, where nothing was found out before it; what is judged by the moment is judged at this one.
async fn find_now(
    state: &mut Ground<'_>,
    own: &Identity,
    call: &ApplyFiles,
    before: Option<Found>,
) -> Result<Found, Refusal> {
    let Some(mut found) = before else {
        return find_out(state, own, call).await;
    };
    if !found.steady {
        found.judged = judge(state, own, &found.compared).await?;
    }
    Ok(found)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    call: &ApplyFiles,
    before: Option<Found>,
) -> Result<FilesApplied, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let now = change.now();
    let read = {
        let mut state = Ground::locked(change, &acting).await?;
        match identity(&mut state).await {
            Err(refusal) => Err(refusal),
            Ok(own) => {
                let found = find_now(&mut state, &own, call, before).await?;
                in_order(&found.compared, call)?;
                Ok((own, found))
            }
        }
    };
    let (own, found) = match read {
        Ok(read) => read,
        Err(refusal) if refusal.code() == Code::Internal => return Err(refusal.into()),
        Err(refusal) => {
            let event = change.event(acting.who, KIND).refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
    };
    let Found {
        compared: found,
        judged,
        simulation,
        ..
    } = found;
    let object = Object {
        grant: Some(own.grant.id),
        scope: Some(own.scope.id),
        ..Object::default()
    };
    let event = change.event(acting.who, KIND).on(object);
    let event = event.decided_by(vec![own.grant.id.to_string()]);
    if !constant_time_eq(&found.digest()?.0, &call.digest.0) {
        return Err(change.refuse(event, Code::StalePlan));
    }
    if let Some(refusal) = refusal(&judged) {
        let event = event.refused(refusal.code());
        return Err(Stop::Refused(refusal, Box::new(event)));
    }
    let simulation = match (&judged.guardrails, simulation) {
        (Some(_), Some(before)) => Some(before),
        // What the files do became another thing meanwhile; nobody waits for a simulation.
        (Some(_), None) => return Err(change.refuse(event, Code::StalePlan)),
        (None, _) => None,
    };
    let carried = found.carried_out().count();
    let (said, gone) = remembered(change.db(), &found, |kind, id, digest| FileObject {
        kind,
        id: id.to_owned(),
        digest,
        applied_at: now,
        applied_by: acting.who.principal,
    })
    .await?;
    carry::out(
        change,
        &acting,
        &found,
        judged.guardrails.zip(simulation),
        &call.reason,
    )
    .await?;
    for (kind, ids) in gone {
        change.db().forget_file_objects(kind, &ids).await?;
    }
    change.db().put_file_objects(&said).await?;
    let count = i64::try_from(carried).unwrap_or(i64::MAX >> 11);
    let event = event
        .fact("changes", Fact::Number(count))
        .commit(PLAN, String::from(call.digest.clone()), None)
        .because(call.reason.clone());
    change.record(event);
    let changes = found.changes.into_iter().filter(|change| !change.left).collect();
    Ok(FilesApplied { at: now, changes })
}

fn in_order(found: &Compared, call: &ApplyFiles) -> Result<(), Refusal> {
    if let Some(problem) = found.problems.first() {
        let words = format!("{}: {}", problem.path, problem.message);
        return Err(Refusal::new(Code::BadRequest).detail(words));
    }
    if call.files.is_empty() {
        return Err(Refusal::new(Code::BadRequest).detail("no file was sent"));
    }
    if found.carried_out().count() > MOST_CHANGES {
        let words =
            format!("one call carries out {MOST_CHANGES} changes at most; apply some of the files first");
        return Err(Refusal::new(Code::BadRequest).detail(words));
    }
    Ok(())
}

/// The first refusal, in words that say of how many.
fn refusal(judged: &Judged) -> Option<Refusal> {
    let first = judged.refused.first()?;
    let mut words = format!("{}: `{}`: {}", first.path, first.id, first.message);
    let further = judged.refused.len().saturating_sub(1);
    if further > 0 {
        words = format!("{words} (and {further} more)");
    }
    Some(Refusal::new(first.code).detail(words))
}

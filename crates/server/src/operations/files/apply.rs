//! Making things what files say (`POST /v1/policy-files/apply`): as they were planned, all of it or nothing.

use super::{
    carry,
    identity::{Whose, identity},
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
use claviger_model::{event::EventKind, grant::MAX_REASON_BYTES};
use claviger_protocol::{
    policy_files::{ApplyFiles, FilesApplied, MOST_CHANGES},
    problem::Code,
};
use claviger_storage::files::FileObject;

const KIND: EventKind = EventKind::FilesApplied;
/// The field that commits to which plan it was.
const PLAN: &str = "plan";

/// Applies files.
pub async fn apply(
    State(app): State<Shared>,
    caller: Caller,
    Json(mut call): Json<ApplyFiles>,
) -> Result<axum::Json<FilesApplied>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let (found_for, found_of) = (caller.clone(), call.clone());
    let in_lock = app.clone();
    let find = || ahead(&app, &found_for, &found_of);
    simulated(&in_lock, find, move |change, simulation| {
        let (caller, call) = (caller.clone(), call.clone());
        Box::pin(async move { make(change, &caller, &call, simulation).await })
    })
    .await
    .map(axum::Json)
}

/// What changed guardrails do, before the lock; none where there is nothing to simulate or the files will be refused.
async fn ahead(app: &App, caller: &Caller, call: &ApplyFiles) -> Result<Option<Ahead>, Refusal> {
    let mut view = View::open(app, caller).await?;
    let (now, epoch) = (view.now(), view.epoch());
    let mut state = Ground::committed(&mut view);
    let Ok(own) = identity(&mut state).await else {
        return Ok(None);
    };
    let whose = Whose::Identity(Box::new(own));
    let found = compared(state.reader, &call.files, now, |path| whose.has(path)).await?;
    let Whose::Identity(own) = &whose else {
        return Ok(None);
    };
    if !found.problems.is_empty() || found.digest()? != call.digest {
        return Ok(None);
    }
    let judged = judge(&mut state, own, &found).await?;
    match judged.guardrails.filter(|_| judged.refused.is_empty()) {
        Some(changing) => Ok(Some(Ahead::new(
            epoch,
            simulate(state.reader, &changing, now).await?,
        ))),
        None => Ok(None),
    }
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    call: &ApplyFiles,
    ahead: Option<Simulation>,
) -> Result<FilesApplied, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let now = change.now();
    let read = {
        let mut state = Ground::locked(change, &acting).await?;
        match identity(&mut state).await {
            Err(refusal) => Err(refusal),
            Ok(own) => {
                let whose = Whose::Identity(Box::new(own));
                let found = compared(state.reader, &call.files, now, |path| whose.has(path)).await?;
                let Whose::Identity(own) = whose else {
                    return Err(Code::Internal.into());
                };
                in_order(&found, call)?;
                let judged = judge(&mut state, &own, &found).await?;
                Ok((own, found, judged))
            }
        }
    };
    let (own, found, judged) = match read {
        Ok(read) => read,
        Err(refusal) if refusal.code() == Code::Internal => return Err(refusal.into()),
        Err(refusal) => {
            let event = change.event(acting.who, KIND).refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
    };
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
    let simulation = match (&judged.guardrails, ahead) {
        (Some(_), Some(ahead)) => Some(ahead),
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

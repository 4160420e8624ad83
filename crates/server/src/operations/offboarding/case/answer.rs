//! A second pair of eyes lets a case go on, or somebody calls it off before it has begun.

use super::{begin, counting::Counting, event, label, record};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{offboarding::demanded, path::Id, words},
    sequencer::{Acting, Change, Stop, job},
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{
    event::EventKind,
    grant::MAX_REASON_BYTES,
    ids::{CaseId, PrincipalId},
    offboarding::{Approved, Case, CaseState, Closed, Counted, Voice},
    principal::PrincipalState,
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::cases::{ApproveCase, CancelCase, CaseRecord},
    problem::Code,
};
use claviger_storage::principals::Principal;

const KIND: EventKind = EventKind::OffboardingAnswered;

/// Whether somebody is a second pair of eyes for a case: neither who opened it, nor who altered it, nor who leaves.
pub fn is_second(case: &Case, voices: &[Voice], who: PrincipalId) -> bool {
    let altered = voices.iter().any(|voice| voice.altered && voice.principal == who);
    case.opened_by != Some(who) && case.person != who && !altered
}

/// Whether a case can be approved: it is braked, or planned and nobody approved it yet.
pub fn waits_for_approval(case: &Case) -> bool {
    case.approved.is_none() && matches!(case.state, CaseState::Braked | CaseState::Planned)
}

/// Lets a case go on that is still what was shown: a braked one begins at once, a planned one will not be braked.
pub async fn approve(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
    Json(call): Json<ApproveCase>,
) -> Result<axum::Json<CaseRecord>, Refusal> {
    let clicked_at = app.clock.now();
    let person = app.store.reader().await?.case(id).await?.map(|case| case.person);
    let mut counting = match person {
        Some(person) => Counting::by(&app, &caller, person).await,
        None => Counting::none(),
    };
    let counted = counting.now().await;
    let reader = caller.clone();
    let job = job::<(), _>(move |change| {
        Box::pin(async move { go_on(change, &caller, id, call, (clicked_at, counted)).await })
    });
    app.sequencer.change(job).await?;
    counting.later(&app, id);
    record::committed(&app, id, Some(&reader)).await.map(axum::Json)
}

async fn go_on(
    change: &mut Change,
    caller: &Caller,
    id: CaseId,
    shown: ApproveCase,
    (clicked_at, counted): (Timestamp, Option<Counted>),
) -> Result<(), Stop> {
    let (acting, policies, mut case) = found(change, caller, id).await?;
    let event = event(change, Some(acting.who), KIND, &case).decided_by(policies);
    let event = label(event, "answer", "approved");
    let voices = change.db().voices_of(id).await?;
    if !is_second(&case, &voices, acting.who.principal) {
        return Err(change.refuse(event, Code::SeparationOfDuties));
    }
    if !waits_for_approval(&case) {
        return Err(change.refuse(event, Code::WrongState));
    }
    // A braked case begins with the approval, whatever was planned.
    let planned = case.start.as_ref().filter(|_| case.state == CaseState::Planned);
    if planned.map(|start| start.at) != shown.starts_at {
        return Err(change.refuse(event, Code::StalePlan));
    }
    case.approved = Some(Approved {
        by: acting.who.principal,
        at: change.now(),
    });
    change.record(event);
    if case.state == CaseState::Braked {
        return begin::begin(change, &mut case, Some(acting.who), clicked_at, counted, None).await;
    }
    change.db().update_case(&case).await?;
    Ok(())
}

/// Calls a case off; a person who was suspended by its brake goes on as before.
pub async fn cancel(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
    Json(call): Json<CancelCase>,
) -> Result<axum::Json<CaseRecord>, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let reader = caller.clone();
    let job =
        job::<(), _>(move |change| Box::pin(async move { call_off(change, &caller, id, reason).await }));
    app.sequencer.change(job).await?;
    record::committed(&app, id, Some(&reader)).await.map(axum::Json)
}

async fn call_off(change: &mut Change, caller: &Caller, id: CaseId, reason: String) -> Result<(), Stop> {
    let (acting, policies, mut case) = found(change, caller, id).await?;
    let event = event(change, Some(acting.who), KIND, &case).decided_by(policies);
    let event = label(event, "answer", "cancelled");
    if case.person == acting.who.principal {
        return Err(change.refuse(event, Code::SeparationOfDuties));
    }
    if !matches!(case.state, CaseState::Planned | CaseState::Braked) {
        return Err(change.refuse(event, Code::WrongState));
    }
    if case.state == CaseState::Braked
        && let Some(person) = change.db().principal(case.person).await?
        && person.state == PrincipalState::Suspended
    {
        let active = Principal {
            state: PrincipalState::Active,
            ..person
        };
        change.db().update_principal(&active).await?;
        let event = super::event(change, Some(acting.who), EventKind::PrincipalChanged, &case);
        change.record(label(event, "state", "active"));
    }
    case.state = CaseState::Cancelled;
    case.closed = Some(Closed {
        at: change.now(),
        by: Some(acting.who.principal),
        reason: Some(reason.clone()),
    });
    case.look_at = None;
    change.db().update_case(&case).await?;
    change.db().clear_case_known(case.id).await?;
    change.record(event.because(reason));
    Ok(())
}

/// The caller, the policies that let them, and the case.
async fn found(
    change: &mut Change,
    caller: &Caller,
    id: CaseId,
) -> Result<(Acting, Vec<String>, Case), Stop> {
    let acting = change.admit(caller, KIND).await?;
    let policies = demanded(change, &acting, KIND, Object::default()).await?;
    match change.db().case(id).await? {
        Some(case) => Ok((acting, policies, case)),
        None => Err(change.unknown(&acting, KIND, id)),
    }
}

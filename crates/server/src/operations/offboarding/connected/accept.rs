//! An Owner accepts that an account stays as it is, or that a system was not asked.

use super::{of_account, of_system};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    events::Event,
    http::Refusal,
    operations::{
        offboarding::{
            case::{record, settle},
            demanded,
        },
        path::Id,
        words,
    },
    sequencer::{Change, Stop, job},
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    connected::{AcceptedAs, AccountState, AskedState},
    event::EventKind,
    grant::MAX_REASON_BYTES,
    ids::CaseId,
    offboarding::Case,
};
use claviger_protocol::{
    offboarding::{cases::CaseRecord, connected::AcceptConnected},
    problem::Code,
};

const KIND: EventKind = EventKind::OffboardingAccount;

/// Nothing more is done to it in this case.
pub async fn accept(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
    Json(mut call): Json<AcceptConnected>,
) -> Result<axum::Json<CaseRecord>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let reader = caller.clone();
    let job = job::<(), _>(move |change| Box::pin(async move { stays(change, &caller, id, call).await }));
    app.sequencer.change(job).await?;
    record::committed(&app, id, Some(&reader)).await.map(axum::Json)
}

async fn stays(change: &mut Change, caller: &Caller, id: CaseId, call: AcceptConnected) -> Result<(), Stop> {
    let acting = change.admit(caller, KIND).await?;
    let mut policies = demanded(change, &acting, KIND, Object::default()).await?;
    let Some(case) = change.db().case(id).await? else {
        return Err(change.unknown(&acting, KIND, id));
    };
    // What an Owner holds and no Offboarder does.
    let root = change.db().root_scope().await?.ok_or(Code::Internal)?;
    let place = change.place(root.id).await?.ok_or(Code::Internal)?;
    let owner = change.decide(&acting, Action::PolicyManage, &place).await?;
    policies.extend(owner.policies());
    let event = change.event(acting.who, KIND).decided_by(policies);
    let accepted = AcceptedAs {
        by: acting.who.principal,
        at: change.now(),
        reason: call.reason.clone(),
    };
    let allowed = owner.decision.allowed;
    let event = match call.account {
        None => system(change, &case, &call, accepted, event, allowed).await?,
        Some(_) => account(change, &case, &call, accepted, event, allowed).await?,
    };
    let Some(event) = event else {
        return Err(change.unknown(&acting, KIND, id));
    };
    change.record(event.because(call.reason));
    settle::settle(change, case).await
}

async fn system(
    change: &mut Change,
    case: &Case,
    call: &AcceptConnected,
    accepted: AcceptedAs,
    event: Event,
    allowed: bool,
) -> Result<Option<Event>, Stop> {
    let Some(mut row) = change.db().case_system(case.id, &call.system).await? else {
        return Ok(None);
    };
    let event = of_system(event, case, &row.system, "accepted");
    if !allowed {
        return Err(change.refuse(event, Code::Forbidden));
    }
    if row.state != AskedState::Open {
        return Err(change.refuse(event, Code::WrongState));
    }
    row.state = AskedState::Accepted;
    row.accepted = Some(accepted);
    change.db().update_case_system(&row).await?;
    Ok(Some(event))
}

async fn account(
    change: &mut Change,
    case: &Case,
    call: &AcceptConnected,
    accepted: AcceptedAs,
    event: Event,
    allowed: bool,
) -> Result<Option<Event>, Stop> {
    let found = match call.account {
        Some(id) => change.db().case_account(id).await?,
        None => None,
    };
    let found = found.filter(|row| row.case == case.id && row.system == call.system);
    let Some(mut row) = found else { return Ok(None) };
    let event = of_account(event, case, &row, "accepted");
    if !allowed {
        return Err(change.refuse(event, Code::Forbidden));
    }
    if row.state.is_settled() {
        return Err(change.refuse(event, Code::WrongState));
    }
    row.state = AccountState::Accepted;
    row.accepted = Some(accepted);
    change.db().update_case_account(&row).await?;
    Ok(Some(event))
}

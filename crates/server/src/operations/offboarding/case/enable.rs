//! Somebody who left comes back (`POST /v1/people/{person}/enable`). Nothing that they had comes back with them: no grant, no team,
//! no session and no device.

use super::label;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{path::Id, principals, words},
    sequencer::{Change, Stop, change::Demand, job},
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    event::EventKind,
    grant::MAX_REASON_BYTES,
    ids::PrincipalId,
    principal::{PrincipalKind, PrincipalState},
};
use claviger_protocol::{offboarding::cases::EnablePerson, principals::PrincipalRecord, problem::Code};
use claviger_storage::principals::Principal;

const KIND: EventKind = EventKind::PrincipalChanged;

/// Enables a person; a repeated call changes nothing.
pub async fn enable(
    State(app): State<Shared>,
    Id(person): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<EnablePerson>,
) -> Result<axum::Json<PrincipalRecord>, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job = job::<PrincipalRecord, _>(move |change| {
        Box::pin(async move { make(change, &caller, person, reason).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    id: PrincipalId,
    reason: String,
) -> Result<PrincipalRecord, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let root = change.db().root_scope().await?.ok_or(Code::Internal)?;
    let place = change.place(root.id).await?.ok_or(Code::Internal)?;
    let object = Object {
        principal: Some(id),
        ..Object::default()
    };
    let demand = Demand {
        action: Action::PrincipalDisable,
        place: &place,
        kind: KIND,
        known_by: Action::PrincipalView,
        object: object.clone(),
        asked: &id,
    };
    let policies = change.demand(&acting, demand).await?.policies();
    let person = change.db().principal(id).await?;
    let Some(person) = person.filter(|row| row.kind() == PrincipalKind::Person) else {
        return Err(change.unknown(&acting, KIND, id));
    };
    if person.state == PrincipalState::Active {
        return Ok(principals::record(&person));
    }
    let event = change
        .event(acting.who, KIND)
        .on(object)
        .concerning(id)
        .decided_by(policies);
    // What a case began goes on to its end; a brake is loosened by an answer to its case.
    if let Some(mut case) = change.db().open_case_of(id).await? {
        if case.begun.is_none() {
            return Err(change.refuse(event, Code::CaseOpen));
        }
        let steps = change.db().case_steps(case.id).await?;
        let going_on = steps
            .iter()
            .any(|step| step.state != claviger_model::offboarding::StepState::Done);
        if going_on {
            return Err(change.refuse(event, Code::CaseOpen));
        }
        case.returned_at = Some(change.now());
        change.db().update_case(&case).await?;
    }
    let active = Principal {
        state: PrincipalState::Active,
        ..person
    };
    change.db().update_principal(&active).await?;
    change.record(label(event, "state", "active").because(reason));
    Ok(principals::record(&active))
}

//! Asking for a case that is there already.

use super::{
    event, label,
    open::{Opened, Opening, go},
    state_label,
};
use crate::sequencer::{Acting, Change, Stop};
use claviger_model::{
    event::EventKind,
    offboarding::{Case, CaseState, Voice},
};
use claviger_protocol::problem::Code;

/// Somebody else asks for the same: it stays one case, which begins at the sooner time and keeps the first heir. Whoever alters it
/// so is no second pair of eyes for it, and what was approved before was something else.
///
/// # Errors
/// As [`go`].
pub async fn join(
    change: &mut Change,
    admin: Option<&Acting>,
    mut case: Case,
    opening: Opening,
    policies: Vec<String>,
) -> Result<Opened, Stop> {
    let now = change.now();
    let who = admin.map(|acting| acting.who);
    let names_heir = case.heir.is_none() && !case.state.has_begun() && opening.heir.is_some();
    let is_sooner = case.state == CaseState::Planned
        && match (&case.start, &opening.start) {
            (Some(planned), Some(asked)) => asked.at < planned.at,
            (_, asked) => asked.is_none(),
        };
    let altered = names_heir || is_sooner;
    if let Some(acting) = admin.filter(|acting| Some(acting.who.principal) != case.opened_by) {
        let voice = Voice {
            principal: acting.who.principal,
            at: now,
            reason: opening.reason.clone(),
            altered,
        };
        change.db().insert_voice(case.id, &voice).await?;
    }
    let event = event(change, who, EventKind::OffboardingOpened, &case).decided_by(policies);
    let event = label(event, "merged-into", state_label(case.state));
    let event = if altered && case.approved.is_some() {
        label(event, "approval", "void")
    } else {
        event
    };
    change.record(event.because(opening.reason.clone()));
    if names_heir {
        case.heir = opening.heir;
    }
    if is_sooner {
        case.look_at = Some(opening.start.as_ref().map_or(now, |start| start.at));
        case.start.clone_from(&opening.start);
    }
    if altered {
        case.approved = None;
        change.db().update_case(&case).await?;
    }
    if case.state == CaseState::Planned && case.start.is_none() {
        let person = change.db().principal(case.person).await?.ok_or(Code::NotFound)?;
        // Whoever joins it did not open it: nobody is put anywhere.
        let when = (opening.clicked_at, opening.counted);
        go(change, &mut case, who, when, person, None).await?;
    }
    Ok(Opened {
        case: case.id,
        merged: true,
    })
}

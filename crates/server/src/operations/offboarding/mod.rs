//! Offboarding: what somebody or something can reach and holds, where a leaked value came from, and taking it all away.
//!
//! Whoever may conduct offboarding for the whole organization may ask; no answer holds a value. What a blast radius says is
//! computed in [`facts`], from one state of the tables, outside the lock and under it alike.

pub mod case;
mod classes;
pub mod connected;
pub mod facts;
mod leak;
mod named;
mod radius;
mod reachers;
mod report;

use super::view::View;
use crate::{
    http::{Handled, Refusal, handle},
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, event::EventKind};
use claviger_protocol::{problem::Code, route};

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    let mut routes = vec![
        handle(route::BLAST_RADIUS, radius::radius),
        handle(route::LOOK_UP_LEAK, leak::look_up),
        handle(route::ACCEPT_CONNECTED, connected::accept::accept),
        handle(route::CASE_REPORT, report::report),
    ];
    routes.extend(case::routes());
    routes
}

/// Lets those go on who may conduct offboarding for the whole organization.
///
/// # Errors
/// The refusal, or when the tables cannot be read.
async fn conducted(view: &mut View<'_>) -> Result<(), Refusal> {
    if may_conduct(view).await? {
        Ok(())
    } else {
        Err(Code::Forbidden.into())
    }
}

/// Whether the caller may.
///
/// # Errors
/// When the tables cannot be read.
pub async fn may_conduct(view: &mut View<'_>) -> Result<bool, Refusal> {
    let root = view.db().root_scope().await?.ok_or(Code::Internal)?;
    let place = view.place(root.id).await?.ok_or(Code::Internal)?;
    let answer = view.decide(Action::OffboardingConduct, &place).await?;
    Ok(answer.decision.allowed)
}

/// The same under the lock; a refusal is an event. Answers with the policies that decided.
///
/// # Errors
/// As [`conducted`].
async fn demanded(
    change: &mut Change,
    acting: &Acting,
    kind: EventKind,
    object: Object,
) -> Result<Vec<String>, Stop> {
    let root = change.db().root_scope().await?.ok_or(Code::Internal)?;
    let place = change.place(root.id).await?.ok_or(Code::Internal)?;
    let answer = change.decide(acting, Action::OffboardingConduct, &place).await?;
    if answer.decision.allowed {
        return Ok(answer.policies());
    }
    let event = change.event(acting.who, kind).decided_by(answer.policies());
    let wanted = change
        .step_up(acting, Action::OffboardingConduct, &place, &answer)
        .await?;
    Err(match wanted {
        Some(max_age) => Stop::Refused(
            Refusal::step_up(max_age),
            Box::new(event.on(object).refused(Code::StepUp)),
        ),
        None => change.refuse(event, Code::Forbidden),
    })
}

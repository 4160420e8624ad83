//! Guardrails: seeing and checking them, what a change would do, and changing them.
//!
//! [`effect`] finds out what a change does; its digest goes to the caller and comes back, and what is carried out is what was shown.
//! A change that widens its author's own access, or switches off a built-in guardrail, waits for a second Owner
//! (`super::proposals::guardrail`, which carries every change out).

pub mod ahead;
mod change;
pub mod changing;
pub mod effect;
mod list;
mod past;
mod plan;
mod text;

use super::view::View;
use crate::http::{Handled, Refusal, handle};
use claviger_crypto::bytes::sha256;
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, guardrail::Guardrail, ids::PolicyId};
use claviger_protocol::{guardrails::canonical_guardrail, problem::Code, route};

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::GUARDRAILS, list::list),
        handle(route::GUARDRAIL_LANGUAGE, text::language),
        handle(route::CHECK_GUARDRAIL, text::check),
        handle(route::PAST_GUARDRAIL, past::past),
        handle(route::PLAN_GUARDRAIL, plan::preview),
        handle(route::CHANGE_GUARDRAIL, change::change),
    ]
}

/// What an event of a guardrail is about.
pub fn object(id: PolicyId) -> Object {
    Object {
        policy: Some(id),
        ..Object::default()
    }
}

/// The digest of a guardrail, by which its author names what they saw.
///
/// # Errors
/// When JSON cannot hold it, which no guardrail causes.
pub fn digest(guardrail: &Guardrail) -> Result<[u8; 32], Refusal> {
    Ok(sha256(
        &canonical_guardrail(guardrail).map_err(Refusal::internal)?,
    ))
}

/// Those who may manage policies.
async fn managed(view: &mut View<'_>) -> Result<(), Refusal> {
    let root = view.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = view.place(root.id).await?.ok_or(Code::NotFound)?;
    view.demand(Action::PolicyManage, &place, Code::Forbidden).await?;
    Ok(())
}

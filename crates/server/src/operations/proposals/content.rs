//! What each kind of proposed change is, checks and does.

use super::{Execution, delegation, group, guardrail, role};
use crate::{
    http::Refusal,
    operations::guardrails,
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, event::EventKind};
use claviger_protocol::{guardrails::GuardrailChange, roles::ProposedChange};

/// The word in the table.
pub const fn code(content: &ProposedChange) -> &'static str {
    match content {
        ProposedChange::Role { .. } => "role",
        ProposedChange::Group { .. } => "group",
        ProposedChange::Guardrail { .. } => "guardrail",
        ProposedChange::Delegation { .. } => "delegation",
    }
}

/// The event that it is when it is made.
pub const fn kind(content: &ProposedChange) -> EventKind {
    match content {
        ProposedChange::Role { .. } => EventKind::RoleChanged,
        ProposedChange::Group { .. } => EventKind::TeamChanged,
        ProposedChange::Guardrail {
            what: GuardrailChange::Delete,
            ..
        } => EventKind::PolicyDeleted,
        ProposedChange::Guardrail { .. } => EventKind::PolicyChanged,
        ProposedChange::Delegation { .. } => EventKind::GrantGiven,
    }
}

/// The right that it needs, at the organization's own scope.
pub const fn action(content: &ProposedChange) -> Action {
    match content {
        ProposedChange::Role { .. } => Action::RoleManage,
        ProposedChange::Group { .. } => Action::TeamManage,
        ProposedChange::Guardrail { .. } | ProposedChange::Delegation { .. } => Action::PolicyManage,
    }
}

/// What it is done to.
pub fn object(content: &ProposedChange) -> Object {
    match content {
        ProposedChange::Role { id, .. } => Object {
            role: Some(*id),
            ..Object::default()
        },
        ProposedChange::Group { team, .. } => Object {
            principal: Some(*team),
            ..Object::default()
        },
        ProposedChange::Guardrail { id, .. } => guardrails::object(*id),
        ProposedChange::Delegation { delegation } => delegation::object(delegation),
    }
}

/// Checks it against the tables as they are and against what its author may grant; whether it stands already.
///
/// # Errors
/// Says what is wrong with it.
pub async fn stands(
    change: &mut Change,
    author: &Acting,
    content: &ProposedChange,
    issuer: &str,
) -> Result<bool, Stop> {
    match content {
        ProposedChange::Role { id, role } => role::stands(change, author, *id, role).await,
        ProposedChange::Group { group, team } => group::stands(change, author, group, *team, issuer).await,
        ProposedChange::Guardrail { id, what, replaces } => {
            guardrail::stands(change, *id, what, replaces.as_ref()).await
        }
        ProposedChange::Delegation { delegation } => delegation::stands(change, author, delegation).await,
    }
}

/// Whether it waits for a second Owner even where its author gains nothing.
///
/// # Errors
/// When the tables cannot be read.
pub async fn asks_for_two(change: &mut Change, content: &ProposedChange) -> Result<bool, Stop> {
    match content {
        ProposedChange::Role { .. } | ProposedChange::Group { .. } => Ok(false),
        ProposedChange::Guardrail { id, what, replaces } => {
            let changing = guardrail::changing(change, *id, what, replaces.as_ref()).await?;
            Ok(changing.switches_off_a_builtin())
        }
        ProposedChange::Delegation { .. } => Ok(true),
    }
}

/// Makes it, with its event.
///
/// # Errors
/// When the tables cannot be written.
pub async fn execute(
    change: &mut Change,
    content: &ProposedChange,
    execution: Execution<'_>,
) -> Result<(), Stop> {
    match content {
        ProposedChange::Role { id, role } => role::execute(change, *id, role, execution.event).await,
        ProposedChange::Group { group, team } => {
            group::execute(change, group, *team, execution.issuer, execution.event).await
        }
        ProposedChange::Guardrail { id, what, replaces } => {
            guardrail::execute(change, *id, what, replaces.as_ref(), execution).await
        }
        ProposedChange::Delegation { delegation } => delegation::execute(change, delegation, execution).await,
    }
}

/// Whether somebody may approve it besides being another Owner.
///
/// # Errors
/// Says why not.
pub async fn suits_approver(
    change: &mut Change,
    approver: &Acting,
    content: &ProposedChange,
) -> Result<Result<(), Refusal>, Stop> {
    match content {
        ProposedChange::Delegation { delegation } => {
            delegation::may_delegate(change, approver, delegation).await
        }
        _ => Ok(Ok(())),
    }
}

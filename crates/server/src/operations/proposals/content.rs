//! What each kind of proposed change is, checks and does.

use super::{group, role};
use crate::{
    events::Event,
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, event::EventKind};
use claviger_protocol::roles::ProposedChange;

/// The word in the table.
pub const fn code(content: &ProposedChange) -> &'static str {
    match content {
        ProposedChange::Role { .. } => "role",
        ProposedChange::Group { .. } => "group",
    }
}

/// The event that it is when it is made.
pub const fn kind(content: &ProposedChange) -> EventKind {
    match content {
        ProposedChange::Role { .. } => EventKind::RoleChanged,
        ProposedChange::Group { .. } => EventKind::TeamChanged,
    }
}

/// The right that it needs, at the organization's own scope.
pub const fn action(content: &ProposedChange) -> Action {
    match content {
        ProposedChange::Role { .. } => Action::RoleManage,
        ProposedChange::Group { .. } => Action::TeamManage,
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
    }
}

/// Makes it, with its event.
///
/// # Errors
/// When the tables cannot be written.
pub async fn execute(
    change: &mut Change,
    content: &ProposedChange,
    issuer: &str,
    event: Event,
) -> Result<(), Stop> {
    match content {
        ProposedChange::Role { id, role } => role::execute(change, *id, role, event).await,
        ProposedChange::Group { group, team } => group::execute(change, group, *team, issuer, event).await,
    }
}

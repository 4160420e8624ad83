//! Teams: made and renamed here, filled by hand or by the identity provider's groups.
//!
//! Putting somebody into a team gives them all that the team holds, so it is judged like giving them each of its grants
//! (rule 13): by `may_assign`, for everyone who would come in. Nobody puts themselves into a team that gives them more.

mod groups;
mod look;
mod make;
mod members;

pub use members::{admits, frees_oneself, put_in};

use super::{proposals::object_at_root, state::State};
use crate::{
    events::Event,
    http::{Handled, Refusal, handle},
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::PrincipalId,
    principal::{PrincipalKind, PrincipalState},
};
use claviger_protocol::{problem::Code, route};
use claviger_storage::{StorageError, principals::Principal};

/// What a change of a team is in the log.
pub const KIND: EventKind = EventKind::TeamChanged;

/// How the log says that somebody came into a team.
pub const MEMBER_ADDED: &str = "member-added";

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::CREATE_TEAM, make::create),
        handle(route::RENAME_TEAM, make::rename),
        handle(route::TEAM, look::look),
        handle(route::ADD_MEMBER, members::add),
        handle(route::REMOVE_MEMBER, members::remove),
        handle(route::MAP_GROUP, groups::map),
        handle(route::UNMAP_GROUP, groups::unmap),
    ]
}

/// The right to manage teams, and an active team.
///
/// # Errors
/// When the caller may not, there is no such team, or it is not active.
pub async fn managed(
    change: &mut Change,
    acting: &Acting,
    team: PrincipalId,
) -> Result<(Principal, Vec<String>), Stop> {
    let object = Object {
        principal: Some(team),
        ..Object::default()
    };
    let policies = object_at_root(change, acting, Action::TeamManage, KIND, object).await?;
    let row = change.db().principal(team).await?;
    let Some(row) = row.filter(|row| row.kind() == PrincipalKind::Team) else {
        return Err(change.unknown(acting, KIND, team));
    };
    if row.state != PrincipalState::Active {
        return Err(Refusal::new(Code::WrongState)
            .detail("the team is not active")
            .into());
    }
    Ok((row, policies))
}

/// Whether the caller has the right to manage teams; then by which policies.
///
/// # Errors
/// When the tables cannot be read.
pub async fn manages(state: &mut State<'_>) -> Result<Option<Vec<String>>, StorageError> {
    let Some(root) = state.reader.root_scope().await? else {
        return Ok(None);
    };
    let Some(place) = state.place(root.id).await? else {
        return Ok(None);
    };
    let answer = state.decide(Action::TeamManage, &place).await?;
    Ok(answer.decision.allowed.then(|| answer.policies()))
}

/// The event of a change of a team, by a word for what changed.
pub fn event(change: &Change, acting: &Acting, team: PrincipalId, what: &str) -> Event {
    let object = Object {
        principal: Some(team),
        ..Object::default()
    };
    let event = change.event(acting.who, KIND).on(object).concerning(team);
    match Label::new(what) {
        Ok(label) => event.fact("change", Fact::Label(label)),
        Err(_) => event,
    }
}

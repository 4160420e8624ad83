//! A service with what decides about it.

use crate::{
    entitlement::{Answer, Place},
    events::Event,
    http::Refusal,
    operations::{
        grants::delegation::{self, Gift, may_assign},
        state::State,
    },
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::PrincipalId,
    principal::{Nature, PrincipalKind, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_protocol::{problem::Code, services::ServiceRights};
use claviger_storage::{StorageError, principals::Principal, services::Service};
use std::sync::Arc;

/// A service, as its caller stands to it.
pub struct Held {
    /// What it is for, and where it was made.
    pub service: Service,
    /// Its principal.
    pub row: Principal,
    /// The class of the environments that it works in.
    pub class: EnvironmentClass,
    /// The team that answers for it.
    pub owner: PrincipalId,
    /// Where it was made.
    pub home: Arc<Place>,
    /// Whether the caller manages services there.
    pub manages: Answer,
    /// Whether the caller is in the team that answers for it.
    pub answers: bool,
    /// Whether the caller may know of it.
    pub seen: bool,
    /// What the caller may do.
    pub rights: ServiceRights,
}

impl Held {
    /// What an event names of it.
    pub fn object(&self) -> Object {
        Object {
            principal: Some(self.row.id),
            scope: Some(self.service.home),
            ..Object::default()
        }
    }

    /// Refuses for want of the right to manage services, or asks for the sign-in that would do (RFC 9470).
    pub async fn unmanaged(&self, change: &mut Change, acting: &Acting, event: Event) -> Result<Stop, Stop> {
        let max_age = change
            .step_up(acting, Action::ServiceManage, &self.home, &self.manages)
            .await?;
        let event = event.decided_by(self.manages.policies());
        Ok(match max_age {
            Some(max_age) => Stop::Refused(Refusal::step_up(max_age), Box::new(event.refused(Code::StepUp))),
            None => change.refuse(event, Code::Forbidden),
        })
    }
}

/// Everything about a service and the caller; none where there is no such service.
///
/// # Errors
/// When the tables cannot be read.
pub async fn held(state: &mut State<'_>, id: PrincipalId) -> Result<Option<Held>, StorageError> {
    let Some(service) = state.reader.service(id).await? else {
        return Ok(None);
    };
    match state.reader.principal(id).await? {
        Some(row) => of(state, service, row).await,
        None => Ok(None),
    }
}

/// The same of rows that were read already.
///
/// # Errors
/// When the tables cannot be read.
pub async fn of(
    state: &mut State<'_>,
    service: Service,
    row: Principal,
) -> Result<Option<Held>, StorageError> {
    let Nature::Service { class, owner } = row.nature else {
        return Ok(None);
    };
    let Some(home) = state.place(service.home).await? else {
        return Ok(None);
    };
    let caller = state.principal.clone();
    let manages = state.decide(Action::ServiceManage, &home).await?;
    let person = caller.kind() == PrincipalKind::Person;
    let answers = person && state.subject(&caller).await?.caller.answers_to(owner);
    let disables = allowed_at_root(state, Action::PrincipalDisable).await?;
    let browses = state.decide(Action::PrincipalView, &home).await?.decision.allowed;
    let managing = manages.decision.allowed;
    let rights = ServiceRights {
        edit: managing,
        disable: managing || disables,
        make_keys: managing && answers,
        end_keys: managing || answers || disables,
    };
    Ok(Some(Held {
        seen: managing || answers || disables || browses || caller.id == row.id,
        service,
        row,
        class,
        owner,
        home,
        manages,
        answers,
        rights,
    }))
}

async fn allowed_at_root(state: &mut State<'_>, action: Action) -> Result<bool, StorageError> {
    let Some(root) = state.reader.root_scope().await? else {
        return Ok(false);
    };
    let Some(place) = state.place(root.id).await? else {
        return Ok(false);
    };
    Ok(state.decide(action, &place).await?.decision.allowed)
}

/// A service that the caller may know of, under the lock; not found in every other case.
///
/// # Errors
/// The refusal.
pub async fn known(
    change: &mut Change,
    acting: &Acting,
    kind: EventKind,
    id: PrincipalId,
) -> Result<Held, Stop> {
    let found = {
        let mut state = State::locked(change, acting).await?;
        held(&mut state, id).await?
    };
    found
        .filter(|held| held.seen)
        .ok_or_else(|| change.unknown(acting, kind, id))
}

/// Whether the caller may give a service everything that reaches it today, when it is as `after` says.
///
/// # Errors
/// When the tables cannot be read; the inner error is the first refusal.
pub async fn may_give_all(
    change: &mut Change,
    acting: &Acting,
    after: &Principal,
) -> Result<Result<(), Refusal>, Stop> {
    let receiver = Principal {
        state: PrincipalState::Active,
        ..after.clone()
    };
    let grants = {
        let mut state = State::locked(change, acting).await?;
        Arc::clone(&state.subject(&receiver).await?.grants)
    };
    for grant in grants.iter() {
        let Some(place) = change.place(grant.scope).await? else {
            continue;
        };
        let gift = Gift {
            role: grant.role,
            place: &place,
            receiver: &receiver,
            not_before: grant.not_before,
            expires_at: grant.expires_at,
        };
        let mut state = State::locked(change, acting).await?;
        if let Err(refused) = may_assign(&mut state, &gift).await? {
            return Ok(Err(delegation::refusal(&refused)));
        }
    }
    Ok(Ok(()))
}

/// A team that can answer for a service.
///
/// # Errors
/// Not found, or not active.
pub async fn owning_team(
    change: &mut Change,
    acting: &Acting,
    kind: EventKind,
    id: PrincipalId,
) -> Result<Principal, Stop> {
    let found = change.db().principal(id).await?;
    let Some(team) = found.filter(|row| row.kind() == PrincipalKind::Team) else {
        return Err(change.unknown(acting, kind, id));
    };
    if team.state != PrincipalState::Active {
        return Err(Refusal::new(Code::WrongState)
            .detail("the team is not active")
            .into());
    }
    Ok(team)
}

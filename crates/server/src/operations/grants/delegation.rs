//! Whether somebody may give something to somebody (rule 13): the one question behind giving, previews, choices,
//! approvals, and putting people into teams.

use crate::{
    entitlement::{Answer, Place},
    http::Refusal,
    operations::{services::made_a_key, state::State},
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId},
    principal::{Nature, Principal, PrincipalKind, PrincipalState},
    time::Timestamp,
};
use claviger_policy::{
    assign::{AssignRefusal, Assignment, Giver, MayAssign},
    decision::Reason,
    engine::PolicyEngine,
    question::Caller,
};
use claviger_protocol::problem::Code;
use claviger_storage::{Reader, StorageError, principals};
use std::sync::Arc;

/// What is to be given.
#[derive(Debug, Clone, Copy)]
pub struct Gift<'a> {
    /// What.
    pub role: RoleId,
    /// Where.
    pub place: &'a Place,
    /// To whom.
    pub receiver: &'a principals::Principal,
    /// From when.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// Asks the policy engine with the caller's grants along the place's chain.
///
/// # Errors
/// When the tables cannot be read; the inner error says why it may not be given.
pub async fn may_assign(
    state: &mut State<'_>,
    gift: &Gift<'_>,
) -> Result<Result<MayAssign, AssignRefusal>, StorageError> {
    ask(state, gift, PolicyEngine::may_assign).await
}

/// The same for one of the two Owners who give the role of what applies files.
///
/// # Errors
/// As [`may_assign`].
pub async fn may_delegate(
    state: &mut State<'_>,
    gift: &Gift<'_>,
) -> Result<Result<MayAssign, AssignRefusal>, StorageError> {
    ask(state, gift, PolicyEngine::may_delegate).await
}

type Question = for<'a> fn(&PolicyEngine, &Giver<'a>, &Assignment<'a>) -> Result<MayAssign, AssignRefusal>;

async fn ask(
    state: &mut State<'_>,
    gift: &Gift<'_>,
    question: Question,
) -> Result<Result<MayAssign, AssignRefusal>, StorageError> {
    let engine = state.engine().await?;
    let giver = state.principal.clone();
    let subject = state.subject(&giver).await?;
    if holds_own_service(
        state.reader,
        &subject.caller,
        gift.receiver,
        state.circumstances.now,
    )
    .await?
    {
        return Ok(Err(AssignRefusal::ToOwnService));
    }
    let chain = &gift.place.resource.chain;
    let along = subject.grants.iter().filter(|grant| chain.contains(&grant.scope));
    let grants: Vec<_> = along.cloned().collect();
    let giver = Giver {
        caller: &subject.caller,
        grants: &grants,
        circumstances: &state.circumstances,
    };
    let receiver = plain(gift.receiver);
    let assignment = Assignment {
        role: gift.role,
        receiver: &receiver,
        scope: &gift.place.resource,
        not_before: gift.not_before,
        expires_at: gift.expires_at,
    };
    Ok(question(&engine, &giver, &assignment))
}

/// Whether a service identity is reached whose keys would give the giver what the receiver gets: one in a team that they answer
/// for, or one of which they made a live key.
///
/// # Errors
/// When the tables cannot be read.
pub async fn holds_own_service(
    reader: &mut dyn Reader,
    giver: &Caller,
    receiver: &principals::Principal,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let rows = match receiver.kind() {
        PrincipalKind::Person => return Ok(false),
        PrincipalKind::Service => vec![receiver.clone()],
        PrincipalKind::Team => {
            let members = reader.members_closure(receiver.id).await?;
            if members.is_empty() {
                return Ok(false);
            }
            reader.principals(&members).await?
        }
    };
    let to_team = receiver.kind() == PrincipalKind::Team;
    if to_team && rows.iter().any(|row| is_own_service(giver, row)) {
        return Ok(true);
    }
    let services: Vec<_> = rows
        .iter()
        .filter(|row| row.kind() == PrincipalKind::Service)
        .map(|row| row.id)
        .collect();
    made_a_key(reader, giver.id, &services, now).await
}

/// Whether a principal is a service identity that somebody or a team of theirs answers for.
pub fn is_own_service(of: &Caller, row: &principals::Principal) -> bool {
    matches!(row.nature, Nature::Service { owner, .. } if of.answers_to(owner))
}

/// How such a refusal is answered to whoever asks here and now: by asking for a fresh sign-in where nothing else is missing.
///
/// # Errors
/// When the tables cannot be read.
pub async fn refused(
    state: &mut State<'_>,
    place: &Place,
    why: AssignRefusal,
) -> Result<Refusal, StorageError> {
    let AssignRefusal::NotAllowed(decision) = why else {
        return Ok(refusal(&why));
    };
    if decision.reason == Reason::NoGrant {
        return Ok(refusal(&AssignRefusal::NotAllowed(decision)));
    }
    let answer = Answer {
        decision: Arc::from(decision),
    };
    let max_age = state.step_up(Action::GrantAssign, place, &answer).await?;
    Ok(max_age.map_or_else(|| Refusal::new(Code::Forbidden), Refusal::step_up))
}

/// How such a refusal is answered.
pub fn refusal(refused: &AssignRefusal) -> Refusal {
    Refusal::new(code(refused)).detail(refused.to_string())
}

/// The stable code of such a refusal.
pub const fn code(refused: &AssignRefusal) -> Code {
    match refused {
        AssignRefusal::NotAllowed(_) | AssignRefusal::RoleNotGrantable | AssignRefusal::OwnerByOther => {
            Code::Forbidden
        }
        AssignRefusal::ToOneself | AssignRefusal::ToOwnTeam | AssignRefusal::ToOwnService => {
            Code::SeparationOfDuties
        }
        AssignRefusal::ReceiverInactive
        | AssignRefusal::ByDelegation
        | AssignRefusal::NotForServices
        | AssignRefusal::ForServicesOnly
        | AssignRefusal::OwnerIsAPerson => Code::WrongState,
        AssignRefusal::UnknownRole => Code::NotFound,
        AssignRefusal::EndNeeded | AssignRefusal::EndBeforeStart => Code::BadRequest,
    }
}

/// Stands for any person from inside, who is in no team: for asking what somebody may give at all.
pub fn anybody(like: &principals::Principal) -> principals::Principal {
    principals::Principal {
        id: PrincipalId::from_bytes([0; 16]),
        state: PrincipalState::Active,
        nature: Nature::Person { outside: false },
        email: None,
        ..like.clone()
    }
}

/// Somebody as policies see them.
pub fn plain(row: &principals::Principal) -> Principal {
    Principal {
        id: row.id,
        name: row.name.clone(),
        state: row.state,
        nature: row.nature,
    }
}

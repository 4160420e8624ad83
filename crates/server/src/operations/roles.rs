//! Making, changing and deleting roles of one's own (`/v1/roles/{role}`).

use super::{
    path::Id,
    proposals::{Submission, object_at_root, submit},
    words,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    events::Event,
    http::{Handled, Refusal, handle},
    sequencer::{Change, Stop, job},
    stream::Audience,
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{action::Action, event::EventKind, grant::MAX_REASON_BYTES, ids::RoleId};
use claviger_protocol::{
    problem::Code,
    roles::{Changed, DeleteRole, ProposedChange, PutRole},
    route,
    stream::Hint,
};
use claviger_storage::{Conflict, StorageError};

/// The routes of this module; the list of roles is with the grants.
pub fn routes() -> Vec<Handled> {
    vec![handle(route::PUT_ROLE, put), handle(route::DELETE_ROLE, delete)]
}

/// Makes or changes a role; proposes it when it widens the author's own access.
async fn put(
    State(app): State<Shared>,
    Id(id): Id<RoleId>,
    caller: Caller,
    Json(call): Json<PutRole>,
) -> Result<axum::Json<Changed>, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let issuer = app.config.oidc.issuer.clone();
    let job = job::<Changed, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, EventKind::RoleChanged).await?;
            let submission = Submission {
                content: ProposedChange::Role { id, role: call.role },
                reason,
                proposal: call.proposal,
                issuer,
                simulation: None,
            };
            submit(change, &acting, submission).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Deletes a role that no grant names.
async fn delete(
    State(app): State<Shared>,
    Id(id): Id<RoleId>,
    caller: Caller,
    Json(call): Json<DeleteRole>,
) -> Result<StatusCode, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job = job::<(), _>(move |change| Box::pin(async move { remove(change, &caller, id, reason).await }));
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn remove(change: &mut Change, caller: &Caller, id: RoleId, reason: String) -> Result<(), Stop> {
    const KIND: EventKind = EventKind::RoleDeleted;
    let acting = change.admit(caller, KIND).await?;
    let object = Object {
        role: Some(id),
        ..Object::default()
    };
    let policies = object_at_root(change, &acting, Action::RoleManage, KIND, object.clone()).await?;
    let event = change.event(acting.who, KIND).on(object).decided_by(policies);
    take_away(change, id, event.because(reason)).await
}

/// Deletes a role that no grant names, with its event.
///
/// # Errors
/// When it is built in, or a grant names it.
pub async fn take_away(change: &mut Change, id: RoleId, event: Event) -> Result<(), Stop> {
    let role = change.db().role(id).await?.ok_or(Code::NotFound)?;
    if role.builtin {
        return Err(Refusal::new(Code::WrongState)
            .detail("built-in roles are not deleted")
            .into());
    }
    match change.db().delete_role(id).await {
        Ok(_) => {}
        Err(StorageError::Conflict(Conflict::Referred)) => {
            return Err(Refusal::new(Code::RoleInUse)
                .detail("grants name this role; ended ones too, since they are history")
                .into());
        }
        Err(error) => return Err(error.into()),
    }
    change.record(event.commit(NAME, role.name.to_string(), None));
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}

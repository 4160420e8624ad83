//! Ending a grant (`DELETE /v1/grants/{grant}`): by whoever may revoke there, or by its holder, who hands it back.

use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{orders, path::Id, words},
    sequencer::{Change, Stop, change::Demand, job},
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    builtin_roles,
    event::EventKind,
    grant::{Ended, Grant, MAX_REASON_BYTES},
    ids::GrantId,
};
use claviger_protocol::{grant_change::GrantChange, grants::EndGrant, problem::Code};

const KIND: EventKind = EventKind::GrantEnded;

/// Ends a grant; devices are ordered to destroy what it gave, in the same transaction.
pub async fn end(
    State(app): State<Shared>,
    Id(grant): Id<GrantId>,
    caller: Caller,
    Json(call): Json<EndGrant>,
) -> Result<StatusCode, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job = job::<(), _>(move |change| Box::pin(async move { make(change, &caller, grant, reason).await }));
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn make(change: &mut Change, caller: &Caller, id: GrantId, reason: String) -> Result<(), Stop> {
    let acting = change.admit(caller, KIND).await?;
    let Some(grant) = change.db().grant(id).await? else {
        return Err(change.unknown(&acting, KIND, id));
    };
    let mut policies = Vec::new();
    if grant.principal != acting.who.principal {
        let Some(place) = change.place(grant.scope).await? else {
            return Err(change.unknown(&acting, KIND, id));
        };
        let demand = Demand {
            action: Action::GrantRevoke,
            place: &place,
            kind: KIND,
            known_by: Action::GrantView,
            object: object(&grant),
            asked: &id,
        };
        policies = change.demand(&acting, demand).await?.policies();
    }
    if grant.ended.is_some() {
        return Err(Code::WrongState.into());
    }
    let before = orders::before(change, grant.principal).await?;
    let end = Ended {
        at: change.now(),
        by: acting.who.principal,
        reason: reason.clone(),
    };
    change.db().end_grant(id, &end).await?;
    let event = change
        .event(acting.who, KIND)
        .on(object(&grant))
        .concerning(grant.principal);
    if is_last_owner(change, &grant, GrantChange::Revoke).await? {
        return Err(change.refuse(event, Code::LastOwner));
    }
    change.record(event.decided_by(policies).because(reason));
    orders::after(change, before).await
}

/// Whether nobody is Owner of the organization any more after a change, or will be when a shortened grant ends.
///
/// # Errors
/// When the tables cannot be read.
pub async fn is_last_owner(change: &mut Change, grant: &Grant, done: GrantChange) -> Result<bool, Stop> {
    if grant.role != builtin_roles::OWNER {
        return Ok(false);
    }
    let Some(root) = change.db().root_scope().await? else {
        return Ok(false);
    };
    let at = match done {
        GrantChange::Shorten { expires_at } => expires_at,
        GrantChange::Revoke | GrantChange::Narrow { .. } => change.now(),
    };
    Ok(root.id == grant.scope
        && !change
            .db()
            .anyone_holds(builtin_roles::OWNER, root.id, at)
            .await?)
}

/// What an event names of a grant.
pub fn object(grant: &Grant) -> Object {
    Object {
        grant: Some(grant.id),
        principal: Some(grant.principal),
        role: Some(grant.role),
        scope: Some(grant.scope),
        ..Object::default()
    }
}

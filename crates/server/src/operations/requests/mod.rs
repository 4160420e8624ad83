//! Requests for a rotation: making, withdrawing, refusing, fulfilling and listing them.

mod answer;
mod make;

pub use answer::fulfil;

use super::view::View;
use crate::{
    app::Shared,
    caller::Caller,
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RequestId, ScopeId},
};
use claviger_protocol::{
    requests::{RequestRecord, RequestState, RequestsReply, Want},
    route,
};
use claviger_storage::{
    Reader, StorageError,
    requests::{Asked, Request, RequestState as Standing},
};
use std::collections::BTreeMap;

/// The most requests of each kind in the list.
const MOST: u32 = 500;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::REQUESTS, list),
        handle(route::MAKE_REQUEST, make::make),
        handle(route::REFUSE_REQUEST, answer::refuse),
        handle(route::WITHDRAW_REQUEST, answer::withdraw),
    ]
}

/// The caller's own, and those on secrets that they may rotate.
async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<RequestsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let answerable = view.listed().await?.scopes_with(Action::RotationFulfil);
    let requests = visible(view.db(), caller.principal, &answerable).await?;
    Ok(axum::Json(RequestsReply { requests }))
}

/// What somebody asked for and what they may answer, newest first.
///
/// # Errors
/// When the tables cannot be read.
pub async fn visible(
    reader: &mut dyn Reader,
    person: PrincipalId,
    answerable: &[ScopeId],
) -> Result<Vec<RequestRecord>, StorageError> {
    let mut found = reader.requests_by(person, MOST).await?;
    if !answerable.is_empty() {
        found.extend(reader.open_requests_in(answerable, MOST).await?);
        found.extend(reader.requests_in(answerable, None, MOST).await?);
    }
    let found: BTreeMap<RequestId, RequestRecord> = found
        .iter()
        .filter_map(record)
        .map(|record| (record.id, record))
        .collect();
    let mut requests: Vec<_> = found.into_values().collect();
    requests.sort_by_key(|request| (std::cmp::Reverse(request.asked_at), request.id));
    Ok(requests)
}

/// A request for people; none for a request for access, which has no form on the wire yet.
pub fn record(request: &Request) -> Option<RequestRecord> {
    let Asked::Rotation { secret } = request.asked else {
        return None;
    };
    let answer = request.answer.as_ref();
    let state = match (request.state, answer) {
        (Standing::Done, Some(answer)) => RequestState::Done {
            at: answer.at,
            by: answer.by,
            version: answer.version.unwrap_or(0),
        },
        (Standing::Refused, Some(answer)) => RequestState::Refused {
            at: answer.at,
            by: answer.by,
            words: answer.word.clone(),
        },
        (Standing::Withdrawn, Some(answer)) => RequestState::Withdrawn { at: answer.at },
        _ => RequestState::Open,
    };
    Some(RequestRecord {
        id: request.id,
        want: Want::Rotation { secret },
        reason: request.reason.clone(),
        asked_by: request.asked_by,
        asked_at: request.asked_at,
        state,
    })
}

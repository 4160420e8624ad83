//! Requests as far back as they are kept (`POST /v1/requests/history`), page by page.

use super::{answerable, seen, standing::people};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{principals::named, view::View},
};
use axum::extract::State;
use claviger_protocol::requests::{HISTORY_PAGE, RequestHistoryCall, RequestHistoryReply, RequestKey};
use claviger_storage::requests::RequestPlace;
use std::collections::BTreeSet;

/// The caller's own, and those at places where they may answer or fulfil.
pub async fn history(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<RequestHistoryCall>,
) -> Result<axum::Json<RequestHistoryReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let scopes = answerable(&*view.listed_after_step_up().await?);
    let person = view.principal.id;
    let limit = call.limit.unwrap_or(HISTORY_PAGE).clamp(1, HISTORY_PAGE);
    let after = call.after.map(|after| RequestPlace {
        asked_at: after.asked_at,
        id: after.request,
    });
    let found = view.db().requests_after(person, &scopes, after, limit).await?;
    let next = found
        .last()
        .filter(|_| found.len() >= limit as usize)
        .map(|last| RequestKey {
            asked_at: last.asked_at,
            request: last.id,
        });
    let requests = seen(&mut view, found).await?;
    let named_in: BTreeSet<_> = requests.iter().flat_map(people).collect();
    Ok(axum::Json(RequestHistoryReply {
        principals: named(view.db(), named_in).await?,
        requests,
        next,
    }))
}

//! What changed for somebody since a cursor (`POST /v1/sync`), and the secrets of new scopes (`…/scopes`).
//!
//! The cost follows the answer: entitlement comes from the scope index, changes from the feed by cursor.

mod cache;
mod changed;
mod entitlement;
mod kept;
mod scopes;

pub use kept::KeptScopes;

use super::{emergency, principals::named, requests, view::View};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use changed::Changed;
use claviger_model::ids::PrincipalId;
use claviger_protocol::{
    route,
    sync::{SyncCall, SyncReply},
};
use std::collections::BTreeSet;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::SYNC, sync),
        handle(route::SYNC_SCOPES, scopes::scopes),
    ]
}

async fn sync(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<SyncCall>,
) -> Result<axum::Json<SyncReply>, Refusal> {
    if let Some(state) = &call.cache {
        cache::check(&app, &caller, state).await?;
    }
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let listed = view.listed().await?;
    let entitlement = entitlement::of(&mut view, &listed).await?;
    let head = view.db().committed_head().await?;

    // A device that begins, or that stands before the beginning of the feed, takes the scopes anew.
    let anew = call.cursor == 0 || call.cursor < head.sync_floor || call.cursor > head.sync_cursor;
    let changed = if anew {
        let requests = requests::visible(&mut view).await?;
        Changed {
            cursor: head.sync_cursor,
            requests,
            ..Changed::default()
        }
    } else {
        changed::since(&mut view, &listed, call.cursor, head.sync_cursor).await?
    };
    let mut people: BTreeSet<PrincipalId> = changed.requests.iter().flat_map(requests::people).collect();
    people.extend(
        changed
            .secrets
            .iter()
            .filter_map(|record| record.secret.description.owner),
    );
    let principals = named(view.db(), people).await?;
    let (history, _) = view.db().last_of_subject(caller.principal).await?;
    let orders = view.db().pending_orders(caller.device).await?.len();
    let told = call.emergency.as_ref();
    let news = emergency::of_mine(&mut view, &entitlement.digest, told).await?;
    let same = !anew && call.entitlement.as_ref() == Some(&entitlement.digest);
    Ok(axum::Json(SyncReply {
        cursor: changed.cursor,
        now,
        anew,
        entitlement: (!same).then_some(entitlement),
        secrets: changed.secrets,
        removed: changed.removed,
        requests: changed.requests,
        principals,
        more: changed.more,
        history,
        orders: u64::try_from(orders).unwrap_or(u64::MAX),
        emergency: news,
    }))
}

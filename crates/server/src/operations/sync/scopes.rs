//! The secrets of scopes that are new to a device (`POST /v1/sync/scopes`), by pages.

use super::kept::{self, KeptSecret};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{principals::named, view::View},
};
use axum::extract::State;
use claviger_model::action::Action;
use claviger_protocol::{
    principals::PrincipalRecord,
    sync::{PAGE, ScopesCall},
};
use claviger_storage::secrets::SecretKey;
use serde::Serialize;

/// A [`claviger_protocol::sync::ScopesReply`] whose records were written before.
#[derive(Serialize)]
pub struct Reply {
    secrets: Vec<KeptSecret>,
    principals: Vec<PrincipalRecord>,
    more: bool,
}

/// Scopes that the caller may not see are as if they were empty.
pub async fn scopes(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<ScopesCall>,
) -> Result<axum::Json<Reply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let listed = view.listed().await?;
    let mut scopes = call.scopes;
    scopes.retain(|scope| listed.allows(*scope, Action::SecretView));
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Ok(axum::Json(Reply {
            secrets: Vec::new(),
            principals: Vec::new(),
            more: false,
        }));
    }
    let mut after = None;
    if let Some(last) = call.after {
        // A secret that went elsewhere meanwhile gives no place to go on from: begin again, which repeats and loses
        // nothing.
        let stands = view
            .db()
            .secret(last)
            .await?
            .filter(|secret| scopes.contains(&secret.scope));
        after = stands.map(|secret| SecretKey {
            scope: secret.scope,
            id: secret.id,
        });
    }
    let mut secrets = kept::page(&mut view, &app.scopes, &scopes, after, PAGE.saturating_add(1)).await?;
    let more = secrets.len() > PAGE;
    secrets.truncate(PAGE);
    let owners = secrets.iter().filter_map(KeptSecret::owner);
    let principals = named(view.db(), owners).await?;
    Ok(axum::Json(Reply {
        secrets,
        principals,
        more,
    }))
}

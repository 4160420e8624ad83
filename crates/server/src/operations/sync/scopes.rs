//! The secrets of scopes that are new to a device (`POST /v1/sync/scopes`), by pages.

use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        secrets::locate::{owners, record_with},
        view::View,
    },
};
use axum::extract::State;
use claviger_model::action::Action;
use claviger_protocol::sync::{PAGE, ScopesCall, ScopesReply};
use claviger_storage::secrets::SecretKey;

/// Scopes that the caller may not see are as if they were empty.
pub async fn scopes(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<ScopesCall>,
) -> Result<axum::Json<ScopesReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let listed = view.listed().await?;
    let mut scopes = call.scopes;
    scopes.retain(|scope| listed.allows(*scope, Action::SecretView));
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Ok(axum::Json(ScopesReply {
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
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX).saturating_add(1);
    let mut page = view.db().secrets_with_facts_in(&scopes, after, limit).await?;
    let more = page.len() > PAGE;
    page.truncate(PAGE);
    let secrets: Vec<_> = page.into_iter().map(record_with).collect();
    let principals = owners(view.db(), &secrets).await?;
    Ok(axum::Json(ScopesReply {
        secrets,
        principals,
        more,
    }))
}

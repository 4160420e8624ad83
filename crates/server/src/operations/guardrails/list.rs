//! All guardrails.

use super::{digest, managed};
use crate::{
    app::Shared,
    caller::Caller,
    http::Refusal,
    operations::{principals, view::View},
};
use axum::extract::State;
use claviger_protocol::guardrails::{GuardrailRecord, GuardrailsReply};
use std::collections::BTreeSet;

/// Lists them, with what is known of each.
pub async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<GuardrailsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    managed(&mut view).await?;
    let notes = view.db().guardrail_notes().await?;
    let mut authors = BTreeSet::new();
    let mut guardrails = Vec::new();
    for guardrail in view.db().guardrails().await? {
        let note = notes.iter().find(|note| note.guardrail == guardrail.id);
        let changed = note.and_then(|note| note.changed);
        authors.extend(changed.map(|(by, _)| by));
        guardrails.push(GuardrailRecord {
            digest: digest(&guardrail)?.into(),
            guardrail,
            changed_by: changed.map(|(by, _)| by),
            changed_at: changed.map(|(_, at)| at),
            failures: note.map_or(0, |note| note.failures),
            failed_at: note.and_then(|note| note.failed_at),
        });
    }
    let principals = principals::named(view.db(), authors).await?;
    Ok(axum::Json(GuardrailsReply {
        guardrails,
        principals,
    }))
}

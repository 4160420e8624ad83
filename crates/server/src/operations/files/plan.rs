//! What differs between files and the organization (`POST /v1/policy-files/plan`).

use super::{
    identity::{Whose, whose},
    judge::judge,
    read::compared,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{state::State as Ground, view::View},
};
use axum::extract::State;
use claviger_protocol::policy_files::{FilesPlan, PlanFiles};

/// Compares each file that was sent; tells an identity that applies files what it could not carry out.
pub async fn plan(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<PlanFiles>,
) -> Result<axum::Json<FilesPlan>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let mut state = Ground::committed(&mut view);
    let whose = whose(&mut state).await?;
    let found = compared(state.reader, &call.files, now, |path| whose.has(path)).await?;
    let refused = match &whose {
        Whose::Person => Vec::new(),
        Whose::Identity(identity) => judge(&mut state, identity, &found).await?.refused,
    };
    Ok(axum::Json(FilesPlan {
        digest: found.digest()?,
        changes: found.changes,
        problems: found.problems,
        refused,
    }))
}

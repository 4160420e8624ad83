//! Whether the process lives, and whether it can serve.

use super::{Handled, Refusal, handle};
use crate::app::Shared;
use axum::extract::State;
use claviger_protocol::{problem::Code, route};

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![handle(route::LIVE, live), handle(route::READY, ready)]
}

async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<Shared>) -> Result<&'static str, Refusal> {
    app.store
        .check()
        .await
        .map_err(|error| Refusal::new(Code::StorageDown).because(error))?;
    Ok("ok\n")
}

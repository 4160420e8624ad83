//! What a device pins when it first meets this server (rule 39).

use super::{Handled, Refusal, handle};
use crate::{
    app::{App, Shared},
    keys::ServerKeys,
};
use axum::{Json, extract::State};
use claviger_crypto::sealing::Suite;
use claviger_protocol::{
    enrolment::{Bundle, Enrolment},
    route,
    signed::{Signed, canonical},
};

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![handle(route::ENROLMENT, enrolment)]
}

async fn enrolment(State(app): State<Shared>) -> Result<Json<Enrolment>, Refusal> {
    let bootstrap = app.store.reader().await?.bootstrap().await?;
    let now = app.clock.now();
    // Not as this process remembers them: a device that asks has perhaps seen what another process signed with new ones.
    let keys = app.keys.learn(&app.store).await?;
    Ok(Json(Enrolment {
        bundle: bundle(&app, &keys)?,
        succession: keys.succession.clone(),
        issuer: app.config.oidc.issuer.clone(),
        client_id: app.config.oidc.client_id.clone(),
        scopes: app.config.oidc.scopes.clone(),
        bootstrap_open: bootstrap.is_some_and(|code| code.sealed_at.is_none() && now < code.expires_at),
        demonstration: app.demonstration,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

fn bundle(app: &App, keys: &ServerKeys) -> Result<Signed, Refusal> {
    let body = canonical(&Bundle {
        organization: app.organization,
        name: app.organization_name.to_string(),
        origin: app.origin.as_str().to_owned(),
        log: keys.log.verifier().to_string(),
        orders: keys.orders_public.as_bytes().to_vec().into(),
        sealing: keys.sealing.public().as_bytes().to_vec().into(),
        suites: vec![Suite::X25519 as u8],
    })
    .map_err(Refusal::internal)?;
    let signature = keys.orders.sign(&body).into();
    Ok(Signed {
        body: body.into(),
        signature,
    })
}

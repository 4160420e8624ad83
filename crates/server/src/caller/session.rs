//! The session that an access token is of: read, or remembered, and whether it is good for a call.

use super::{
    Call, Caller, Proof, SignInStrength,
    standing::{admitted, stands},
};
use crate::{app::App, http::Refusal};
use claviger_crypto::{jwk::Jkt, sealing::SealingPublicKey};
use claviger_protocol::{
    problem::Code,
    route::{self, Route},
};
use claviger_storage::{Digest, sessions::SessionContext};
use std::sync::Arc;

pub(super) fn unknown() -> Refusal {
    Refusal::new(Code::Unauthenticated)
}

pub(super) async fn read_session(app: &App, token: &Digest) -> Result<Arc<SessionContext>, Refusal> {
    let mut reader = app.store.reader().await?;
    let context = reader.session_by_access_hash(token).await?;
    context.map(Arc::new).ok_or_else(unknown)
}

pub(super) fn keep(app: &App, route: Route, context: &Arc<SessionContext>) {
    if route == route::RELEASES {
        app.sessions.remember(context);
    }
}

/// A remembered session that would be good for the call; only for what is decided under the lock.
pub(super) fn recall(
    app: &App,
    route: Route,
    call: Call,
    token: &Digest,
    proof: &Proof,
) -> Option<Arc<SessionContext>> {
    let context = (route == route::RELEASES)
        .then(|| app.sessions.recall(token))
        .flatten()?;
    // Where it is not, the tables may know better.
    good_for(app, route, call, &context, proof).ok().map(|()| context)
}

/// Reads the session of a remembered caller, since it was remembered wrongly.
///
/// # Errors
/// As when the call had been verified without memory.
pub async fn anew(app: &App, caller: Caller) -> Result<Caller, Refusal> {
    let (token, address) = (caller.context.session.access_hash, caller.call.address);
    app.sessions.forget(&token);
    let read = read_session(app, &token).await.and_then(|context| {
        good_for(app, route::RELEASES, caller.call, &context, &caller.proof)?;
        keep(app, route::RELEASES, &context);
        Ok(context)
    });
    let caller = read.and_then(|context| caller_of(caller.call, context, caller.proof.clone(), false));
    caller.inspect_err(|refusal| app.failures.count(refusal, address, app.clock.now()))
}

/// Whether a session lets this proof's key call the route now.
pub(super) fn good_for(
    app: &App,
    route: Route,
    call: Call,
    context: &SessionContext,
    proof: &Proof,
) -> Result<(), Refusal> {
    if !Jkt::from_bytes(context.device.jkt).matches(&proof.jkt) {
        return Err(Refusal::new(Code::BadProof).because("the token is bound to another key"));
    }
    let now = app.clock.now();
    if context.session.access_expires_at <= now {
        return Err(unknown());
    }
    stands(context, now)?;
    admitted(context, call)?;
    if context.session.by_key.is_some() {
        // No provider vouches for a service, and its token ends within minutes.
        return Ok(());
    }
    // Asking the provider again is how an overdue session gets out of being overdue; leaving is always possible.
    let lets_overdue = [
        route::REASSERT,
        route::STEP_UP,
        route::PROVIDER_REFUSED,
        route::SIGN_OUT,
    ]
    .contains(&route);
    if !lets_overdue && context.session.asserted_at.plus(app.config.oidc.reassert) <= now {
        return Err(Refusal::new(Code::ReassertFirst));
    }
    Ok(())
}

pub(super) fn caller_of(
    call: Call,
    context: Arc<SessionContext>,
    proof: Proof,
    remembered: bool,
) -> Result<Caller, Refusal> {
    let session = &context.session;
    Ok(Caller {
        call,
        principal: session.principal,
        session: session.id,
        device: session.device,
        sealing_key: SealingPublicKey::from_bytes(&context.device.sealing_key).map_err(Refusal::internal)?,
        sign_in: SignInStrength {
            auth_time: session.auth_time.unwrap_or(session.created_at),
            acr: session.acr.clone(),
            amr: session.amr.clone(),
        },
        token_ends_at: session.access_expires_at,
        proof,
        context,
        remembered,
    })
}

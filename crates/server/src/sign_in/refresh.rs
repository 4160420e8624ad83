//! `POST /v1/session/refresh`: refresh token n for token n + 1 and a new access token (rule 3).
//!
//! The predecessor of the newest token gives that newest one again until it is itself presented, so that a lost reply
//! costs nothing. Anything older was copied, or is used by two; then the family ends, as it does for another key.

use super::tokens;
use crate::{
    app::{App, Shared},
    caller::{Json, KeyCaller, standing::stands},
    events::{Who, session_object},
    http::Refusal,
    sequencer::{Change, Stop, change::proof_use},
};
use axum::extract::State;
use claviger_crypto::{jwk::Jkt, refresh::PresentedRefresh};
use claviger_ledger::leaf::SOURCE_ADDRESS;
use claviger_model::{event::EventKind, ids::SessionId};
use claviger_protocol::{
    problem::Code,
    sign_in::{Refresh, Tokens},
};
use claviger_storage::sessions::{LogoutTarget, SessionContext};

/// What was committed.
enum Settled {
    Renewed(Tokens),
    Ended(SessionId),
}

/// Renews the tokens of a session.
pub async fn refresh(
    State(app): State<Shared>,
    caller: KeyCaller,
    Json(call): Json<Refresh>,
) -> Result<axum::Json<Tokens>, Refusal> {
    let address = caller.call.address;
    let outcome = exchange(&app, caller, call).await;
    if let Err(refusal) = &outcome {
        app.failures.count(refusal, address, app.clock.now());
    }
    outcome.map(axum::Json)
}

async fn exchange(app: &Shared, caller: KeyCaller, call: Refresh) -> Result<Tokens, Refusal> {
    let presented = PresentedRefresh::parse(call.refresh.expose()).map_err(|_| Code::BadRefresh)?;
    let (family, number) = app
        .keys
        .now()
        .refresh
        .verify(&presented)
        .ok_or(Code::BadRefresh)?;
    let settled = app
        .sequencer
        .change({
            let app = app.clone();
            move |change| Box::pin(async move { settle(&app, change, &caller, family, number).await })
        })
        .await?;
    match settled {
        Settled::Renewed(tokens) => Ok(tokens),
        Settled::Ended(session) => {
            app.hints.end_session(session);
            Err(Code::BadRefresh.into())
        }
    }
}

async fn settle(
    app: &App,
    change: &mut Change,
    caller: &KeyCaller,
    family: SessionId,
    number: u64,
) -> Result<Settled, Stop> {
    let now = change.now();
    if !change.db().use_proof(&proof_use(&caller.proof)).await? {
        return Err(Code::ProofReused.into());
    }
    let contexts = change.db().session_contexts(&[family]).await?;
    let context = contexts.into_iter().next().ok_or(Code::BadRefresh)?;
    match stands(&context, now) {
        Ok(()) => {}
        Err(Code::SessionEnded) => return Err(Code::BadRefresh.into()),
        Err(code) => return Err(code.into()),
    }
    if context.session.by_key.is_some() {
        return Err(Refusal::new(Code::BadRefresh)
            .because("a service identity has no refresh token")
            .into());
    }
    let newest = context.session.refresh_n;
    let own_key = Jkt::from_bytes(context.device.jkt).matches(&caller.proof.jkt);
    if !own_key || (number != newest && number.checked_add(1) != Some(newest)) {
        return end_family(change, caller, &context, own_key).await;
    }
    let mut session = context.session;
    if number == newest {
        session.refresh_n = newest.saturating_add(1);
    }
    let tokens = tokens::renew(app, &mut session, now);
    change.db().put_session(&session).await?;
    Ok(Settled::Renewed(tokens))
}

async fn end_family(
    change: &mut Change,
    caller: &KeyCaller,
    context: &SessionContext,
    own_key: bool,
) -> Result<Settled, Stop> {
    let now = change.now();
    let session = &context.session;
    change
        .db()
        .end_sessions(&LogoutTarget::Session(session.id), now)
        .await?;
    let object = session_object(session.id, session.device);
    let who = Who::of_session(context, caller.call);
    let replay = if own_key {
        change.event(who, EventKind::ReplayDetected)
    } else {
        // Somebody with another key: the person is concerned, but did not do it.
        let address = caller.call.address.to_string();
        change
            .own_event(EventKind::ReplayDetected)
            .concerning(session.principal)
            .commit(SOURCE_ADDRESS, address, Some(session.principal))
    };
    change.record(replay.on(object.clone()).refused(Code::BadRefresh));
    let ended = change
        .own_event(EventKind::SessionEnded)
        .concerning(session.principal)
        .on(object);
    change.record(ended);
    Ok(Settled::Ended(session.id))
}

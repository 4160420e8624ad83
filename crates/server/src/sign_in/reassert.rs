//! The provider asked again (rule 3): it vouches anew, or refuses.

use super::{provider::Asserted, vouched};
use crate::{
    app::{App, Shared},
    caller::{Caller, Json},
    http::Refusal,
    scim::link,
    sequencer::{Change, Stop},
};
use axum::{extract::State, http::StatusCode};
use claviger_crypto::bytes::constant_time_eq;
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::event::EventKind;
use claviger_protocol::{
    problem::Code,
    sign_in::{ProviderRefused, Reassert, Tokens},
};
use claviger_storage::{
    changes::{ChangeKind, NewChange},
    sessions::{Session, SessionState},
};

/// `POST /v1/session/reassert`: a fresh ID token, from the provider's own refresh token.
pub async fn reassert(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<Reassert>,
) -> Result<axum::Json<Tokens>, Refusal> {
    let asserted = app.provider.verify(call.id_token.expose()).await;
    let tokens = app
        .sequencer
        .change({
            let app = app.clone();
            move |change| Box::pin(async move { settle(&app, change, &caller, asserted).await })
        })
        .await?;
    Ok(axum::Json(tokens))
}

async fn settle(
    app: &App,
    change: &mut Change,
    caller: &Caller,
    asserted: Result<Asserted, Refusal>,
) -> Result<Tokens, Stop> {
    let acting = change.admit(caller, EventKind::SessionReasserted).await?;
    let object = Object {
        session: Some(caller.session),
        ..Object::default()
    };
    let event = change.event(acting.who, EventKind::SessionReasserted).on(object);
    let asserted = match asserted {
        Ok(asserted) => asserted,
        Err(refusal) if refusal.code() == Code::BadIdToken => {
            let event = event.refused(Code::BadIdToken);
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let session = change
        .db()
        .session(caller.session)
        .await?
        .ok_or(Code::SessionEnded)?;
    let fresh = change
        .db()
        .use_id_token(&asserted.issuer, &asserted.hash, asserted.useless_at)
        .await?;
    if !fresh || !same_sign_in(&session, &asserted) {
        return Err(change.refuse(event, Code::BadIdToken));
    }
    link::seen(change, &asserted, session.principal).await?;
    vouched::goes_on(app, change, session, &asserted, event).await
}

/// The same person, client and sign-in at the provider, and no nonce but the original.
fn same_sign_in(session: &Session, asserted: &Asserted) -> bool {
    let nonce = asserted
        .nonce
        .as_ref()
        .is_none_or(|nonce| constant_time_eq(nonce.as_bytes(), session.nonce.as_bytes()));
    vouched::is_same_person(session, asserted) && session.auth_time == asserted.auth_time && nonce
}

/// `POST /v1/session/refused`: the provider would not renew; the session is suspended until the next sign-in.
pub async fn refused(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<ProviderRefused>,
) -> Result<StatusCode, Refusal> {
    let session = caller.session;
    app.sequencer
        .change(move |change| Box::pin(async move { suspend(change, &caller, &call).await }))
        .await?;
    app.hints.end_session(session);
    Ok(StatusCode::NO_CONTENT)
}

async fn suspend(change: &mut Change, caller: &Caller, call: &ProviderRefused) -> Result<(), Stop> {
    let acting = change.admit(caller, EventKind::SessionSuspended).await?;
    let mut session = change
        .db()
        .session(caller.session)
        .await?
        .ok_or(Code::SessionEnded)?;
    session.state = SessionState::Suspended;
    change.db().put_session(&session).await?;
    // So that other processes hear of it.
    let heard = NewChange {
        kind: ChangeKind::History,
        scope: None,
        secret: None,
        principal: Some(session.principal),
        request: None,
    };
    change.db().record_changes(&[heard]).await?;
    let object = Object {
        session: Some(caller.session),
        ..Object::default()
    };
    let mut event = change.event(acting.who, EventKind::SessionSuspended).on(object);
    // The provider's word, as `invalid_grant`; anything that is no label is a client's invention.
    if let Ok(error) = Label::new(&call.error) {
        event = event.fact("provider-error", Fact::Label(error));
    }
    change.record(event);
    Ok(())
}

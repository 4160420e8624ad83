//! A fresher or stronger sign-in for a session that goes on (RFC 9470): the same person at the same provider, bound to this
//! device and this server as the first sign-in was (rule 1).

use super::{provider::Asserted, vouched};
use crate::{
    app::{App, Shared},
    caller::{Caller, Json},
    http::Refusal,
    sequencer::{Change, Stop, change::several_factors},
};
use axum::extract::State;
use claviger_crypto::{
    bytes::sha256,
    challenge::{Challenge, SignInNonce},
};
use claviger_ledger::leaf::Object;
use claviger_model::event::EventKind;
use claviger_protocol::{
    problem::Code,
    sign_in::{StepUp, Tokens},
};
use claviger_storage::sessions::Session;

const KIND: EventKind = EventKind::SessionSteppedUp;

/// Takes a sign-in with several factors into the session.
pub async fn step_up(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<StepUp>,
) -> Result<axum::Json<Tokens>, Refusal> {
    let checked = check(&app, &caller, &call).await;
    let tokens = app
        .sequencer
        .change({
            let app = app.clone();
            move |change| Box::pin(async move { settle(&app, change, &caller, checked).await })
        })
        .await?;
    Ok(axum::Json(tokens))
}

/// An ID token whose every part was checked, save for what counts once.
struct Checked {
    challenge: Challenge,
    asserted: Asserted,
    nonce: String,
}

async fn check(app: &App, caller: &Caller, call: &StepUp) -> Result<Checked, Refusal> {
    let challenge = call
        .challenge
        .array()
        .map(Challenge::from_bytes)
        .ok_or(Code::BadChallenge)?;
    let asserted = app.provider.verify(call.id_token.expose()).await?;
    let expected = SignInNonce::derive(
        app.origin.as_str(),
        &challenge,
        &caller.proof.jkt,
        &caller.sealing_key,
    );
    let nonce = asserted
        .nonce
        .clone()
        .filter(|nonce| expected.matches(nonce))
        .ok_or_else(|| {
            Refusal::new(Code::BadIdToken).because("the nonce is of another challenge, device, key or server")
        })?;
    Ok(Checked {
        challenge,
        asserted,
        nonce,
    })
}

async fn settle(
    app: &App,
    change: &mut Change,
    caller: &Caller,
    checked: Result<Checked, Refusal>,
) -> Result<Tokens, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let now = change.now();
    let object = Object {
        session: Some(caller.session),
        ..Object::default()
    };
    let event = change.event(acting.who, KIND).on(object);
    let Checked {
        challenge,
        asserted,
        nonce,
    } = match checked {
        Ok(checked) => checked,
        Err(refusal) if matches!(refusal.code(), Code::BadIdToken | Code::BadChallenge) => {
            let event = event.refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let mut session = change
        .db()
        .session(caller.session)
        .await?
        .ok_or(Code::SessionEnded)?;
    if !change
        .db()
        .consume_challenge(&sha256(challenge.as_bytes()), now)
        .await?
    {
        return Err(change.refuse(event, Code::BadChallenge));
    }
    let fresh = change
        .db()
        .use_id_token(&asserted.issuer, &asserted.hash, asserted.useless_at)
        .await?;
    if !fresh || !same_person_later(&session, &asserted) {
        return Err(change.refuse(event, Code::BadIdToken));
    }
    if !several_factors(&asserted.amr) {
        let refusal = Refusal::step_up(0)
            .detail("the identity provider did not say that more than one factor was used");
        return Err(Stop::Refused(refusal, Box::new(event.refused(Code::StepUp))));
    }
    session.auth_time = asserted.auth_time;
    session.acr.clone_from(&asserted.acr);
    session.amr.clone_from(&asserted.amr);
    session.sid.clone_from(&asserted.sid);
    session.nonce = nonce;
    vouched::goes_on(app, change, session, &asserted, event).await
}

/// The same person and client, who authenticated no earlier than before.
fn same_person_later(session: &Session, asserted: &Asserted) -> bool {
    vouched::is_same_person(session, asserted)
        && asserted.auth_time.is_some()
        && asserted.auth_time >= session.auth_time
}

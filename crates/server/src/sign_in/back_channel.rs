//! `POST /v1/back-channel-logout`: the provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0). Ends the
//! sessions of (iss, sid or sub) and nothing else (rule 5).

use super::provider::LoggedOut;
use crate::{
    app::Shared,
    caller::Call,
    events::session_object,
    http::Refusal,
    sequencer::{Change, Stop},
};
use axum::{body::Bytes, extract::State, http::StatusCode};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{event::EventKind, ids::PrincipalId};
use claviger_protocol::problem::Code;
use claviger_storage::{
    principals::Identity,
    sessions::{LogoutTarget, Session},
};
use std::collections::BTreeSet;

const FIELD: &str = "logout_token";

/// Ends the sessions that a logout token names.
pub async fn log_out(State(app): State<Shared>, call: Call, body: Bytes) -> Result<StatusCode, Refusal> {
    let outcome = attempt(&app, &body)
        .await
        .map_err(|refusal| match refusal.code() {
            // The standard has one status for whatever is wrong with the token.
            Code::BadIdToken => refusal.status(StatusCode::BAD_REQUEST),
            _ => refusal,
        });
    if let Err(refusal) = &outcome {
        app.failures.count(refusal, call.address, app.clock.now());
    }
    outcome.map(|()| StatusCode::OK)
}

async fn attempt(app: &Shared, body: &[u8]) -> Result<(), Refusal> {
    let fields: Vec<_> = url::form_urlencoded::parse(body)
        .filter(|(name, _)| name == FIELD)
        .collect();
    let [(_, token)] = fields.as_slice() else {
        return Err(Refusal::new(Code::BadRequest).detail("the body is a form with one `logout_token`"));
    };
    let logged_out = app.provider.verify_logout(token).await?;
    let ended = app
        .sequencer
        .change(move |change| Box::pin(async move { settle(change, logged_out).await }))
        .await?;
    for session in ended {
        app.hints.end_session(session.id);
    }
    Ok(())
}

async fn settle(change: &mut Change, logged_out: LoggedOut) -> Result<Vec<Session>, Stop> {
    let now = change.now();
    let LoggedOut {
        issuer,
        subject,
        sid,
        once,
        useless_at,
    } = logged_out;
    if !change.db().use_id_token(&issuer, &once, useless_at).await? {
        return Err(Refusal::new(Code::BadIdToken)
            .because("the logout token was used before")
            .into());
    }
    let known = match &subject {
        Some(subject) => {
            let identity = Identity {
                issuer: issuer.clone(),
                subject: subject.clone(),
            };
            change.db().principal_by_identity(&identity).await?
        }
        None => None,
    };
    let target = match (&sid, &subject) {
        (Some(sid), _) => LogoutTarget::Sid {
            issuer: issuer.clone(),
            sid: sid.clone(),
        },
        (None, Some(subject)) => LogoutTarget::Subject {
            issuer: issuer.clone(),
            subject: subject.clone(),
        },
        (None, None) => return Err(Code::BadIdToken.into()),
    };
    let mut ended = Vec::new();
    for session in change.db().sessions_matching(&target).await? {
        // With both, the session is the subject's or it is not meant.
        if subject.as_ref().is_none_or(|subject| *subject == session.subject) {
            let target = LogoutTarget::Session(session.id);
            ended.extend(change.db().end_sessions(&target, now).await?);
        }
    }
    let mut people: BTreeSet<PrincipalId> = ended.iter().map(|session| session.principal).collect();
    people.extend(known.map(|person| person.id));
    for person in people {
        let theirs = ended.iter().filter(|session| session.principal == person).count();
        let event = change
            .own_event(EventKind::LoggedOutByProvider)
            .concerning(person)
            .on(Object {
                principal: Some(person),
                ..Object::default()
            })
            .fact(
                "sessions",
                Fact::Number(i64::try_from(theirs).unwrap_or(i64::MAX)),
            )
            .fact("one-session", Fact::Flag(sid.is_some()));
        change.record(event);
    }
    for session in &ended {
        let event = change
            .own_event(EventKind::SessionEnded)
            .concerning(session.principal)
            .on(session_object(session.id, session.device));
        change.record(event);
        change.close_stream(session.id);
    }
    Ok(ended)
}

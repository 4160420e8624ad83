//! Sessions whose twelve hours are over.

use crate::{
    app::Shared,
    events::session_object,
    http::Refusal,
    sequencer::{Change, Stop},
};
use claviger_ledger::leaf::Fact;
use claviger_model::{event::EventKind, ids::SessionId, time::Timestamp};
use claviger_storage::sessions::{LogoutTarget, Session};
use std::time::Duration;

/// How many are looked at in one round, those first that were vouched for longest ago.
const ROUND: u32 = 1_000;

/// Ends what is over; nobody could use it any more, this only says so.
pub(super) async fn end(app: &Shared) -> Result<(), Refusal> {
    let (now, reassert) = (app.clock.now(), app.config.oidc.reassert);
    // Whoever was vouched for within the hour is looked at later.
    let overdue = app
        .store
        .reader()
        .await?
        .sessions_asserted_before(now.minus(reassert), ROUND)
        .await?;
    if !overdue.iter().any(|session| is_over(session, now)) {
        return Ok(());
    }
    let ended = app
        .sequencer
        .change(move |change| Box::pin(async move { settle(change, reassert).await }))
        .await?;
    for session in ended {
        app.hints.end_session(session);
    }
    Ok(())
}

/// Sessions of services end with their token, which the event of its exchange says; they are deleted ([`super::services`]).
fn is_over(session: &Session, now: Timestamp) -> bool {
    session.by_key.is_none() && session.ends_at <= now
}

async fn settle(change: &mut Change, reassert: Duration) -> Result<Vec<SessionId>, Stop> {
    let now = change.now();
    let over = change
        .db()
        .sessions_asserted_before(now.minus(reassert), ROUND)
        .await?;
    let mut ended = Vec::new();
    for session in over.into_iter().filter(|session| is_over(session, now)) {
        change
            .db()
            .end_sessions(&LogoutTarget::Session(session.id), now)
            .await?;
        let object = session_object(session.id, session.device);
        let event = change
            .own_event(EventKind::SessionEnded)
            .on(object)
            .concerning(session.principal)
            .fact("expired", Fact::Flag(true));
        change.record(event);
        ended.push(session.id);
    }
    Ok(ended)
}

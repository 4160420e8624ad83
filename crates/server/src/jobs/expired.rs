//! Sessions whose twelve hours are over.

use crate::{
    app::Shared,
    http::Refusal,
    sequencer::{Change, Stop},
    sign_in::SESSION,
};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::event::EventKind;
use claviger_storage::sessions::LogoutTarget;

/// How many are ended in one transaction.
const ROUND: u32 = 200;

/// Ends what is over; nobody could use it any more, this only says so.
pub(super) async fn end(app: &Shared) -> Result<(), Refusal> {
    let oldest = app.clock.now().minus(SESSION);
    let over = app
        .store
        .reader()
        .await?
        .sessions_asserted_before(oldest, ROUND)
        .await?;
    if over.is_empty() {
        return Ok(());
    }
    let ended = app
        .sequencer
        .change(|change| Box::pin(async move { settle(change).await }))
        .await?;
    for session in ended {
        app.hints.end_session(session);
    }
    Ok(())
}

async fn settle(change: &mut Change) -> Result<Vec<claviger_model::ids::SessionId>, Stop> {
    let now = change.now();
    let over = change
        .db()
        .sessions_asserted_before(now.minus(SESSION), ROUND)
        .await?;
    let mut ended = Vec::new();
    for session in over.into_iter().filter(|session| session.ends_at <= now) {
        change
            .db()
            .end_sessions(&LogoutTarget::Session(session.id), now)
            .await?;
        let object = Object {
            session: Some(session.id),
            device: Some(session.device),
            ..Object::default()
        };
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

//! Emergency access that ended by itself: names are ordered away, as when somebody ends it.

use super::of_draw;
use crate::{
    app::Shared,
    http::Refusal,
    operations::requests::over::take_away,
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_ledger::leaf::Fact;
use claviger_model::event::EventKind;
use claviger_protocol::stream::Hint;

/// Draws of one round; the rest follows in the next.
const ROUND: u32 = 100;

/// Sees to what was drawn and is over.
///
/// # Errors
/// When the tables cannot be read or written; the next round tries again.
pub async fn close(app: &Shared) -> Result<(), Refusal> {
    let now = app.clock.now();
    let over = app.store.reader().await?.emergency_draws_over(now, 1).await?;
    if over.is_empty() {
        return Ok(());
    }
    app.sequencer
        .change(|change| Box::pin(async move { settle(change).await }))
        .await
}

async fn settle(change: &mut Change) -> Result<(), Stop> {
    let now = change.now();
    for draw in change.db().emergency_draws_over(now, ROUND).await? {
        change.db().close_emergency_draw(draw.grant, now).await?;
        let Some(grant) = change.db().grant(draw.grant).await? else {
            continue;
        };
        let event = change
            .own_event(EventKind::GrantEnded)
            .on(of_draw(&draw))
            .concerning(draw.principal)
            .fact("expired", Fact::Flag(true));
        change.record(event);
        take_away(change, &grant).await?;
        // Whoever may review it sees that it is over.
        change.hint(Audience::Everyone, Hint::Sync);
    }
    Ok(())
}

//! Openings whose time of keeping is over: names, addresses and reasons are erased, and the leaves stay, which only commit to
//! them (rule 17).

use crate::{app::Shared, http::Refusal};
use std::time::Duration;

/// Events of one transaction; bounds how long the lock is held.
const STRETCH: u32 = 1_000;

/// Erases what is older than it may be kept.
///
/// # Errors
/// When the tables cannot be read or written; the next round goes on.
pub(super) async fn erase(app: &Shared, keep: Duration) -> Result<(), Refusal> {
    let before = app.clock.now().minus(keep);
    loop {
        let mut reader = app.store.reader().await?;
        let Some(first) = reader.first_opening().await? else {
            return Ok(());
        };
        // The time of events never runs backwards (rule 9).
        let events = reader.events_from(first, STRETCH).await?;
        drop(reader);
        let old = events.iter().take_while(|event| event.at < before).last();
        let Some(end) = old.map(|event| event.index.saturating_add(1)) else {
            return Ok(());
        };
        let erased = app
            .sequencer
            .change(move |change| Box::pin(async move { Ok(change.db().erase_openings_before(end).await?) }))
            .await?;
        tracing::info!(
            erased,
            "openings of the log were erased, since their time is over"
        );
    }
}

//! Other processes on the same PostgreSQL: their changes become hints here, within a second.

use crate::{app::Shared, http::refusal::Chain, stream::Audience};
use claviger_protocol::stream::Hint;
use claviger_storage::{StorageError, changes::ChangeKind};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::MissedTickBehavior;

/// More changes than this at once, and everyone is told to sync.
const PAGE: u32 = 1_000;

/// Follows the feed of changes for ever.
pub(super) async fn listen(app: Shared, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known = None;
    loop {
        ticks.tick().await;
        match follow(&app, known).await {
            Ok(cursor) => known = Some(cursor),
            Err(error) => tracing::debug!(error = %Chain(&error), "the feed of changes could not be read"),
        }
    }
}

/// Hints at everything after a cursor, and returns the newest; the first time there is nothing to hint at.
async fn follow(app: &Shared, known: Option<u64>) -> Result<u64, StorageError> {
    let mut reader = app.store.reader().await?;
    let (newest, _) = reader.cursor().await?;
    let Some(known) = known.filter(|known| *known < newest) else {
        return Ok(newest);
    };
    let changes = reader.changes_since(known, PAGE).await?;
    let mut people = BTreeSet::new();
    let mut everyone = newest.saturating_sub(known) > u64::from(PAGE);
    for change in changes.iter().map(|change| change.change) {
        match (change.kind, change.principal) {
            (ChangeKind::Order, Some(person)) => {
                app.hints.hint(Audience::Person(person), Hint::Orders);
            }
            (ChangeKind::History, Some(person)) => {
                people.insert(person);
            }
            // Who may see a scope is not worth finding out: a hint says nothing, and a sync without news is cheap.
            _ => everyone = true,
        }
    }
    if everyone {
        app.hints.hint(Audience::Everyone, Hint::Sync);
    } else {
        for person in people {
            app.hints.hint(Audience::Person(person), Hint::Sync);
        }
    }
    Ok(newest)
}

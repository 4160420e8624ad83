//! Counting how often grants, places and secrets are used: the log is counted forward, off the road of releases.
//!
//! Each stretch is added in one transaction together with the mark, so that a process that dies loses nothing and counts nothing
//! twice; of several processes, one is first and the others begin anew.

use crate::{app::Shared, http::refusal::Chain, operations::access::tally};
use claviger_storage::{StorageError, deeds::Deeds};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Events of one stretch; the tables' writer is held for no longer than adding their counts takes.
const STRETCH: u32 = 4_000;

/// Counts for ever.
pub(super) async fn count(app: Shared, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let counted = match catch_up(&app).await {
            Ok(()) => catch_up_deeds(&app).await,
            failed => failed,
        };
        if let Err(error) = counted {
            tracing::warn!(error = %Chain(&error), "uses could not be counted; they are counted in the next round");
        }
    }
}

/// Counts whatever the log holds beyond the mark.
///
/// # Errors
/// When the database fails; what was counted until then stays.
pub async fn catch_up(app: &Shared) -> Result<(), StorageError> {
    loop {
        let mut reader = app.store.snapshot().await?;
        let from = reader.usage_mark().await?;
        let (events, to) = reader.usage_events(from, STRETCH).await?;
        if to == from {
            return Ok(());
        }
        let tally = tally(&mut *reader, from, to, &events).await?;
        drop(reader);
        app.store.roll_usage(&tally).await?;
        // Releases come first.
        tokio::task::yield_now().await;
    }
}

/// Counts what was done by kind, beyond its own mark.
///
/// # Errors
/// As [`catch_up`].
pub async fn catch_up_deeds(app: &Shared) -> Result<(), StorageError> {
    loop {
        let mut reader = app.store.snapshot().await?;
        let from = reader.deeds_mark().await?;
        let (events, to) = reader.usage_events(from, STRETCH).await?;
        let root = reader.root_scope().await?.filter(|_| to != from);
        let Some(root) = root else {
            return Ok(());
        };
        drop(reader);
        app.store
            .roll_deeds(&Deeds::of(from, to, &events, root.id))
            .await?;
        tokio::task::yield_now().await;
    }
}

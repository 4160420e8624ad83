//! Other processes on the same PostgreSQL: what they changed takes effect here, within a fifth of a second. Their changes become hints,
//! devices that they gave orders to get a fresh encapsulation (rule 28), and streams whose session they ended close.

use crate::{app::Shared, http::refusal::Chain, stream::Audience};
use claviger_model::ids::PrincipalId;
use claviger_protocol::stream::Hint;
use claviger_storage::{Reader, StorageError, changes::ChangeKind};
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

/// Does what everything after a cursor asks for, and returns the newest; the first time there is nothing to do.
///
/// # Errors
/// When the tables cannot be read; nothing of it is lost, since the next call begins at the same cursor.
pub async fn follow(app: &Shared, known: Option<u64>) -> Result<u64, StorageError> {
    let mut reader = app.store.reader().await?;
    let (newest, _) = reader.cursor().await?;
    let Some(known) = known.filter(|known| *known < newest) else {
        return Ok(newest);
    };
    if newest.saturating_sub(known) > u64::from(PAGE) {
        app.encapsulations.forget_all();
        app.hints.hint(Audience::Everyone, Hint::Orders);
        app.hints.hint(Audience::Everyone, Hint::Sync);
        return Ok(newest);
    }
    let changes = reader.changes_since(known, PAGE).await?;
    let (mut ordered, mut people, mut everyone) = (BTreeSet::new(), BTreeSet::new(), false);
    let mut stand_otherwise = BTreeSet::new();
    for change in changes.iter().map(|change| change.change) {
        match (change.kind, change.principal) {
            (ChangeKind::Order, Some(person)) => {
                ordered.insert(person);
            }
            (ChangeKind::History, Some(person)) => {
                people.insert(person);
            }
            (ChangeKind::Principal, Some(person)) => {
                stand_otherwise.insert(person);
                everyone = true;
            }
            // Who may see a scope is not worth finding out: a hint says nothing, and a sync without news is cheap.
            _ => everyone = true,
        }
    }
    for person in ordered {
        forget(app, &mut *reader, person).await?;
        app.hints.hint(Audience::Person(person), Hint::Orders);
    }
    // A stream that closes before it hinted at the order leaves its device waiting for the next one. What is over has nothing to sync.
    for person in people.union(&stand_otherwise) {
        app.hints.look_after(*person);
    }
    if everyone {
        app.hints.hint(Audience::Everyone, Hint::Sync);
    } else {
        for person in &people {
            app.hints.hint(Audience::Person(*person), Hint::Sync);
        }
    }
    Ok(newest)
}

/// The feed names the person only; a fresh encapsulation for another of their devices does no harm.
async fn forget(app: &Shared, reader: &mut dyn Reader, person: PrincipalId) -> Result<(), StorageError> {
    for device in reader.devices_of(person).await? {
        app.encapsulations.forget_device(device.id);
    }
    Ok(())
}

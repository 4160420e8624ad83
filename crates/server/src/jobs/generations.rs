//! Retired generations of the key-encryption key: what they wrap is wrapped anew, some at a time, and then they are destroyed
//! (rule 33). Any process does it, and several at once do no harm; one that dies leaves the rest to the next.

use crate::{
    app::Shared,
    http::Refusal,
    keys::generations::{GenerationError, destroy, rewrap_some},
    sequencer::job,
};
use claviger_model::ids::KeyId;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Between two transactions, so that calls come in between.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks for ever whether there is anything to do.
pub(super) async fn replace(app: Shared, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(refusal) = catch_up(&app).await {
            tracing::warn!(
                ?refusal,
                "data keys could not be wrapped anew; the next round goes on"
            );
        }
    }
}

/// Wraps anew whatever stands under retired generations, and destroys them.
///
/// # Errors
/// When the database fails or a key does not open; what was done until then stays.
pub async fn catch_up(app: &Shared) -> Result<(), Refusal> {
    let keys = app.keys.learn(&app.store).await?;
    for retired in keys.retired() {
        while some(app, retired).await? > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        end(app, retired).await?;
    }
    Ok(())
}

async fn some(app: &Shared, retired: KeyId) -> Result<usize, Refusal> {
    let job = job::<usize, _>(move |change| {
        Box::pin(async move {
            let (keys, entropy) = (change.keys(), change.entropy());
            Ok(rewrap_some(change.db(), &keys, retired, &*entropy).await?)
        })
    });
    app.sequencer.change(job).await
}

async fn end(app: &Shared, retired: KeyId) -> Result<(), Refusal> {
    let job = job::<bool, _>(move |change| {
        Box::pin(async move {
            let (keys, entropy) = (change.keys(), change.entropy());
            let event = destroy(change.db(), &keys, retired, &*entropy).await?;
            let destroyed = event.is_some();
            if let Some(event) = event {
                change.record(event);
            }
            Ok(destroyed)
        })
    });
    if app.sequencer.change(job).await? {
        tracing::info!(key = %retired, "a generation of the key-encryption key was destroyed; nothing is under it any more");
    }
    Ok(())
}

impl From<GenerationError> for Refusal {
    fn from(error: GenerationError) -> Self {
        match error {
            GenerationError::Storage(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

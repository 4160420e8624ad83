//! What the server does by itself: counting failures, sweeping what has expired, counting uses, wrapping data keys anew, hearing
//! of other replicas.

mod expired;
mod failures;
pub mod generations;
mod policies;
pub mod replicas;
mod retention;
mod services;
pub mod usage;

pub use failures::Failures;

use crate::{
    app::Shared,
    http::refusal::Chain,
    operations::{
        emergency,
        offboarding::{case::drive, connected},
        requests::over,
        secrets::bin::erase_due,
        webhooks,
    },
    telling::{KEPT, outbox},
};
use claviger_storage::Database;
use std::time::Duration;
use tokio::{task::JoinHandle, time::MissedTickBehavior};

const SWEEP: Duration = Duration::from_secs(60);
const LISTEN: Duration = Duration::from_millis(200);
const COUNT: Duration = Duration::from_secs(5);
const TELL: Duration = Duration::from_secs(1);
const OFFBOARD: Duration = Duration::from_secs(1);
const REWRAP: Duration = Duration::from_secs(5);

/// Starts the jobs of a process; abort the handles to stop them, any of them at any point.
pub fn start(app: &Shared) -> Vec<JoinHandle<()>> {
    let mut jobs = vec![tokio::spawn({
        let app = app.clone();
        async move {
            let mut every = tokio::time::interval(SWEEP);
            every.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                every.tick().await;
                sweep(&app).await;
            }
        }
    })];
    jobs.push(tokio::spawn(usage::count(app.clone(), COUNT)));
    jobs.push(tokio::spawn(outbox::tell(app.clone(), TELL)));
    jobs.push(tokio::spawn(outbox::run(app.clone(), TELL)));
    jobs.push(tokio::spawn(drive::run(app.clone(), OFFBOARD)));
    jobs.push(tokio::spawn(connected::drive::run(app.clone(), OFFBOARD)));
    jobs.push(tokio::spawn(generations::replace(app.clone(), REWRAP)));
    // A SQLite file has one server only.
    if matches!(app.config.database, Database::Postgres(_)) {
        jobs.push(tokio::spawn(replicas::listen(app.clone(), LISTEN)));
    }
    jobs
}

/// What only this process knows goes into the database, before it ends.
pub async fn settle(app: &Shared) {
    sweep(app).await;
    if let Err(refusal) = failures::keep(app).await {
        tracing::warn!(?refusal, "the failed calls of the last minute could not be kept");
    }
}

/// One round of the sweeping jobs; each is whole by itself, and what fails is tried again in the next round.
pub async fn sweep(app: &Shared) {
    if let Err(refusal) = failures::record(app).await {
        tracing::warn!(
            ?refusal,
            "failed calls could not be recorded; they are kept for the next round"
        );
    }
    if let Err(refusal) = policies::record(app).await {
        tracing::warn!(
            ?refusal,
            "guardrails that fail could not be recorded; they are kept for the next round"
        );
    }
    if let Err(refusal) = expired::end(app).await {
        tracing::warn!(?refusal, "expired sessions could not be ended");
    }
    if let Err(refusal) = services::forget(app).await {
        tracing::warn!(
            ?refusal,
            "sessions of services that are over could not be deleted"
        );
    }
    if let Err(refusal) = over::close(app).await {
        tracing::warn!(?refusal, "access that ended by itself could not be seen to");
    }
    if let Err(refusal) = emergency::close(app).await {
        tracing::warn!(
            ?refusal,
            "emergency access that ended by itself could not be seen to"
        );
    }
    if let Err(refusal) = over::forget(app, app.config.requests_kept).await {
        tracing::warn!(?refusal, "old requests could not be deleted");
    }
    if let Some(keep) = app.config.openings_kept
        && let Err(refusal) = retention::erase(app, keep).await
    {
        tracing::warn!(?refusal, "old openings of the log could not be erased");
    }
    if let Err(refusal) = erase_due(app).await {
        tracing::warn!(?refusal, "the bin could not be emptied of what is due");
    }
    if let Err(refusal) = webhooks::retire(app).await {
        tracing::warn!(?refusal, "old keys of webhooks could not be destroyed");
    }
    if let Err(error) = forget_notices(app).await {
        tracing::warn!(error = %Chain(&error), "old notices could not be deleted");
    }
    if let Err(error) = app.store.sweep(app.clock.now()).await {
        tracing::warn!(error = %Chain(&error), "expired challenges and proofs could not be swept");
    }
}

async fn forget_notices(app: &Shared) -> Result<(), claviger_storage::StorageError> {
    let mut desk = app.store.notice_desk().await?;
    desk.forget_notices(app.clock.now().minus(KEPT)).await?;
    desk.commit().await
}

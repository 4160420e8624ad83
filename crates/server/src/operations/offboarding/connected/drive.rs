//! The job. Each system is worked off by itself, so that one that hangs holds up no other.

use super::round::Round;
use crate::{app::Shared, http::Refusal};
use claviger_model::connected::SystemName;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::MissedTickBehavior};

/// A system that is being worked off by this process; free again when dropped, whatever happened.
struct Busy {
    all: Arc<Mutex<BTreeSet<SystemName>>>,
    system: SystemName,
}

impl Busy {
    /// None while it is busy already.
    fn with(all: &Arc<Mutex<BTreeSet<SystemName>>>, system: SystemName) -> Option<Self> {
        let free = all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(system.clone());
        free.then(|| Self {
            all: Arc::clone(all),
            system,
        })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.system);
    }
}

/// Looks for ever whether there is anything to do.
pub async fn run(app: Shared, every: Duration) {
    let all = Arc::default();
    // Ends with the job.
    let mut rounds = JoinSet::new();
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        while rounds.try_join_next().is_some() {}
        let due = names_due(&app).await.unwrap_or_else(|refusal| {
            tracing::warn!(
                ?refusal,
                "connected systems could not be looked after; the next round does"
            );
            Vec::new()
        });
        for busy in due.into_iter().filter_map(|system| Busy::with(&all, system)) {
            let app = app.clone();
            rounds.spawn(async move {
                if let Err(refusal) = Round::of(&app, &busy.system).work().await {
                    tracing::warn!(system = %busy.system, ?refusal, "a connected system could not be looked after; the next round does");
                }
            });
        }
    }
}

/// Does whatever is due in all systems, one after the other.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn drive(app: &Shared) -> Result<(), Refusal> {
    for system in names_due(app).await? {
        Round::of(app, &system).work().await?;
    }
    Ok(())
}

async fn names_due(app: &Shared) -> Result<Vec<SystemName>, Refusal> {
    let now = app.clock.now();
    Ok(app.store.reader().await?.systems_with_due(now).await?)
}

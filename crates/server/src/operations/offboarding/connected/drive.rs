//! The job. Each system is worked off by itself, so that one that hangs holds up no other.

use super::{act, ask, note};
use crate::{app::Shared, http::Refusal};
use claviger_connectors::{Fault, FaultCode};
use claviger_model::connected::{CaseAccount, CaseSystem, SystemName};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::MissedTickBehavior};

/// Rows of one look.
const ROUND: u32 = 100;

/// Something that is due.
enum Due {
    Ask(CaseSystem),
    Act(CaseAccount),
}

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
                if let Err(refusal) = one_round(&app, &busy.system).await {
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
        one_round(app, &system).await?;
    }
    Ok(())
}

async fn names_due(app: &Shared) -> Result<Vec<SystemName>, Refusal> {
    let now = app.clock.now();
    Ok(app.store.reader().await?.systems_with_due(now).await?)
}

/// What is due in one system: first it is asked, then what it told of is taken away.
async fn one_round(app: &Shared, system: &SystemName) -> Result<(), Refusal> {
    let mut down = None;
    for due in asking(app, system).await? {
        work(app, due, &mut down).await?;
    }
    for due in acting(app, system).await? {
        work(app, due, &mut down).await?;
    }
    Ok(())
}

async fn asking(app: &Shared, system: &SystemName) -> Result<Vec<Due>, Refusal> {
    let now = app.clock.now();
    let rows = app.store.reader().await?.systems_due(system, now, ROUND).await?;
    Ok(rows.into_iter().map(Due::Ask).collect())
}

async fn acting(app: &Shared, system: &SystemName) -> Result<Vec<Due>, Refusal> {
    let now = app.clock.now();
    let rows = app.store.reader().await?.accounts_due(system, now, ROUND).await?;
    Ok(rows.into_iter().map(Due::Act).collect())
}

/// Does one of them; where the whole system is down, the others are noted as failed without another attempt.
async fn work(app: &Shared, due: Due, down: &mut Option<Fault>) -> Result<(), Refusal> {
    let done = match (&due, *down) {
        (_, Some(fault)) => Err(fault),
        (Due::Ask(row), None) => ask::ask(app, row).await?,
        (Due::Act(row), None) => act::act(app, row).await?,
    };
    let Err(fault) = done else { return Ok(()) };
    if is_down(fault.code) {
        *down = Some(fault);
    }
    match due {
        Due::Ask(row) => note::system_failed(app, row, fault).await,
        Due::Act(row) => note::account_failed(app, row, fault).await,
    }
}

/// Whether the same would be said of every account.
const fn is_down(code: FaultCode) -> bool {
    matches!(
        code,
        FaultCode::Unreachable
            | FaultCode::TimedOut
            | FaultCode::Credentials
            | FaultCode::RateLimited
            | FaultCode::NotConfigured
    )
}

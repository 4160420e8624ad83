//! What a change does, found out before the lock: everybody is looked at in a snapshot, and what was found counts under the lock only
//! in the same epoch, before anybody's next start or end. So nobody waits for a simulation.

use super::{
    changing::Changing,
    effect::{Simulation, simulate},
    managed,
};
use crate::{
    app::App,
    caller::Caller,
    http::Refusal,
    operations::view::View,
    sequencer::{Change, Stop, job},
};
use claviger_model::{ids::PolicyId, time::Timestamp};
use claviger_protocol::{guardrails::GuardrailChange, problem::Code, wire::Bytes};
use futures_util::future::BoxFuture;

/// How often a change is simulated anew, because something else was changed meanwhile.
const TRIES: u32 = 4;

/// What was found out, a simulation mostly, with the state that it is of.
pub struct Ahead<T = Simulation> {
    epoch: u64,
    valid_until: Option<Timestamp>,
    found: T,
}

impl Ahead {
    /// Of a committed state.
    pub fn new(epoch: u64, simulation: Simulation) -> Self {
        Self::until(epoch, simulation.valid_until, simulation)
    }
}

impl<T> Ahead<T> {
    /// Of a committed state, until the moment from which something else would be found.
    pub const fn until(epoch: u64, valid_until: Option<Timestamp>, found: T) -> Self {
        Self {
            epoch,
            valid_until,
            found,
        }
    }

    /// What was found, if the transaction still sees the state that it is of.
    fn under(self, change: &mut Change) -> Option<T> {
        let (epoch, now) = (change.db().head().epoch, change.now());
        let in_time = self.valid_until.is_none_or(|until| now < until);
        (self.epoch == epoch && in_time).then_some(self.found)
    }
}

/// One change of a guardrail.
pub struct Wanted {
    /// Which.
    pub id: PolicyId,
    /// What becomes of it.
    pub what: GuardrailChange,
    /// As its author saw it.
    pub replaces: Option<Bytes>,
}

/// Simulates a change outside the lock; none where the caller may not make it or it cannot be made, which is then said under
/// the lock.
///
/// # Errors
/// When the tables cannot be read.
pub async fn ahead(app: &App, caller: &Caller, wanted: Option<&Wanted>) -> Result<Option<Ahead>, Refusal> {
    let Some(wanted) = wanted else { return Ok(None) };
    let mut view = View::open(app, caller).await?;
    if managed(&mut view).await.is_err() {
        return Ok(None);
    }
    let (epoch, at) = (view.epoch(), view.now());
    let changing = Changing::read(
        view.db(),
        wanted.id,
        wanted.what.clone(),
        wanted.replaces.as_ref(),
    )
    .await;
    let Ok(changing) = changing else {
        return Ok(None);
    };
    Ok(match simulate(view.db(), &changing, at).await {
        Ok(simulation) => Some(Ahead::new(epoch, simulation)),
        Err(refusal) if refusal.code() == Code::Internal => return Err(refusal),
        Err(_) => None,
    })
}

/// Finds out about a change, by `find`, and does the work under the lock, anew whenever something else was changed in between. The work
/// gets what was found, or none where there was nothing to find.
///
/// # Errors
/// What the work says; a stale plan, when the state never stood still.
pub async fn simulated<T, X, A, Found, F>(app: &App, find: A, work: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    X: Send + 'static,
    A: Fn() -> Found,
    Found: Future<Output = Result<Option<Ahead<X>>, Refusal>>,
    F: for<'a> Fn(&'a mut Change, Option<X>) -> BoxFuture<'a, Result<T, Stop>>
        + Clone
        + Send
        + Sync
        + 'static,
{
    for _ in 0..TRIES {
        let found = find().await?;
        let work = work.clone();
        let job = job::<Option<T>, _>(move |change| {
            Box::pin(async move {
                let expected = found.is_some();
                let found = found.and_then(|found| found.under(change));
                // Before anybody is admitted, so that their proof is not used up.
                if expected && found.is_none() {
                    return Ok(None);
                }
                work(change, found).await.map(Some)
            })
        });
        if let Some(done) = app.sequencer.change(job).await? {
            return Ok(done);
        }
    }
    Err(Code::StalePlan.into())
}

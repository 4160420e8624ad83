//! Jobs in the queue: each in a transaction of its own, and its answer only after the commit.

use super::{Change, Stop};
use crate::{http::Refusal, sequencer::Desk};
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

/// Tells the compiler that a closure is a job.
pub fn job<T, F>(job: F) -> F
where
    F: for<'a> FnOnce(&'a mut Change) -> BoxFuture<'a, Result<T, Stop>> + Send + 'static,
{
    job
}

/// A job in the queue.
pub(in crate::sequencer) trait Run: Send {
    /// Runs it and answers its caller.
    fn run<'a>(self: Box<Self>, desk: &'a Desk) -> BoxFuture<'a, ()>
    where
        Self: 'a;
}

/// A job with the place to put its answer.
pub(in crate::sequencer) struct Job<T, F> {
    pub(in crate::sequencer) job: F,
    pub(in crate::sequencer) reply: oneshot::Sender<Result<T, Refusal>>,
}

impl<T, F> Run for Job<T, F>
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut Change) -> BoxFuture<'a, Result<T, Stop>> + Send + 'static,
{
    fn run<'a>(self: Box<Self>, desk: &'a Desk) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async move {
            let Job { job, reply } = *self;
            // Whoever does not wait any more is no reason to stop.
            let _ = reply.send(attempt(desk, job).await);
        })
    }
}

async fn attempt<T, F>(desk: &Desk, job: F) -> Result<T, Refusal>
where
    F: for<'a> FnOnce(&'a mut Change) -> BoxFuture<'a, Result<T, Stop>> + Send,
{
    let mut change = Change::begin(desk).await?;
    let (refusal, event) = match job(&mut change).await {
        Ok(value) => {
            change.commit(desk).await?;
            return Ok(value);
        }
        Err(Stop::Failed(refusal)) => return Err(refusal),
        Err(Stop::Refused(refusal, event)) => (refusal, event),
    };
    let proof = change.proof.take();
    drop(change);
    let mut record = Change::begin(desk).await?;
    if let Some(proof) = proof {
        record.locked.use_proof(&proof).await?;
    }
    record.record(*event);
    record.commit(desk).await?;
    Err(refusal.recorded())
}

//! The one task of this process that takes the log's lock, and group commit (rule 9).
//!
//! Calls queue; when the task comes round it takes all that wait. Releases among them share one transaction, one
//! append and one signed checkpoint ([`release`]); changes run one after another, each in a transaction of its own, so
//! that an error of one spoils no other ([`change`]). There is no timer: batches form by themselves under load. A
//! caller that went away does not matter, since what was asked is decided and recorded all the same.
//!
//! Nothing is answered before its commit. Slow work (opening envelopes, sealing) belongs before the queue.

pub mod change;
pub mod failure;
pub mod release;
mod signer;
mod thread;

pub use change::{Acting, Change, Stop, job};
pub use thread::Running;

use crate::{
    entitlement::Entitlements, http::Refusal, keys::HeldKeys, operations::release::Encapsulations,
    stream::Hints,
};
use claviger_model::{entropy::Entropy, ids::OrganizationId};
use claviger_protocol::problem::Code;
use claviger_storage::Store;
use futures_util::{FutureExt, future::BoxFuture};
use std::{io, panic::AssertUnwindSafe, sync::Arc};
use tokio::{sync::mpsc, sync::oneshot};

/// How many calls may wait before new ones are turned away.
const QUEUE: usize = 4_096;
/// The most leaves of one commit; bounds how long the lock is held.
const BATCH: usize = 1_024;

/// What every piece of work under the lock needs.
pub struct Desk {
    /// The tables.
    pub store: Store,
    /// Sign checkpoints and orders.
    pub keys: Arc<HeldKeys>,
    /// Encapsulations to connected devices.
    pub encapsulations: Encapsulations,
    /// Whose log it is.
    pub organization: OrganizationId,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Decides.
    pub entitlements: Arc<Entitlements>,
    /// Told after each commit.
    pub hints: Hints,
}

/// Where calls queue; cheap to clone. The thread ends when the last one is dropped and the queue is empty.
#[derive(Clone)]
pub struct Sequencer {
    queue: mpsc::Sender<Work>,
}

enum Work {
    Release(Box<release::Ask>),
    Change(Box<dyn change::Run>),
}

impl Sequencer {
    /// Starts the task on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(desk: Desk) -> io::Result<(Self, Running)> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Ok((Self { queue }, Running::start(run(desk, waiting))?))
    }

    /// How many calls wait that the task has not looked at.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity().saturating_sub(self.queue.capacity())
    }

    /// Runs a change under the lock; `Ok` only once it is committed.
    ///
    /// # Errors
    /// What the job says, or that the server is busy, stopping, or cannot reach its database.
    pub async fn change<T, F>(&self, job: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Change) -> BoxFuture<'a, Result<T, Stop>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Work::Change(Box::new(change::Job { job, reply })))?;
        answer.await.map_err(|_| gone())?
    }

    /// Decides releases under the lock; answers once their leaves are committed.
    ///
    /// # Errors
    /// When the whole call is refused, or the server is busy, stopping, or cannot reach its database.
    pub async fn release(&self, call: release::Call) -> Result<release::Settled, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Work::Release(Box::new(release::Ask { call, reply })))?;
        answer.await.map_err(|_| gone())?
    }

    fn enqueue(&self, work: Work) -> Result<(), Refusal> {
        self.queue.try_send(work).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                Refusal::new(Code::Unavailable).detail("Too many calls wait; try again in a moment.")
            }
            mpsc::error::TrySendError::Closed(_) => Refusal::new(Code::Unavailable),
        })
    }
}

// The reply was dropped: the work panicked, or the process stops.
fn gone() -> Refusal {
    Refusal::internal("the sequencer gave no answer")
}

async fn run(desk: Desk, mut waiting: mpsc::Receiver<Work>) {
    let mut changes = Vec::new();
    let mut releases = Vec::new();
    while let Some(first) = waiting.recv().await {
        let mut leaves = 0;
        let mut next = Some(first);
        while let Some(work) = next {
            match work {
                Work::Release(ask) => {
                    leaves += ask.call.items.len();
                    releases.push(*ask);
                }
                Work::Change(job) => changes.push(job),
            }
            next = if leaves < BATCH {
                waiting.try_recv().ok()
            } else {
                None
            };
        }
        if !releases.is_empty() {
            survive(release::run(&desk, std::mem::take(&mut releases))).await;
        }
        for job in changes.drain(..) {
            survive(job.run(&desk)).await;
        }
    }
}

/// A defect in one piece of work must not end the task that all others wait for; its transaction rolls back.
async fn survive(work: impl Future<Output = ()>) {
    if AssertUnwindSafe(work).catch_unwind().await.is_err() {
        tracing::error!("work under the lock panicked; nothing of it was kept");
    }
}

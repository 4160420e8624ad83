//! Changes under the lock: one transaction each.
//!
//! A job gets a [`Change`]. It admits its caller, decides, writes, and records events; the sequencer appends them,
//! signs and commits. A job that stops with [`Stop::Refused`] leaves nothing behind but the event of its refusal: the
//! transaction is rolled back first, and the event goes into one of its own.

mod admit;
mod demand;
mod job;
mod people;
mod standing;

pub use admit::{Acting, proof_use, who_of};
pub use demand::Demand;
pub use job::job;
pub(super) use job::{Job, Run};
pub use people::people_of;
pub use standing::{circumstances, several_factors, standing, stands_still};

use super::Desk;
use crate::{
    entitlement::Entitlements,
    events::{Event, Who},
    http::Refusal,
    keys::ServerKeys,
    stream::Audience,
};
use claviger_model::{
    entropy::Entropy,
    event::EventKind,
    ids::{DeviceId, OrganizationId, SessionId},
    time::Timestamp,
};
use claviger_protocol::stream::Hint;
use claviger_storage::{Locked, Reader, StorageError, Store, log::Draft, sign_in::ProofUse};
use std::sync::Arc;

/// Why a change ends without being made.
pub enum Stop {
    /// It failed; nothing is kept, and no event says so.
    Failed(Refusal),
    /// It was refused; nothing is kept but this event.
    Refused(Refusal, Box<Event>),
}

impl<R: Into<Refusal>> From<R> for Stop {
    fn from(refusal: R) -> Self {
        Self::Failed(refusal.into())
    }
}

impl std::fmt::Debug for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(refusal) => write!(f, "Failed({refusal:?})"),
            Self::Refused(refusal, _) => write!(f, "Refused({refusal:?})"),
        }
    }
}

/// The transaction of one change.
pub struct Change {
    locked: Box<dyn Locked>,
    store: Store,
    drafts: Vec<Draft>,
    proof: Option<ProofUse>,
    hints: Vec<(Audience, Hint)>,
    purged: Vec<DeviceId>,
    closed: Vec<SessionId>,
    keys: Arc<ServerKeys>,
    entitlements: Arc<Entitlements>,
    organization: OrganizationId,
    entropy: Arc<dyn Entropy>,
}

impl Change {
    async fn begin(desk: &Desk) -> Result<Self, Refusal> {
        let (locked, keys) = desk.keys.lock(&desk.store).await?;
        Ok(Self {
            locked,
            store: desk.store.clone(),
            drafts: Vec::new(),
            proof: None,
            hints: Vec::new(),
            purged: Vec::new(),
            closed: Vec::new(),
            keys,
            entitlements: Arc::clone(&desk.entitlements),
            organization: desk.organization,
            entropy: Arc::clone(&desk.entropy),
        })
    }

    /// The transaction.
    pub fn db(&mut self) -> &mut dyn Locked {
        &mut *self.locked
    }

    /// The state that this transaction began with: whatever decides changes under the lock only, which it holds.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn committed(&mut self) -> Result<Box<dyn Reader>, StorageError> {
        self.store.snapshot().await
    }

    /// The time that counts.
    pub fn now(&self) -> Timestamp {
        self.locked.now()
    }

    /// Randomness.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.entropy)
    }

    /// The organization.
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The decisions of this process.
    pub fn entitlements(&self) -> Arc<Entitlements> {
        Arc::clone(&self.entitlements)
    }

    /// An event that somebody causes, to be completed and recorded.
    pub fn event(&self, who: Who, kind: EventKind) -> Event {
        Event::by(who, kind, &*self.entropy)
    }

    /// An event that the server causes by itself.
    pub fn own_event(&self, kind: EventKind) -> Event {
        Event::of_the_server(kind, &*self.entropy)
    }

    /// Puts an event into the log with this transaction.
    pub fn record(&mut self, event: Event) {
        self.drafts
            .push(event.into_draft(self.organization, &*self.entropy));
    }

    /// The keys of the server as they stand in this transaction.
    pub fn keys(&self) -> Arc<ServerKeys> {
        Arc::clone(&self.keys)
    }

    /// A device destroys what it holds: after the commit its sessions get a fresh encapsulation (rule 28).
    pub fn purged(&mut self, device: DeviceId) {
        self.purged.push(device);
    }

    /// Closes the stream of a session that was ended, after the commit.
    pub fn close_stream(&mut self, session: SessionId) {
        self.closed.push(session);
    }

    /// Tells devices after the commit.
    pub fn hint(&mut self, audience: Audience, hint: Hint) {
        self.hints.push((audience, hint));
    }

    async fn commit(mut self, desk: &Desk) -> Result<(), StorageError> {
        if !self.drafts.is_empty() {
            self.locked
                .append(std::mem::take(&mut self.drafts), &*self.keys)
                .await?;
        }
        self.locked.commit().await?;
        for device in self.purged {
            desk.encapsulations.forget_device(device);
        }
        // Before its stream closes a device hears that something waits for it: who only loses the stream waits before coming back.
        for (audience, hint) in self.hints {
            desk.hints.hint(audience, hint);
        }
        for session in self.closed {
            desk.encapsulations.forget_session(session);
            desk.hints.end_session(session);
        }
        Ok(())
    }
}

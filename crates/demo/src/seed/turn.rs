//! One transaction of the seeding: changes with their events.

use super::clock::SetClock;
use crate::company::{below, people, stream};
use anyhow::Context;
use claviger_model::{
    entropy::{Sequence, SystemEntropy},
    event::EventKind,
    ids::{CallId, DeviceId, OrganizationId, PrincipalId, ScopeId, SessionId},
    time::Timestamp,
};
use claviger_server::{
    events::{Event, Who},
    keys::ServerKeys,
};
use claviger_storage::{Locked, Store, log::Draft};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

/// What all steps share.
pub(super) struct Seeder {
    pub(super) store: Store,
    pub(super) keys: ServerKeys,
    pub(super) organization: OrganizationId,
    pub(super) root: ScopeId,
    pub(super) issuer: String,
    /// Ids of events: the same every time.
    pub(super) ids: Sequence,
    pub(super) clock: Arc<SetClock>,
}

/// A transaction at one moment.
pub(super) struct Turn<'a> {
    seeder: &'a Seeder,
    locked: Box<dyn Locked>,
    drafts: Vec<Draft>,
}

impl Seeder {
    /// Begins a transaction at a moment.
    pub(super) async fn turn(&self, at: Timestamp) -> anyhow::Result<Turn<'_>> {
        self.clock.set(at);
        let locked = self.store.locked().await.context("the database gave no lock")?;
        Ok(Turn {
            seeder: self,
            locked,
            drafts: Vec::new(),
        })
    }

    /// A person at their device.
    pub(super) fn who(&self, name: &str) -> Who {
        let draw = stream(&format!("address/{name}"));
        let octet = |limit| u8::try_from(below(&draw, limit)).unwrap_or(1);
        Who {
            principal: people::id(name),
            service: false,
            session: Some(SessionId::random(&stream(&format!("session/{name}")))),
            device: Some(device(name)),
            call: CallId::random(&self.ids),
            address: IpAddr::V4(Ipv4Addr::new(10, 2, octet(16), octet(254))),
            device_time: None,
        }
    }
}

/// The id of a person's device.
pub(super) fn device(name: &str) -> DeviceId {
    DeviceId::random(&stream(&format!("device/{name}")))
}

impl Turn<'_> {
    /// The transaction.
    pub(super) fn db(&mut self) -> &mut dyn Locked {
        &mut *self.locked
    }

    /// The moment.
    pub(super) fn now(&self) -> Timestamp {
        self.locked.now()
    }

    /// An event that a person causes.
    pub(super) fn event(&self, name: &str, kind: EventKind) -> Event {
        Event::by(self.seeder.who(name), kind, &self.seeder.ids)
    }

    /// An event of the server's own.
    pub(super) fn own_event(&self, kind: EventKind) -> Event {
        Event::of_the_server(kind, &self.seeder.ids)
    }

    /// Records it; the keys of its commitments are random.
    pub(super) fn record(&mut self, event: Event) {
        self.drafts
            .push(event.into_draft(self.seeder.organization, &SystemEntropy));
    }

    /// Appends and commits.
    pub(super) async fn commit(mut self) -> anyhow::Result<()> {
        if !self.drafts.is_empty() {
            self.locked
                .append(self.drafts, &self.seeder.keys)
                .await
                .context("events could not be appended")?;
        }
        self.locked.commit().await.context("a day could not be committed")
    }
}

/// The id of a principal, by its name.
pub(super) fn principal(name: &str) -> PrincipalId {
    people::id(name)
}

//! Rows of the history out of leaves and what they open to, and out of what this device has not sent yet.

use super::{
    glance::{Entry, glances, moment},
    kinds, refusals,
};
use crate::{
    cases::names,
    state::book::{Book, OfflineRead},
    view::{
        history::{EntryProof, HistoryAction, HistoryGroup, HistoryRow},
        list::SecretRef,
        state::LogState,
    },
};
use claviger_cache::HistoryRecord;
use claviger_ledger::leaf::{Leaf, NAME, Outcome, SOURCE_ADDRESS};
use claviger_model::{
    event::EventKind,
    ids::{DeviceId, PrincipalId, SecretId},
};
use std::collections::HashMap;

/// The field that commits to the id that was asked for and could not be told.
const ASKED: &str = "asked";

/// Knows what leaves do not say themselves.
#[derive(Debug)]
pub(in crate::cases) struct Reader<'a> {
    book: &'a Book,
    me: PrincipalId,
    here: DeviceId,
    devices: HashMap<DeviceId, String>,
}

impl<'a> Reader<'a> {
    /// Learns the names of devices from their enrolments; this one knows its own.
    pub(in crate::cases) fn new(book: &'a Book, me: PrincipalId, here: DeviceId, name: &str) -> Self {
        let mut devices = HashMap::from([(here, name.to_owned())]);
        let enrolments = glances(book).filter(|glance| glance.is(EventKind::DeviceEnrolled));
        for leaf in enrolments.filter_map(|glance| {
            let record = glance.entry.leaf()?;
            Some((Leaf::parse(&record.leaf.0).ok()?, record))
        }) {
            if let (Some(device), Some(name)) = (leaf.0.object.device, opening(leaf.1, NAME)) {
                devices.insert(device, name.to_owned());
            }
        }
        Self {
            book,
            me,
            here,
            devices,
        }
    }

    /// The row of an entry.
    pub(in crate::cases) fn row(&self, entry: Entry<'_>) -> Option<HistoryRow> {
        match entry {
            Entry::Leaf(record) => self.leaf(record),
            Entry::Read(read) => Some(self.read(read)),
        }
    }

    fn read(&self, read: &OfflineRead) -> HistoryRow {
        HistoryRow {
            id: format!("journal-{}", read.seq),
            at: read.at.millis(),
            action: kinds::offline(read.purpose),
            group: HistoryGroup::Reads,
            secret: Some(names::reference_to(self.book, read.secret)),
            version: Some(names::number(read.version)),
            by: None,
            program: None,
            device: self.devices.get(&self.here).cloned(),
            address: None,
            offline: true,
            device_reported: true,
            refused: None,
            proof: if read.sent {
                EntryProof::Pending
            } else {
                EntryProof::Unsent
            },
        }
    }

    fn leaf(&self, record: &HistoryRecord) -> Option<HistoryRow> {
        let leaf = Leaf::parse(&record.leaf.0).ok()?;
        let action = kinds::action(&leaf, self.me);
        let kind = leaf.kind.as_kind();
        let actor = leaf.actor.filter(|actor| actor.principal != self.me);
        let device = leaf.object.device.or(leaf.device);
        Some(HistoryRow {
            id: leaf.event.to_string(),
            at: moment(leaf.at, leaf.device_time, leaf.reported).millis(),
            action,
            group: kinds::group(kind),
            secret: self.secret(&leaf, record),
            version: leaf
                .object
                .version
                .filter(|_| tells_version(action))
                .map(names::number),
            by: actor.map(|actor| names::name(self.book, actor.principal)),
            program: None,
            device: device.and_then(|device| self.devices.get(&device).cloned()),
            address: opening(record, SOURCE_ADDRESS).map(str::to_owned),
            offline: kind == Some(EventKind::SecretReadOffline),
            device_reported: leaf.reported,
            refused: match &leaf.outcome {
                Outcome::Allowed => None,
                Outcome::Refused(code) => Some(refusals::words(code.as_str())),
            },
            proof: self.proof(record),
        })
    }

    /// The secret as it is called today, else as it was called then, else that there was one.
    fn secret(&self, leaf: &Leaf, record: &HistoryRecord) -> Option<SecretRef> {
        let Some(id) = leaf.object.secret else {
            let asked: SecretId = opening(record, ASKED)?.parse().ok()?;
            return self
                .book
                .secrets
                .get(&asked)
                .map(|secret| names::reference(self.book, secret));
        };
        if let Some(secret) = self.book.secrets.get(&id) {
            return Some(names::reference(self.book, secret));
        }
        let Some(then) = opening(record, NAME) else {
            return Some(names::reference_to(self.book, id));
        };
        let (path, title) = then.rsplit_once('/').unwrap_or(("", then));
        Some(SecretRef {
            id: id.to_string(),
            title: title.to_owned(),
            env_name: None,
            path: path.to_owned(),
        })
    }

    fn proof(&self, record: &HistoryRecord) -> EntryProof {
        match &self.book.log.state {
            _ if record.seq <= self.book.log.verified => EntryProof::InLog,
            LogState::Violated { .. } => EntryProof::Violated,
            LogState::Whole | LogState::Unproven { .. } => EntryProof::Pending,
        }
    }
}

/// Other leaves name the version that was current, which says nothing of what was done.
const fn tells_version(action: HistoryAction) -> bool {
    matches!(
        action,
        HistoryAction::Copied
            | HistoryAction::Revealed
            | HistoryAction::Used
            | HistoryAction::KeptOffline
            | HistoryAction::Created
            | HistoryAction::NewVersion
    )
}

fn opening<'a>(record: &'a HistoryRecord, field: &str) -> Option<&'a str> {
    let found = record.openings.iter().find(|opening| opening.field == field);
    found.map(|opening| opening.value.as_str())
}

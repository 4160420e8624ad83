//! The few fields of an entry by which it is filtered and counted; rows are made of those on a page only.

use super::kinds;
use crate::{
    state::book::{Book, OfflineRead},
    view::history::HistoryGroup,
};
use claviger_cache::HistoryRecord;
use claviger_ledger::{
    label::Label,
    leaf::{Object, Outcome},
};
use claviger_model::{event::EventKind, ids::SecretId, time::Timestamp};
use serde::Deserialize;

/// An entry of the history.
#[derive(Debug, Clone, Copy)]
pub(in crate::cases) enum Entry<'a> {
    /// An event of the log, verified.
    Leaf(&'a HistoryRecord),
    /// A read that this device has written down and the log does not show yet.
    Read(&'a OfflineRead),
}

impl<'a> Entry<'a> {
    /// The leaf, where it is one.
    pub(in crate::cases) const fn leaf(self) -> Option<&'a HistoryRecord> {
        match self {
            Self::Leaf(record) => Some(record),
            Self::Read(_) => None,
        }
    }

    /// The offline read, where it is one.
    pub(in crate::cases) const fn read(self) -> Option<&'a OfflineRead> {
        match self {
            Self::Leaf(_) => None,
            Self::Read(read) => Some(read),
        }
    }

    /// Among entries of one moment, those of the log come first.
    pub(super) const fn place(self) -> (bool, u64) {
        match self {
            Self::Leaf(record) => (false, record.seq),
            Self::Read(read) => (true, read.seq),
        }
    }
}

/// What is looked at of every entry.
#[derive(Debug, Clone, Copy)]
pub(in crate::cases) struct Glance<'a> {
    /// The whole.
    pub(in crate::cases) entry: Entry<'a>,
    /// When it happened: as the server saw it, or as the device reported afterwards.
    pub(super) at: Timestamp,
    pub(super) group: HistoryGroup,
    pub(super) refused: bool,
    pub(super) secret: Option<SecretId>,
    kind: Option<EventKind>,
}

impl Glance<'_> {
    /// Whether it is of a kind.
    pub(super) fn is(&self, kind: EventKind) -> bool {
        self.kind == Some(kind)
    }
}

#[derive(Deserialize)]
struct Fields {
    at: Timestamp,
    #[serde(default)]
    device_time: Option<Timestamp>,
    kind: Label,
    outcome: Outcome,
    #[serde(default)]
    object: Object,
    #[serde(default)]
    reported: bool,
}

/// All leaves of the person, in their order. They were verified before they were kept, so each of them parses.
pub(in crate::cases) fn glances(book: &Book) -> impl Iterator<Item = Glance<'_>> {
    book.history.iter().filter_map(|record| {
        let fields: Fields = serde_json::from_slice(&record.leaf.0).ok()?;
        Some(Glance {
            entry: Entry::Leaf(record),
            at: moment(fields.at, fields.device_time, fields.reported),
            group: kinds::group(fields.kind.as_kind()),
            refused: fields.outcome != Outcome::Allowed,
            secret: fields.object.secret,
            kind: fields.kind.as_kind(),
        })
    })
}

/// What this device has written down and the log does not show yet.
pub(super) fn reads(book: &Book) -> impl Iterator<Item = Glance<'_>> {
    book.journal.values().map(|read| Glance {
        entry: Entry::Read(read),
        at: read.at,
        group: HistoryGroup::Reads,
        refused: false,
        secret: Some(read.secret),
        kind: Some(EventKind::SecretReadOffline),
    })
}

/// When something happened: what a device reported was done at the device's time.
pub(super) fn moment(at: Timestamp, device_time: Option<Timestamp>, reported: bool) -> Timestamp {
    device_time.filter(|_| reported).unwrap_or(at)
}

//! The few fields of a leaf by which it is filtered and counted; rows are made of those on a page only.

use super::kinds;
use crate::{state::book::Book, view::history::HistoryGroup};
use claviger_cache::HistoryRecord;
use claviger_ledger::{
    label::Label,
    leaf::{Object, Outcome},
};
use claviger_model::{event::EventKind, ids::SecretId, time::Timestamp};
use serde::Deserialize;

/// What is looked at of every leaf.
#[derive(Debug, Clone, Copy)]
pub(in crate::cases) struct Glance<'a> {
    /// The whole.
    pub(in crate::cases) record: &'a HistoryRecord,
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
            record,
            at: moment(fields.at, fields.device_time, fields.reported),
            group: kinds::group(fields.kind.as_kind()),
            refused: fields.outcome != Outcome::Allowed,
            secret: fields.object.secret,
            kind: fields.kind.as_kind(),
        })
    })
}

/// When something happened: what a device reported was done at the device's time.
pub(super) fn moment(at: Timestamp, device_time: Option<Timestamp>, reported: bool) -> Timestamp {
    device_time.filter(|_| reported).unwrap_or(at)
}

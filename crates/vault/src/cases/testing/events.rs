//! Putting leaves into the sample's history.

use super::{Sample, at};
use crate::testing::{journal, server::DEVICE};
use claviger_cache::HistoryRecord;
use claviger_ledger::{
    label::Label,
    leaf::{Actor, Leaf, Outcome},
};
use claviger_model::{
    event::EventKind,
    ids::{EventId, OrganizationId, SecretId},
};
use claviger_protocol::{log::OpeningRecord, release::Purpose};
use std::sync::Arc;

impl Sample {
    /// An offline read that waits to be sent.
    pub(crate) fn read_offline(&mut self, seq: u64, secret: SecretId, purpose: Purpose, millis: i64) {
        let entry = journal::read(seq, secret, purpose, millis);
        self.book.put_journal(journal::unsent(seq, vec![entry]), DEVICE);
    }

    /// A leaf of one's own doing, verified.
    pub(crate) fn event(&mut self, kind: EventKind, millis: i64, set: impl FnOnce(&mut Leaf)) {
        self.leaf(kind.into(), millis, &[], set);
    }

    /// A leaf with openings; its kind may be one that this program does not know.
    pub(crate) fn leaf(
        &mut self,
        kind: Label,
        millis: i64,
        openings: &[(&str, &str)],
        set: impl FnOnce(&mut Leaf),
    ) {
        let event = EventId::random(&self.entropy);
        let organization = OrganizationId::from_bytes([9; 16]);
        let mut leaf = Leaf::new(event, kind, organization, at(millis), Outcome::Allowed);
        leaf.actor = Some(Actor {
            principal: self.me,
            service: false,
        });
        set(&mut leaf);
        let opened = |(field, value): &(&str, &str)| OpeningRecord {
            field: (*field).to_owned(),
            key: vec![0; 32].into(),
            value: (*value).to_owned(),
        };
        let seq = u64::try_from(self.book.history.len()).unwrap() + 1;
        let record = HistoryRecord {
            seq,
            index: seq * 10,
            leaf: leaf.to_bytes().unwrap().into(),
            openings: openings.iter().map(opened).collect(),
        };
        Arc::make_mut(&mut self.book.history).push(record);
        self.book.log.verified = seq;
    }
}

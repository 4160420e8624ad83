//! Offline reads that stand in this device's journal and not in the person's history yet.
//!
//! They are shown from the moment in which they are written. The history brings them back as events of the log, which name
//! their number in the journal: then they go here, so that nothing is shown twice.

use super::Book;
use claviger_cache::{HistoryRecord, JournalTail};
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::{
    event::EventKind,
    ids::{DeviceId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    journal::JournalEntry,
    release::Purpose,
    signed::{Signed, parse},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A read of an offline copy, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfflineRead {
    /// Its number in the journal.
    pub(crate) seq: u64,
    pub(crate) secret: SecretId,
    pub(crate) version: u64,
    pub(crate) purpose: Purpose,
    /// The device's time.
    pub(crate) at: Timestamp,
    /// The server has it; the history does not show it yet.
    pub(crate) sent: bool,
    /// Verbatim, as it is sent.
    pub(crate) signed: Signed,
}

impl OfflineRead {
    /// Reads an entry of one's own journal.
    fn of(signed: Signed) -> Option<Self> {
        let entry: JournalEntry = parse(&signed.body.0).ok()?;
        Some(Self {
            seq: entry.seq,
            secret: entry.secret,
            version: entry.version,
            purpose: entry.purpose,
            at: entry.at,
            sent: false,
            signed,
        })
    }
}

impl Book {
    /// Takes over what of this device's journal is not sent; what was there and is not any more was sent.
    pub(crate) fn put_journal(&mut self, tail: Option<JournalTail>, device: DeviceId) {
        let unsent = tail.map(|tail| tail.entries).unwrap_or_default();
        let unsent: BTreeMap<u64, OfflineRead> = unsent
            .into_iter()
            .filter_map(OfflineRead::of)
            .map(|read| (read.seq, read))
            .collect();
        if unsent.is_empty() && self.journal.is_empty() {
            return;
        }
        let journal = Arc::make_mut(&mut self.journal);
        for read in journal.values_mut() {
            read.sent = true;
        }
        journal.extend(unsent);
        let told = told(&self.history, device);
        journal.retain(|seq, _| !told.contains(seq));
    }

    /// Lets reads go that new entries of the history tell.
    pub(crate) fn settle_journal(&mut self, records: &[HistoryRecord], device: DeviceId) {
        if self.journal.is_empty() {
            return;
        }
        let told = told(records, device);
        Arc::make_mut(&mut self.journal).retain(|seq, _| !told.contains(seq));
    }
}

/// The fields that tell which entry of a journal a leaf is about.
#[derive(Deserialize)]
struct Fields {
    kind: Label,
    #[serde(default)]
    device: Option<DeviceId>,
    #[serde(default)]
    facts: BTreeMap<Label, Fact>,
}

impl Fields {
    fn fact(&self, name: &str) -> Option<&Fact> {
        let found = self.facts.iter().find(|(fact, _)| fact.as_str() == name);
        found.map(|(_, fact)| fact)
    }

    /// A read is told by its event, or by the doubt that took its place.
    fn tells_a_read(&self) -> bool {
        match self.kind.as_kind() {
            Some(EventKind::SecretReadOffline) => true,
            Some(EventKind::JournalDoubted) => {
                matches!(self.fact("why"), Some(Fact::Label(why)) if why.as_str() == "no-such-lease")
            }
            _ => false,
        }
    }
}

/// The numbers of this device's journal that leaves tell of.
fn told(records: &[HistoryRecord], device: DeviceId) -> BTreeSet<u64> {
    let fields = records
        .iter()
        .filter_map(|record| serde_json::from_slice::<Fields>(&record.leaf.0).ok());
    let ours = fields.filter(|fields| fields.device == Some(device) && fields.tells_a_read());
    ours.filter_map(|fields| match fields.fact("seq") {
        Some(Fact::Number(seq)) => u64::try_from(*seq).ok(),
        _ => None,
    })
    .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::testing::{
        journal::{read, unsent},
        log::ORGANIZATION,
        server::DEVICE,
    };
    use claviger_ledger::leaf::{Leaf, Outcome};
    use claviger_model::ids::EventId;

    const SECRET: SecretId = SecretId::from_bytes([5; 16]);

    fn leaf(kind: EventKind, device: DeviceId, seq: i64, why: Option<&str>) -> HistoryRecord {
        let at = Timestamp::from_millis(1);
        let mut leaf = Leaf::new(
            EventId::from_bytes([1; 16]),
            kind,
            ORGANIZATION,
            at,
            Outcome::Allowed,
        );
        leaf.device = Some(device);
        leaf.facts.insert(Label::new("seq").unwrap(), Fact::Number(seq));
        if let Some(why) = why {
            let why = Fact::Label(Label::new(why).unwrap());
            leaf.facts.insert(Label::new("why").unwrap(), why);
        }
        HistoryRecord {
            seq: 1,
            index: 1,
            leaf: leaf.to_bytes().unwrap().into(),
            openings: Vec::new(),
        }
    }

    fn waiting(book: &Book) -> Vec<(u64, bool)> {
        book.journal.values().map(|read| (read.seq, read.sent)).collect()
    }

    fn journal(seqs: std::ops::RangeInclusive<u64>) -> Option<JournalTail> {
        let first = *seqs.start();
        let entries = seqs.map(|seq| read(seq, SECRET, Purpose::Copy, 10));
        unsent(first, entries.collect())
    }

    #[test]
    fn a_read_waits_is_sent_and_goes_with_its_event() {
        let mut book = Book::default();
        book.put_journal(journal(1..=2), DEVICE);
        assert_eq!(waiting(&book), [(1, false), (2, false)]);
        book.put_journal(journal(2..=3), DEVICE);
        assert_eq!(waiting(&book), [(1, true), (2, false), (3, false)]);
        book.settle_journal(&[leaf(EventKind::SecretReadOffline, DEVICE, 1, None)], DEVICE);
        assert_eq!(waiting(&book), [(2, false), (3, false)]);
        book.put_journal(None, DEVICE);
        assert_eq!(waiting(&book), [(2, true), (3, true)]);
    }

    #[test]
    fn what_the_history_has_already_is_not_shown_twice_after_a_restart() {
        let mut book = Book::default();
        book.history = Arc::new(vec![leaf(EventKind::SecretReadOffline, DEVICE, 1, None)]);
        book.put_journal(journal(1..=2), DEVICE);
        assert_eq!(waiting(&book), [(2, false)]);
    }

    #[test]
    fn another_device_or_another_doubt_tells_nothing() {
        let mut book = Book::default();
        book.put_journal(journal(1..=1), DEVICE);
        let phone = DeviceId::from_bytes([0xee; 16]);
        book.settle_journal(&[leaf(EventKind::SecretReadOffline, phone, 1, None)], DEVICE);
        for why in ["gap", "contradiction"] {
            book.settle_journal(&[leaf(EventKind::JournalDoubted, DEVICE, 1, Some(why))], DEVICE);
        }
        assert_eq!(waiting(&book), [(1, false)]);
        let doubt = leaf(EventKind::JournalDoubted, DEVICE, 1, Some("no-such-lease"));
        book.settle_journal(&[doubt], DEVICE);
        assert!(book.journal.is_empty(), "the doubt stands in its place");
    }
}

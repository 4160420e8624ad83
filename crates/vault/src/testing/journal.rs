//! Entries of a device's journal.

use super::{log::ORGANIZATION, server::DEVICE};
use claviger_cache::JournalTail;
use claviger_model::{
    ids::{EventId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    journal::JournalEntry,
    release::Purpose,
    signed::{Signed, canonical},
};

/// An offline read of version 1; its signature is not looked at on this side.
pub(crate) fn read(seq: u64, secret: SecretId, purpose: Purpose, millis: i64) -> Signed {
    let entry = JournalEntry {
        organization: ORGANIZATION,
        device: DEVICE,
        seq,
        prev: Vec::new().into(),
        lease: EventId::from_bytes([9; 16]),
        lease_leaf: vec![9; 32].into(),
        secret,
        version: 1,
        purpose,
        at: Timestamp::from_millis(millis),
    };
    Signed {
        body: canonical(&entry).unwrap().into(),
        signature: vec![7; 64].into(),
    }
}

/// What is not sent, from this entry on.
pub(crate) fn unsent(first: u64, entries: Vec<Signed>) -> Option<JournalTail> {
    (!entries.is_empty()).then_some(JournalTail { first, entries })
}

//! JSON with the leaves as they stand in the log, so that others can check them against the checkpoint, and with the journal
//! entries that are not in the log yet, signed by this device.

use crate::state::book::OfflineRead;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use claviger_cache::HistoryRecord;
use claviger_ledger::leaf::leaf_hash;
use claviger_model::{
    ids::{OrganizationId, PrincipalId},
    time::Timestamp,
};
use claviger_protocol::log::OpeningRecord;
use serde::Serialize;
use serde_json::value::RawValue;

/// What the leaves belong to.
#[derive(Debug)]
pub(super) struct Head<'a> {
    pub(super) origin: &'a str,
    pub(super) organization: OrganizationId,
    pub(super) person: PrincipalId,
    pub(super) exported_at: Timestamp,
    /// The pinned one, a C2SP signed note.
    pub(super) checkpoint: Option<&'a str>,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: &'static str,
    origin: &'a str,
    organization: OrganizationId,
    person: PrincipalId,
    exported_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<&'a str>,
    entries: Vec<Entry<'a>>,
    /// Offline reads that the log does not show yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<Waiting<'a>>,
}

#[derive(Serialize)]
struct Waiting<'a> {
    /// The canonical bytes.
    entry: &'a RawValue,
    /// ES256 by this device's key (raw r ‖ s), base64url.
    signature: String,
}

#[derive(Serialize)]
struct Entry<'a> {
    /// In the person's own sequence.
    seq: u64,
    /// In the log.
    index: u64,
    /// RFC 6962, base64url.
    leaf_hash: String,
    /// The canonical bytes; whoever hashes them must take them as they stand here.
    leaf: &'a RawValue,
    openings: &'a [OpeningRecord],
}

/// Writes the document.
///
/// # Errors
/// When a leaf is no JSON, which no verified one is.
pub(super) fn write<'a>(
    head: &Head<'_>,
    records: impl Iterator<Item = &'a HistoryRecord>,
    waiting: impl Iterator<Item = &'a OfflineRead>,
) -> Result<Vec<u8>, serde_json::Error> {
    let entry = |record: &'a HistoryRecord| {
        Ok(Entry {
            seq: record.seq,
            index: record.index,
            leaf_hash: URL_SAFE_NO_PAD.encode(leaf_hash(&record.leaf.0).as_bytes()),
            leaf: serde_json::from_slice(&record.leaf.0)?,
            openings: &record.openings,
        })
    };
    let waits = |read: &'a OfflineRead| {
        Ok(Waiting {
            entry: serde_json::from_slice(&read.signed.body.0)?,
            signature: URL_SAFE_NO_PAD.encode(&read.signed.signature.0),
        })
    };
    serde_json::to_vec(&Document {
        r#type: "claviger-history-v1",
        origin: head.origin,
        organization: head.organization,
        person: head.person,
        exported_at: head.exported_at,
        checkpoint: head.checkpoint,
        entries: records.map(entry).collect::<Result<_, serde_json::Error>>()?,
        waiting: waiting.map(waits).collect::<Result<_, serde_json::Error>>()?,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::cases::testing::{Sample, at};
    use claviger_model::event::EventKind;
    use claviger_protocol::release::Purpose;

    #[test]
    fn leaves_stand_in_it_byte_by_byte() {
        let mut sample = Sample::new();
        sample.event(EventKind::SecretCopied, 5, |_| {});
        let head = Head {
            origin: "https://vault.test",
            organization: OrganizationId::from_bytes([1; 16]),
            person: sample.me,
            exported_at: at(9),
            checkpoint: Some("a note\n"),
        };
        let text =
            String::from_utf8(write(&head, sample.book.history.iter(), std::iter::empty()).unwrap()).unwrap();
        let leaf = std::str::from_utf8(&sample.book.history[0].leaf.0).unwrap();
        assert!(
            text.contains(&format!("\"leaf\":{leaf},\"openings\":[")),
            "{text}"
        );
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&json["entries"][0]["seq"], &json["checkpoint"]),
            (&1.into(), &"a note\n".into())
        );
        assert!(json.get("waiting").is_none());
        let secret = sample.secret("KEY", "shop/prod");
        sample.read_offline(1, secret, Purpose::Copy, 7);
        let reads = sample.book.journal.values();
        let bytes = write(&head, std::iter::empty(), reads).unwrap();
        let body = sample.book.journal[&1].signed.body.0.clone();
        let expected = format!(
            "\"waiting\":[{{\"entry\":{},\"signature\":\"",
            String::from_utf8(body).unwrap()
        );
        assert!(String::from_utf8(bytes).unwrap().contains(&expected));
    }
}

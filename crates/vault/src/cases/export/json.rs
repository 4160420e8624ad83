//! JSON with the leaves as they stand in the log, so that others can check them against the checkpoint.

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
    serde_json::to_vec(&Document {
        r#type: "claviger-history-v1",
        origin: head.origin,
        organization: head.organization,
        person: head.person,
        exported_at: head.exported_at,
        checkpoint: head.checkpoint,
        entries: records.map(entry).collect::<Result<_, serde_json::Error>>()?,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::cases::testing::{Sample, at};
    use claviger_model::event::EventKind;

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
        let text = String::from_utf8(write(&head, sample.book.history.iter()).unwrap()).unwrap();
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
    }
}

//! The journal of offline reads (rule 25): signed and durable before a value is opened.

use crate::{
    book::{Book, Edits},
    cache::Cache,
    documents::{self, json},
    error::CacheError,
    key_table::wide,
    lease::LeaseError,
    state::State,
};
use claviger_crypto::bytes::sha256;
use claviger_model::ids::{EventId, SecretId};
use claviger_protocol::{
    journal::JournalEntry,
    release::Purpose,
    signed::{Signed, canonical},
    wire::Bytes,
};
use serde::{Deserialize, Serialize};

/// Says that a read stands in the journal, durably; opens one value once.
#[derive(Debug)]
pub struct Receipt {
    secret: SecretId,
    event: EventId,
    seq: u64,
}

/// The newest entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JournalHead {
    /// Its number; 0 for none.
    pub(crate) seq: u64,
    /// SHA-256 of its bytes; empty for none.
    pub(crate) hash: Bytes,
}

/// What the server does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalTail {
    /// Number of the first entry.
    pub first: u64,
    /// Entries, oldest first.
    pub entries: Vec<Signed>,
}

impl Receipt {
    /// The entry's number.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    pub(crate) const fn secret(&self) -> SecretId {
        self.secret
    }

    pub(crate) const fn event(&self) -> EventId {
        self.event
    }
}

impl Cache {
    /// Checks the lease and the clock, and writes the read of a leased value into the journal.
    ///
    /// # Errors
    /// When the value may not be used, or the entry is not durable.
    pub async fn journal_read(&self, secret: SecretId, purpose: Purpose) -> Result<Receipt, LeaseError> {
        self.detached(move |mut state| async move { state.journal_read(secret, purpose).await })
            .await
    }

    /// What is to be sent; none when the server has everything.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn unsent(&self) -> Result<Option<JournalTail>, CacheError> {
        self.detached(|mut state| async move {
            let entries = state.unsent().await?;
            let first = entries.first().map(|(seq, _)| *seq);
            let entries = entries.into_iter().map(|(_, entry)| entry).collect();
            Ok(first.map(|first| JournalTail { first, entries }))
        })
        .await
    }

    /// Notes that the server has the journal up to this number.
    ///
    /// # Errors
    /// When the cache fails; the entries are sent again then, which is no harm.
    pub async fn mark_sent(&self, seq: u64) -> Result<(), CacheError> {
        self.detached(move |mut state| async move { state.mark_sent(seq).await })
            .await
    }
}

impl State {
    async fn journal_read(&mut self, secret: SecretId, purpose: Purpose) -> Result<Receipt, LeaseError> {
        let lease = self.usable_lease(secret).await?;
        let head = self.journal_head().await?;
        let entry = JournalEntry {
            organization: self.device.organization,
            device: self.device.id,
            seq: head.seq.saturating_add(1),
            prev: head.hash,
            lease: lease.event,
            lease_leaf: (*lease.leaf_hash().as_bytes()).into(),
            secret,
            version: lease.version,
            purpose,
            at: self.now().await?,
        };
        let body = canonical(&entry).map_err(|_| LeaseError::Sign)?;
        let signature = self.device.key.sign(&body).map_err(|_| LeaseError::Sign)?;
        let next = JournalHead {
            seq: entry.seq,
            hash: sha256(&body).into(),
        };
        let mut edits = Edits::default();
        let signed = Signed {
            body: body.into(),
            signature: signature.into(),
        };
        edits.put(Book::Journal, wide(entry.seq), json(&signed)?);
        edits.put_document(documents::JOURNAL_HEAD, &next)?;
        self.advance(&mut edits).await?;
        self.commit(edits).await?;
        Ok(Receipt {
            secret,
            event: lease.event,
            seq: entry.seq,
        })
    }

    /// The newest entry; after the file was lost, the newest that the server has.
    pub(crate) async fn journal_head(&mut self) -> Result<JournalHead, CacheError> {
        let sent = self
            .item
            .journal
            .map_or_else(JournalHead::default, |(seq, hash)| JournalHead {
                seq,
                hash: hash.into(),
            });
        let own: Option<JournalHead> = self.read(documents::JOURNAL_HEAD).await?;
        Ok(own.filter(|own| own.seq >= sent.seq).unwrap_or(sent))
    }

    async fn unsent(&mut self) -> Result<Vec<(u64, Signed)>, CacheError> {
        let mut entries = Vec::new();
        self.visit(Book::Journal, |id, bytes| {
            let seq = u64::try_from(u128::from_be_bytes(id)).unwrap_or(u64::MAX);
            entries.extend(
                serde_json::from_slice::<Signed>(bytes)
                    .ok()
                    .map(|entry| (seq, entry)),
            );
        })
        .await?;
        entries.sort_unstable_by_key(|(seq, _)| *seq);
        Ok(entries)
    }

    async fn mark_sent(&mut self, seq: u64) -> Result<(), CacheError> {
        let mut edits = Edits::default();
        let sent: Vec<_> = self
            .unsent()
            .await?
            .into_iter()
            .filter(|(entry, _)| *entry <= seq)
            .collect();
        let Some((last, entry)) = sent.last() else {
            return Ok(());
        };
        self.item.journal = Some((*last, sha256(&entry.body.0)));
        self.save_item().await?;
        for (seq, _) in &sent {
            edits.remove(Book::Journal, wide(*seq));
        }
        self.commit(edits).await
    }
}

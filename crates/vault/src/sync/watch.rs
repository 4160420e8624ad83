//! What this device remembers of the log, and how a page of the person's own history is judged by it.
//!
//! Pure: the network is `history.rs`. Nothing here moves forward when something contradicts what was seen before; the words of
//! the contradiction are kept for good, since only a person can judge them.

use super::{
    wire::{hashes, parts},
    words::{history_words, pin_words},
};
use claviger_cache::{Cache, CacheError, HistoryRecord, LogPin};
use claviger_ledger::{
    checkpoint::{Checkpoint, VerifiedCheckpoint},
    hash::NodeHash,
    history::{HistoryCheck, HistoryEntry, check_history},
    log_key::VerifierKey,
    pin::{Advance, Pin, PinError},
    subject::SubjectHead,
};
use claviger_model::ids::PrincipalId;
use claviger_protocol::{log::HistoryReply, wire::Bytes};
use std::collections::BTreeMap;

/// What is remembered.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogWatch {
    pin: Option<(Pin, String)>,
    /// The newest leaf of the person's own history that was ever verified.
    head: Option<SubjectHead>,
    /// The newest leaf that is stored; behind `head` after names and history ended by themselves.
    stored: Option<SubjectHead>,
    doubt: Option<String>,
    /// Leaves that came with releases, by number: the history must show the very same.
    expected: BTreeMap<u64, NodeHash>,
}

/// What a page of history turned out to be.
#[derive(Debug)]
pub(super) struct Judged {
    /// To be stored with [`LogWatch::to_pin`].
    pub(super) records: Vec<HistoryRecord>,
    /// What is remembered once they are.
    pub(super) next: LogWatch,
    /// Whether cosignatures of witnesses are on the checkpoint.
    pub(super) checkpoint: Checkpoint,
}

/// What is stored of a history, if it is there from its first entry on; else nothing, so that all of it is fetched again. Pages of
/// the cache can be lost one by one, and what goes on after a hole is no history.
pub(crate) fn whole(history: &[HistoryRecord]) -> &[HistoryRecord] {
    let holds = (1..).zip(history).all(|(seq, record)| record.seq == seq);
    if holds { history } else { &[] }
}

/// Why a page is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Contradiction {
    /// The checkpoint is not one of this log; perhaps its key was changed.
    #[error("the checkpoint is not signed by the pinned log key")]
    Key,
    /// In words for the person.
    #[error("{0}")]
    Words(String),
}

impl LogWatch {
    /// What the cache remembers.
    ///
    /// # Errors
    /// When the cache fails.
    pub(crate) async fn of(cache: &Cache, log: &VerifierKey) -> Result<Self, CacheError> {
        let Some(kept) = cache.log_pin().await? else {
            return Ok(Self::default());
        };
        let history = cache.history().await?;
        let stored = whole(&history).last().map(|record| SubjectHead {
            seq: record.seq,
            hash: NodeHash::of_leaf(&record.leaf.0),
        });
        Ok(Self::kept(kept, stored, log))
    }

    fn kept(kept: LogPin, stored: Option<SubjectHead>, log: &VerifierKey) -> Self {
        // Verified before it was sealed into the cache; after a change of keys the new key would not know it.
        let checkpoint = Checkpoint::verify(&kept.checkpoint, log, &[]).ok().or_else(|| {
            let checkpoint = Checkpoint::parse_unverified(&kept.checkpoint).ok()?;
            Some(VerifiedCheckpoint {
                checkpoint,
                cosignatures: Vec::new(),
                unknown: Vec::new(),
            })
        });
        let hash = kept.leaf.and_then(|leaf| leaf.array().map(NodeHash::from_bytes));
        Self {
            pin: checkpoint.map(|verified| (Pin::first(&verified), kept.checkpoint)),
            head: hash.map(|hash| SubjectHead { seq: kept.seq, hash }),
            stored,
            doubt: kept.doubt,
            expected: BTreeMap::new(),
        }
    }

    /// For the cache; none before the first checkpoint.
    pub(super) fn to_pin(&self) -> Option<LogPin> {
        let (_, checkpoint) = self.pin.as_ref()?;
        Some(LogPin {
            checkpoint: checkpoint.clone(),
            seq: self.head.map_or(0, |head| head.seq),
            leaf: self.head.map(|head| (*head.hash.as_bytes()).into()),
            doubt: self.doubt.clone(),
        })
    }

    /// The pinned head of the log.
    pub(crate) fn checkpoint(&self) -> Option<&Checkpoint> {
        self.pin.as_ref().map(|(pin, _)| pin.checkpoint())
    }

    /// The newest number of the person's own history that was verified.
    pub(crate) fn verified(&self) -> u64 {
        self.head.map_or(0, |head| head.seq)
    }

    /// After which number history is to be asked for.
    pub(super) fn after(&self) -> u64 {
        self.stored.map_or(0, |head| head.seq)
    }

    /// Why the log is not to be believed, once that was found.
    pub(crate) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// Remembers why the log is not to be believed; the first reason stays.
    pub(super) fn doubt_for(&mut self, words: &str) {
        self.doubt.get_or_insert_with(|| words.to_owned());
    }

    /// Remembers a leaf that came with a release.
    pub(super) fn expect(&mut self, head: SubjectHead) {
        if head.seq > self.after() {
            self.expected.insert(head.seq, head.hash);
        }
    }

    /// Whether a checkpoint of the pinned size has another root.
    pub(super) fn contradicts(&self, checkpoint: &Checkpoint) -> Option<String> {
        let pinned = self.checkpoint()?;
        (pinned.origin == checkpoint.origin
            && pinned.size == checkpoint.size
            && pinned.root != checkpoint.root)
            .then(|| {
                pin_words(&PinError::Forked {
                    size: checkpoint.size,
                })
            })
    }

    /// Judges a page of history by what is remembered.
    pub(super) fn judge(
        &self,
        subject: PrincipalId,
        reply: &HistoryReply,
        log: &VerifierKey,
    ) -> Result<Judged, Contradiction> {
        let words = |words: &str| Contradiction::Words(words.to_owned());
        let verified = Checkpoint::verify(&reply.checkpoint, log, &[]).map_err(|_| Contradiction::Key)?;
        let mut next = self.clone();
        next.advance(&verified, &reply.checkpoint, &reply.consistency)
            .map_err(Contradiction::Words)?;
        if reply.subject != subject {
            return Err(words("The server showed somebody else's history as yours."));
        }
        let parts = reply.entries.iter().map(parts).collect::<Option<Vec<_>>>();
        let parts = parts.ok_or_else(|| words("An entry of your history is malformed."))?;
        let entries = reply
            .entries
            .iter()
            .zip(&parts)
            .map(|(entry, (path, openings))| HistoryEntry {
                leaf: &entry.leaf.0,
                index: entry.index,
                path,
                openings,
            });
        let entries: Vec<_> = entries.collect();
        match check_history(subject, self.stored.as_ref(), &verified.checkpoint, &entries) {
            HistoryCheck::Whole { head, .. } => next.stored = head,
            broken => return Err(Contradiction::Words(history_words(&broken))),
        }
        let first = self.after().saturating_add(1);
        let records: Vec<HistoryRecord> = (first..)
            .zip(&reply.entries)
            .map(|(seq, entry)| HistoryRecord {
                seq,
                index: entry.index,
                leaf: entry.leaf.clone(),
                openings: entry.openings.clone(),
            })
            .collect();
        next.compare(&records).map_err(Contradiction::Words)?;
        if !reply.more {
            next.finish(self.verified(), reply.head)
                .map_err(Contradiction::Words)?;
        }
        if next.stored.map_or(0, |head| head.seq) > next.verified() {
            next.head = next.stored;
        }
        Ok(Judged {
            records,
            next,
            checkpoint: verified.checkpoint,
        })
    }

    fn advance(
        &mut self,
        verified: &VerifiedCheckpoint,
        signed: &str,
        proof: &[Bytes],
    ) -> Result<(), String> {
        let Some((pin, _)) = &self.pin else {
            self.pin = Some((Pin::first(verified), signed.to_owned()));
            return Ok(());
        };
        let proof = hashes(proof).ok_or("The server's proof is malformed.")?;
        match pin.advance(verified, &proof).map_err(|error| pin_words(&error))? {
            Advance::To(pin) => self.pin = Some((pin, signed.to_owned())),
            Advance::Stay => {}
        }
        Ok(())
    }

    /// Compares leaves with what releases showed, and with the newest one ever seen.
    fn compare(&mut self, records: &[HistoryRecord]) -> Result<(), String> {
        for record in records {
            let hash = NodeHash::of_leaf(&record.leaf.0);
            let known = self
                .head
                .filter(|head| head.seq == record.seq)
                .map(|head| head.hash);
            let expected = self.expected.remove(&record.seq);
            if known.into_iter().chain(expected).any(|seen| seen != hash) {
                return Err(history_words(&HistoryCheck::Fork { seq: record.seq }));
            }
        }
        Ok(())
    }

    /// After the last page: nothing that was seen may be missing.
    fn finish(&self, known: u64, head: u64) -> Result<(), String> {
        let shown = self.stored.map_or(0, |head| head.seq);
        let expected = self.expected.keys().next_back().copied().unwrap_or(0);
        if shown < known.max(head) || shown < expected {
            let known = known.max(head).max(expected);
            return Err(history_words(&HistoryCheck::Shortened { known, shown }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

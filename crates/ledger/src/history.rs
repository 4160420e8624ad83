//! Whether a person's history is whole: no hole, nothing altered, and the same as what the device saw before.

use crate::checkpoint::Checkpoint;
use crate::hash::NodeHash;
use crate::label::Label;
use crate::leaf::{Leaf, LeafError};
use crate::proof::verify_path;
use crate::subject::SubjectHead;
use claviger_crypto::commitment::Opening;
use claviger_model::ids::PrincipalId;

/// One leaf of the history, with its path to the checkpoint and the openings that still exist.
#[derive(Debug)]
pub struct HistoryEntry<'a> {
    /// The leaf's bytes.
    pub leaf: &'a [u8],
    /// Its index in the log.
    pub index: u64,
    /// Its audit path.
    pub path: &'a [NodeHash],
    /// Openings by field; those of forgotten fields are absent.
    pub openings: &'a [(Label, Opening)],
}

/// What the history turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryCheck {
    /// Every leaf is there, unaltered, up to this head.
    Whole {
        /// How many leaves were checked now.
        count: u64,
        /// The last leaf of the history, to be pinned; absent when there is none at all.
        head: Option<SubjectHead>,
    },
    /// Leaves are missing between two.
    Hole {
        /// The last number before the hole; 0 when the history does not begin with its first leaf.
        after: u64,
        /// The next number that is there.
        next: u64,
    },
    /// A leaf is not what was written.
    Altered {
        /// The place in what was shown, from 0.
        position: u64,
        /// What is wrong with it.
        alteration: Alteration,
    },
    /// The history is another one than the device saw.
    Fork {
        /// The number from which on they differ.
        seq: u64,
    },
    /// The history ends before what the device saw.
    Shortened {
        /// The last number that the device saw.
        known: u64,
        /// The last number that is shown.
        shown: u64,
    },
}

/// What is wrong with a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alteration {
    /// It cannot be read; a newer program may be able to when the version is unknown.
    Unreadable(LeafError),
    /// It does not concern this person.
    NotConcerned,
    /// The log's checkpoint does not hold it.
    NotInLog,
    /// It does not name the leaf before it.
    Chain {
        /// Its number.
        seq: u64,
    },
    /// A name, address or reason is not the one that was committed to.
    Opening {
        /// Its number.
        seq: u64,
        /// The field.
        field: Label,
    },
}

/// Checks leaves of one subject, in order, against a verified checkpoint and what the device pinned before.
///
/// They begin with the first leaf, or with any up to the one after the pinned head; pages are checked one after another,
/// each with the head of the page before.
pub fn check_history(
    subject: PrincipalId,
    pinned: Option<&SubjectHead>,
    checkpoint: &Checkpoint,
    entries: &[HistoryEntry<'_>],
) -> HistoryCheck {
    let mut walk = Walk {
        subject,
        pinned,
        last: None,
    };
    for (position, entry) in (0_u64..).zip(entries) {
        match walk.step(checkpoint, entry) {
            Ok(head) => walk.last = Some(head),
            Err(Fault::Verdict(verdict)) => return verdict,
            Err(Fault::Leaf(alteration)) => return HistoryCheck::Altered { position, alteration },
        }
    }
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    match (walk.last, pinned) {
        (Some(last), Some(pin)) if last.seq < pin.seq => HistoryCheck::Shortened {
            known: pin.seq,
            shown: last.seq,
        },
        (Some(last), _) => HistoryCheck::Whole {
            count,
            head: Some(last),
        },
        (None, pin) => HistoryCheck::Whole {
            count,
            head: pin.copied(),
        },
    }
}

struct Walk<'a> {
    subject: PrincipalId,
    pinned: Option<&'a SubjectHead>,
    last: Option<SubjectHead>,
}

enum Fault {
    Verdict(HistoryCheck),
    Leaf(Alteration),
}

impl Walk<'_> {
    fn step(&self, checkpoint: &Checkpoint, entry: &HistoryEntry<'_>) -> Result<SubjectHead, Fault> {
        let leaf = Leaf::parse(entry.leaf).map_err(|error| Fault::Leaf(Alteration::Unreadable(error)))?;
        let link = leaf
            .link_of(self.subject)
            .ok_or(Fault::Leaf(Alteration::NotConcerned))?;
        let head = link.head(NodeHash::of_leaf(entry.leaf));
        verify_path(head.hash, entry.index, entry.path, checkpoint)
            .map_err(|_| Fault::Leaf(Alteration::NotInLog))?;
        self.follows(link.seq, link.prev)?;
        if self
            .pinned
            .is_some_and(|pin| pin.seq == head.seq && pin.hash != head.hash)
        {
            return Err(Fault::Verdict(HistoryCheck::Fork { seq: head.seq }));
        }
        check_openings(&leaf, head.seq, entry.openings).map_err(Fault::Leaf)?;
        Ok(head)
    }

    /// Whether a leaf comes right after the last one, or is a place to begin.
    fn follows(&self, seq: u64, prev: Option<NodeHash>) -> Result<(), Fault> {
        if let Some(last) = self.last {
            if seq != last.seq.saturating_add(1) {
                return Err(Fault::Verdict(HistoryCheck::Hole {
                    after: last.seq,
                    next: seq,
                }));
            }
            return if prev == Some(last.hash) {
                Ok(())
            } else {
                Err(Fault::Leaf(Alteration::Chain { seq }))
            };
        }
        let known = self.pinned.map_or(0, |pin| pin.seq);
        if seq > known.saturating_add(1) {
            return Err(Fault::Verdict(HistoryCheck::Hole {
                after: known,
                next: seq,
            }));
        }
        match self.pinned {
            Some(pin) if seq == pin.seq.saturating_add(1) && prev != Some(pin.hash) => {
                Err(Fault::Verdict(HistoryCheck::Fork { seq }))
            }
            _ => Ok(()),
        }
    }
}

fn check_openings(leaf: &Leaf, seq: u64, openings: &[(Label, Opening)]) -> Result<(), Alteration> {
    for (field, opening) in openings {
        let opens = leaf
            .commitments
            .get(field)
            .is_some_and(|commitment| opening.opens(field.as_str(), commitment));
        if !opens {
            return Err(Alteration::Opening {
                seq,
                field: field.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

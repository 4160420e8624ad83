//! The leaf (rules 16 and 17): what the log says about one event, as RFC 8785 canonical JSON.
//!
//! The bytes are stored verbatim and columns are derived from them. Names, addresses and reasons never stand here, only
//! commitments to them. A program refuses members that it does not know, so a new member needs a new version; kinds,
//! codes, commitments and facts are open and need none.

use crate::checkpoint::Checkpoint;
use crate::hash::NodeHash;
use crate::label::Label;
use crate::leaf_parts::is_false;
pub use crate::leaf_parts::{Actor, Fact, Object, Outcome, Version1};
use crate::lease::LeaseTerms;
use crate::subject::SubjectLink;
use claviger_crypto::commitment::Commitment;
use claviger_model::ids::{CallId, DeviceId, EventId, OrganizationId, PrincipalId, SessionId};
use claviger_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest leaf, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024;

/// The field of the commitment to the source address.
pub const SOURCE_ADDRESS: &str = "source-address";
/// The field of the commitment to the reason that was given.
pub const REASON: &str = "reason";
/// The field of the commitment to the name or path of the object at that time.
pub const NAME: &str = "name";

/// The largest integer that JSON keeps exact (RFC 7493 section 2.2).
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// The version of the form.
    pub v: Version1,
    /// The event.
    pub event: EventId,
    /// What happened; see [`claviger_model::event::EventKind`].
    pub kind: Label,
    /// Where.
    pub organization: OrganizationId,
    /// The server's time, under the lock.
    pub at: Timestamp,
    /// The device's time, where one was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_time: Option<Timestamp>,
    /// Who did it; absent for what the server did by itself and for failures without a caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// On whose behalf, when that is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PrincipalId>,
    /// In which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// On which device; for a lease, the device that may keep the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// In which call to the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// Whether it was allowed.
    pub outcome: Outcome,
    /// The grants' and guardrails' policy ids that decided, in the engine's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub object: Object,
    /// Commitments to what may have to be forgotten, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub commitments: BTreeMap<Label, Commitment>,
    /// Whom it concerns, and the leaf's place in each one's history.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectLink>,
    /// How long the released value may be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseTerms>,
    /// Whether a device reported it afterwards, so that nobody else saw it happen.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reported: bool,
    /// Other things that need never be forgotten, such as counts, seqs and states; never names, addresses or reasons.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<Label, Fact>,
    /// The head of the log that this one continues, in the first leaf after a restore (rule 19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Checkpoint>,
}

/// Why a leaf cannot be written or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Longer than [`MAX_LENGTH`].
    #[error("the leaf is longer than 16 KiB")]
    TooLong,
    /// Written by a newer program.
    #[error("the leaf has a version that this program does not know")]
    UnknownVersion,
    /// Not the JSON of a leaf.
    #[error("the leaf is malformed")]
    Malformed,
    /// Not the one canonical form of what it says.
    #[error("the leaf is not in canonical form")]
    NotCanonical,
    /// A number that JSON does not keep exact.
    #[error("a number in the leaf is out of range")]
    Number,
    /// A subject twice, or a number that does not fit its predecessor.
    #[error("the subjects of the leaf contradict each other")]
    Subjects,
    /// A lease without the device, secret and version that it is for.
    #[error("the lease of the leaf lacks its device, secret or version")]
    Lease,
}

impl Leaf {
    /// Starts a leaf with what every one has; the rest is set on its fields.
    pub fn new(
        event: EventId,
        kind: impl Into<Label>,
        organization: OrganizationId,
        at: Timestamp,
        outcome: Outcome,
    ) -> Self {
        Self {
            v: Version1,
            event,
            kind: kind.into(),
            organization,
            at,
            device_time: None,
            actor: None,
            on_behalf_of: None,
            session: None,
            device: None,
            call: None,
            outcome,
            policies: Vec::new(),
            object: Object::default(),
            commitments: BTreeMap::new(),
            subjects: Vec::new(),
            lease: None,
            reported: false,
            facts: BTreeMap::new(),
            continues: None,
        }
    }

    /// Writes the canonical bytes, to be stored verbatim and hashed.
    ///
    /// # Errors
    /// When the leaf is too long or contradicts itself.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        self.check()?;
        let bytes = crate::canonical::to_vec(self).map_err(|_| LeafError::Malformed)?;
        if bytes.len() > MAX_LENGTH {
            Err(LeafError::TooLong)
        } else {
            Ok(bytes)
        }
    }

    /// Reads canonical bytes; refuses unknown members, doubled members and every other form of the same content.
    ///
    /// # Errors
    /// One for each way in which they can be wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_LENGTH {
            return Err(LeafError::TooLong);
        }
        let leaf: Self = serde_json::from_slice(bytes).map_err(|_| why_not(bytes))?;
        if leaf.to_bytes()? == bytes {
            Ok(leaf)
        } else {
            Err(LeafError::NotCanonical)
        }
    }

    /// The leaf's place in a subject's history.
    pub fn link_of(&self, subject: PrincipalId) -> Option<&SubjectLink> {
        self.subjects.iter().find(|link| link.id == subject)
    }

    fn check(&self) -> Result<(), LeafError> {
        let lease = self
            .lease
            .map(|lease| [i64::try_from(lease.max_age_ms), i64::try_from(lease.epoch)]);
        let sizes = [self.object.version, self.continues.as_ref().map(|old| old.size)];
        let numbers = [
            Some(self.at),
            self.device_time,
            self.lease.map(|lease| lease.issued_at),
        ]
        .into_iter()
        .flatten()
        .map(|time| Ok(time.millis()))
        .chain(lease.into_iter().flatten())
        .chain(sizes.into_iter().flatten().map(i64::try_from))
        .chain(self.subjects.iter().map(|link| i64::try_from(link.seq)))
        .chain(self.facts.values().filter_map(|fact| match fact {
            Fact::Number(number) => Some(Ok(*number)),
            _ => None,
        }));
        let exact = |number: Result<i64, _>| {
            number.is_ok_and(|number: i64| number.unsigned_abs() <= MAX_INTEGER.unsigned_abs())
        };
        if !numbers.into_iter().all(exact) {
            return Err(LeafError::Number);
        }
        let doubled = |(place, link): (usize, &SubjectLink)| {
            self.subjects
                .iter()
                .take(place)
                .any(|before| before.id == link.id)
        };
        if !self.subjects.iter().all(SubjectLink::is_plausible)
            || self.subjects.iter().enumerate().any(doubled)
        {
            return Err(LeafError::Subjects);
        }
        let placed = self.device.is_some() && self.object.secret.is_some() && self.object.version.is_some();
        if self.lease.is_some() && !placed {
            Err(LeafError::Lease)
        } else {
            Ok(())
        }
    }
}

/// The hash of a leaf's bytes in the tree.
pub fn leaf_hash(bytes: &[u8]) -> NodeHash {
    NodeHash::of_leaf(bytes)
}

fn why_not(bytes: &[u8]) -> LeafError {
    #[derive(Deserialize)]
    struct AnyVersion {
        v: u64,
    }
    match serde_json::from_slice::<AnyVersion>(bytes) {
        Ok(AnyVersion { v }) if v != 1 => LeafError::UnknownVersion,
        _ => LeafError::Malformed,
    }
}

#[cfg(test)]
mod tests;

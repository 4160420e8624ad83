//! Releasing values: decide, commit, release (design section 4, "Audit before release").

use crate::{log::OpeningRecord, problem::Problem, wire::Bytes};
use claviger_model::{
    event::EventKind,
    ids::{EventId, SecretId},
};
use serde::{Deserialize, Serialize};

/// The most items of one call.
pub const MAX_ITEMS: usize = 500;

/// What a value is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Injecting into a process.
    Use,
    /// Copying to the clipboard; needs the reveal right (rule 31).
    Copy,
    /// Showing.
    Reveal,
    /// Keeping for offline use.
    Lease,
}

impl Purpose {
    /// The event that the release is.
    pub const fn event(self) -> EventKind {
        match self {
            Self::Use => EventKind::SecretUsed,
            Self::Copy => EventKind::SecretCopied,
            Self::Reveal => EventKind::SecretRevealed,
            Self::Lease => EventKind::SecretLeased,
        }
    }
}

/// `POST /v1/releases`. The whole call shares one proof and one commit; each item has its own event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseCall {
    /// At most [`MAX_ITEMS`].
    pub items: Vec<ReleaseItem>,
}

/// One value that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseItem {
    /// Which secret.
    pub secret: SecretId,
    /// What for.
    pub purpose: Purpose,
    /// An older version; the current one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// The reply, in the order of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseReply {
    /// HPKE encapsulated key of this session and server process; release keys are exported from it.
    pub encapsulated: Bytes,
    /// The newest checkpoint, a C2SP signed note; covers every leaf of this reply.
    pub checkpoint: String,
    /// One for each item.
    pub results: Vec<ReleaseResult>,
}

/// A value, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum ReleaseResult {
    /// The value.
    Released(Release),
    /// The refusal, which is an event too.
    Refused {
        /// Why, as far as the caller may know.
        problem: Problem,
    },
}

/// A released value: sealed to the device, with the leaf that is also its lease (rule 21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Also the context from which the release key is exported.
    pub event: EventId,
    /// Version that was released.
    pub version: u64,
    /// Sealed under the release key.
    pub sealed: Bytes,
    /// The leaf, verbatim.
    pub leaf: Bytes,
    /// Where it stands in the log.
    pub index: u64,
    /// Inclusion proof under the reply's checkpoint: hashes, lowest first.
    pub proof: Vec<Bytes>,
    /// What the leaf only commits to.
    pub openings: Vec<OpeningRecord>,
}

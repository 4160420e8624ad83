//! The audit log: one's own leaves, proofs, tiles.

use crate::wire::Bytes;
use claviger_model::{ids::PrincipalId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The most leaves of one page.
pub const PAGE: usize = 500;

/// What a leaf only commits to (rule 17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningRecord {
    /// Which field of the leaf.
    pub field: String,
    /// 32 random bytes.
    pub key: Bytes,
    /// The value that was committed to.
    pub value: String,
}

/// `POST /v1/history`: the caller's own leaves, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryCall {
    /// After this number of the caller's own sequence; 0 for all.
    pub after: u64,
    /// The size of the tree that the device has pinned, for a consistency proof; 0 for none.
    pub pinned: u64,
}

/// Leaves with proofs under one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryReply {
    /// Whose.
    pub subject: PrincipalId,
    /// At most [`PAGE`].
    pub entries: Vec<HistoryEntry>,
    /// The newest number of this subject.
    pub head: u64,
    /// C2SP signed note.
    pub checkpoint: String,
    /// Consistency proof from the pinned size; empty when that is 0 or the same.
    pub consistency: Vec<Bytes>,
    /// Whether another page follows.
    pub more: bool,
}

/// A leaf of one's own history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Verbatim.
    pub leaf: Bytes,
    /// Where it stands in the log.
    pub index: u64,
    /// Inclusion proof under the reply's checkpoint.
    pub proof: Vec<Bytes>,
    /// What was not forgotten yet.
    pub openings: Vec<OpeningRecord>,
}

/// `POST /v1/log/consistency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyCall {
    /// The smaller tree.
    pub from: u64,
    /// The larger tree, such as the one of a release's checkpoint; the newest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
}

/// How a tree extends a smaller one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyReply {
    /// C2SP signed note over the newest tree.
    pub checkpoint: String,
    /// Hashes that lead to the asked tree, or to the newest; empty when the sizes are the same.
    pub proof: Vec<Bytes>,
    /// When the checkpoint was signed.
    pub at: Timestamp,
}

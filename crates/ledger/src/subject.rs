//! The chain of one subject's leaves (rule 16): inclusion alone does not show an omission, a chain does.

use crate::hash::NodeHash;
use claviger_model::ids::PrincipalId;
use serde::{Deserialize, Serialize};

/// A leaf's place among the leaves that concern one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectLink {
    /// Whom the leaf concerns.
    pub id: PrincipalId,
    /// Its number among the subject's leaves, from 1 without gaps.
    pub seq: u64,
    /// The leaf hash of the subject's leaf before; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<NodeHash>,
}

/// The last leaf of a subject: what the server keeps for the next link, and a device pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectHead {
    /// Its number.
    pub seq: u64,
    /// Its leaf hash.
    pub hash: NodeHash,
}

impl SubjectLink {
    /// The link that follows a head, or the first one.
    pub fn after(id: PrincipalId, head: Option<&SubjectHead>) -> Self {
        match head {
            None => Self {
                id,
                seq: 1,
                prev: None,
            },
            Some(head) => Self {
                id,
                seq: head.seq.saturating_add(1),
                prev: Some(head.hash),
            },
        }
    }

    /// The head once the leaf that carries this link is written.
    pub const fn head(&self, leaf: NodeHash) -> SubjectHead {
        SubjectHead {
            seq: self.seq,
            hash: leaf,
        }
    }

    /// Whether the number and the presence of a predecessor fit each other.
    pub(crate) const fn is_plausible(&self) -> bool {
        self.seq > 0 && (self.seq == 1) == self.prev.is_none()
    }
}

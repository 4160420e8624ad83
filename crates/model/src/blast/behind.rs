//! What stays behind when somebody leaves: what waits for them, and what nobody else answers for.

use crate::ids::{DrawId, PrincipalId, ProposalId, RequestId, SecretId};
use serde::{Deserialize, Serialize};

/// Something that waits for a person, or that they began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "id")]
pub enum Waiting {
    /// They asked for access.
    Request(RequestId),
    /// They asked that a value be changed; that stays.
    Rotation(RequestId),
    /// They approved a request that is still open.
    Approval(RequestId),
    /// They proposed a change that waits for a second Owner.
    Proposal(ProposalId),
    /// Somebody else's request, which they may answer; others may be there who may, too.
    Answer(RequestId),
    /// Somebody else's emergency access, which they may review.
    Review(DrawId),
}

/// Something that nobody else answers for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "id")]
pub enum Alone {
    /// A secret that they own.
    Secret(SecretId),
    /// A team in which nobody else is active.
    Team(PrincipalId),
    /// A service identity whose team has nobody else.
    Service(PrincipalId),
}

//! Changes that wait for a second Owner (rule 13).

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, ProposalId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Where a proposed change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposalState {
    /// Waits for a second Owner.
    Open,
    /// Approved, and made in the same transaction.
    Executed,
    /// Refused.
    Refused,
    /// Taken back by its author.
    Withdrawn,
}

/// A proposed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// What it changes; the server's word.
    pub kind: String,
    /// The change itself, canonical JSON (RFC 8785), verbatim.
    pub content: String,
    /// What it would give its author, JSON, as simulated when it was proposed.
    pub widens: serde_json::Value,
    /// Why; text of a person.
    pub reason: String,
    /// Who proposed it.
    pub author: PrincipalId,
    /// When.
    pub proposed_at: Timestamp,
    /// From when nobody can approve it any more.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: ProposalState,
    /// Its end; none while open.
    pub answer: Option<ProposalAnswer>,
}

/// The end of a proposed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalAnswer {
    /// Who.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub word: String,
}

/// Reads of proposed changes.
#[async_trait]
pub trait ProposalReads {
    /// One.
    async fn proposal(&mut self, id: ProposalId) -> Result<Option<Proposal>>;
    /// All of them, newest first, before the given one.
    async fn proposals(
        &mut self,
        before: Option<(Timestamp, ProposalId)>,
        limit: u32,
    ) -> Result<Vec<Proposal>>;
}

/// Writes of proposed changes.
#[async_trait]
pub trait ProposalWrites {
    /// Proposes a change; [`crate::Conflict::IdTaken`].
    async fn insert_proposal(&mut self, proposal: &Proposal) -> Result<()>;
    /// Ends an open one; [`crate::Conflict::Changed`] when it is not open.
    async fn answer_proposal(
        &mut self,
        id: ProposalId,
        state: ProposalState,
        answer: &ProposalAnswer,
    ) -> Result<()>;
}

//! The audit log: its head, what is appended, what is read (rules 9, 12, 16–18).

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_ledger::edge::{Edge, FullTile, TileId};
use claviger_model::{
    event::EventKind,
    ids::{DeviceId, EventId, PrincipalId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::error::Error;

/// The row that orders everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The index of the next leaf, which is the size of the tree.
    pub next_index: u64,
    /// Bumped by every change of grants, roles, teams, scopes and policies (rule 10).
    pub epoch: u64,
    /// The time of the last commit.
    pub last_time: Timestamp,
    /// The newest entry of the feed of changes.
    pub sync_cursor: u64,
    /// Entries of the feed up to here are gone: who stands before it must sync anew.
    pub sync_floor: u64,
    /// The first line of checkpoints; empty before the organization was founded.
    pub origin: String,
    /// The right edge of the tree, as `claviger-ledger` writes it; empty for the empty tree.
    pub edge: Vec<u8>,
    /// The newest signed checkpoint; empty for the empty tree.
    pub checkpoint: String,
    /// Rises with every change of the server's keys and the generations of the key-encryption key: who holds others signs
    /// and wraps nothing.
    pub keys: u64,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was tried and failed.
    Failed,
}

/// A subject of a leaf with its place in that subject's own chain (rule 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectLink {
    /// Whom it concerns.
    pub id: PrincipalId,
    /// Counted from 1 for each subject.
    pub seq: u64,
    /// The leaf hash of the subject's last leaf; none for the first.
    pub prev: Option<Digest>,
}

/// Where a draft came to stand; given to its `seal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Its index in the log.
    pub index: u64,
    /// The time of the transaction.
    pub at: Timestamp,
    /// Its subjects, in the draft's order.
    pub subjects: Vec<SubjectLink>,
}

/// Why a leaf or checkpoint could not be made.
pub type NotaryError = Box<dyn Error + Send + Sync>;

/// Makes the final bytes of a leaf (RFC 8785) once its place is known.
pub type Seal = Box<dyn FnOnce(&Placement) -> Result<Vec<u8>, NotaryError> + Send>;

/// An event that is to be appended.
pub struct Draft {
    /// Its id.
    pub event: EventId,
    /// What happened.
    pub kind: EventKind,
    /// How it went.
    pub outcome: Outcome,
    /// Whom it concerns, each once; their histories contain it.
    pub subjects: Vec<PrincipalId>,
    /// Who did it; none for the system.
    pub actor: Option<PrincipalId>,
    /// From which device.
    pub device: Option<DeviceId>,
    /// The secret it was about.
    pub secret: Option<SecretId>,
    /// The scope it was about, or the secret's.
    pub scope: Option<ScopeId>,
    /// What its commitments open to (rule 17).
    pub openings: Vec<Opening>,
    /// Makes the leaf.
    pub seal: Seal,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("event", &self.event)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What a commitment in a leaf opens to; can be erased (rule 17).
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// The leaf's field.
    pub field: String,
    /// Whom the value is about, for erasing it on their behalf.
    pub about: Option<PrincipalId>,
    /// The key of the commitment.
    pub key: [u8; 32],
    /// The committed value.
    pub value: String,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opening({})", self.field)
    }
}

/// Signs one checkpoint for all leaves of a commit (rule 18).
pub trait SignCheckpoint: Send + Sync {
    /// The whole signed note for this tree.
    ///
    /// # Errors
    /// When it cannot be signed; then nothing is appended.
    fn sign(&self, origin: &str, size: u64, root: &Digest) -> Result<String, NotaryError>;
}

/// One appended event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendedEvent {
    /// Its id.
    pub event: EventId,
    /// Where it stands.
    pub placement: Placement,
    /// The leaf's bytes.
    pub leaf: Vec<u8>,
    /// The leaf's RFC 6962 hash.
    pub leaf_hash: Digest,
}

/// What [`crate::Locked::append`] did; counts only once committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The events, in the drafts' order.
    pub events: Vec<AppendedEvent>,
    /// Tiles that were completed.
    pub tiles: Vec<FullTile>,
    /// The tree's new right edge.
    pub edge: Edge,
    /// The new checkpoint.
    pub checkpoint: String,
}

/// An entry of the log as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its index.
    pub index: u64,
    /// Its id.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// How it went.
    pub outcome: Outcome,
    /// Who did it.
    pub actor: Option<PrincipalId>,
    /// The leaf, verbatim.
    pub leaf: Vec<u8>,
    /// Its RFC 6962 hash.
    pub leaf_hash: Digest,
    /// What is left of its openings.
    pub openings: Vec<Opening>,
}

/// An entry of a subject's own history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectEntry {
    /// Its number in that history, from 1.
    pub seq: u64,
    /// The entry.
    pub entry: LogEntry,
}

/// Which entries a search of the log shows; all that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// Done by.
    pub actor: Option<PrincipalId>,
    /// Concerning.
    pub subject: Option<PrincipalId>,
    /// About this secret.
    pub secret: Option<SecretId>,
    /// About these scopes; empty = all.
    pub scopes: Vec<ScopeId>,
    /// Of these kinds; empty = all.
    pub kinds: Vec<EventKind>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// Reads of the log.
#[async_trait]
pub trait LogReads {
    /// An entry by id.
    async fn event_by_id(&mut self, id: EventId) -> Result<Option<LogEntry>>;
    /// Entries from an index on, in order; leaves only for those who may see all of them.
    async fn events_from(&mut self, index: u64, limit: u32) -> Result<Vec<LogEntry>>;
    /// A subject's own history after a number, in order, with what is left of the openings.
    async fn events_of_subject(
        &mut self,
        subject: PrincipalId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<SubjectEntry>>;
    /// A subject's own history before a number, newest first.
    async fn events_of_subject_before(
        &mut self,
        subject: PrincipalId,
        before: u64,
        limit: u32,
    ) -> Result<Vec<SubjectEntry>>;
    /// The last number in a subject's history and that leaf's hash; (0, none) for none.
    async fn last_of_subject(&mut self, subject: PrincipalId) -> Result<(u64, Option<Digest>)>;
    /// Entries that match, newest first, before an index.
    async fn events_matching(
        &mut self,
        filter: &LogFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<LogEntry>>;
    /// One full tile; none while it is not full.
    async fn tile(&mut self, id: TileId) -> Result<Option<FullTile>>;
    /// Those of the given tiles that are full, in no order.
    async fn tiles(&mut self, ids: &[TileId]) -> Result<Vec<FullTile>>;
    /// The first event that has openings left.
    async fn first_opening(&mut self) -> Result<Option<u64>>;
    /// The leaf hashes of a range, for the part of level 0 that is not in a complete tile.
    async fn leaf_hashes(&mut self, from: u64, until: u64) -> Result<Vec<Digest>>;
}

/// The only writes of the log besides [`crate::Locked::append`].
#[async_trait]
pub trait LogWrites {
    /// Erases openings of events below an index (retention, rule 17); says how many.
    async fn erase_openings_before(&mut self, index: u64) -> Result<u64>;
    /// Erases openings about a principal; says how many.
    async fn erase_openings_about(&mut self, about: PrincipalId) -> Result<u64>;
    /// Begins a new origin after a restore (rule 19); the tree goes on.
    async fn set_log_origin(&mut self, origin: &str) -> Result<()>;
}

//! Releases under the lock: decide, append, commit, and only then answer (rules 9, 10, 21).
//!
//! All calls that wait share one transaction: one read of their sessions, one of the current versions, one insert of
//! their proofs, one append, one checkpoint. Values were sealed before; a value whose secret moved on since then is not
//! released, and its call is told to begin again; likewise a caller whose session was remembered and stands otherwise.

mod batch;
mod emergency;
mod judge;
mod read;
mod reply;
mod terms;

pub(super) use batch::run;
pub(super) use reply::Ask;
pub use terms::{action, lease};

use crate::caller::Caller;
use claviger_ledger::{edge::TileId, lease::CiphertextHash};
use claviger_model::ids::{EventId, ScopeId, SecretId};
use claviger_protocol::{problem::Problem, release::Purpose};
use claviger_storage::log::{Appended, Opening};
use std::{collections::HashMap, sync::Arc};

/// A call for values, prepared outside the lock.
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// What for.
    pub items: Vec<Item>,
}

/// One value that is wanted.
pub struct Item {
    /// Which secret was asked for.
    pub secret: SecretId,
    /// What for.
    pub purpose: Purpose,
    /// The version that was asked for; none for the current one.
    pub version: Option<u64>,
    /// The value, sealed to the device; none where it is not there or a refusal was foreseen.
    pub sealed: Option<Sealed>,
}

/// What the leaf says of a sealed value.
pub struct Sealed {
    /// The event that its key was exported for.
    pub event: EventId,
    /// The version that was sealed.
    pub version: u64,
    /// Where the secret stood.
    pub scope: ScopeId,
    /// The secret's cursor, where it was the current version; with another one it was another value.
    pub cursor: Option<u64>,
    /// The hash of the sealed bytes.
    pub ciphertext: CiphertextHash,
}

/// How a call was settled.
pub enum Settled {
    /// Something changed since the values were sealed: seal anew and ask again.
    Moved,
    /// Decided and committed.
    Done(Done),
}

/// A committed call.
pub struct Done {
    /// The commit that it was in.
    pub commit: Arc<Committed>,
    /// For each item: its place among the commit's events, or why it was refused.
    pub items: Vec<Result<usize, Problem>>,
}

/// What a commit put into the log; enough to prove each of its leaves.
pub struct Committed {
    /// The events, the tree's edge after them, and the checkpoint.
    pub appended: Appended,
    /// Tiles that it completed.
    pub tiles: HashMap<TileId, Vec<u8>>,
    /// The openings of each event.
    pub openings: Vec<Vec<Opening>>,
}

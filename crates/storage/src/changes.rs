//! The feed of changes that devices sync by. Cursors are assigned under the lock: no gaps, in commit order.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, RequestId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A secret's metadata or version; names scope and secret.
    Secret,
    /// A secret left this scope (moved, erased); names scope and secret.
    SecretGone,
    /// A scope; names it.
    Scope,
    /// What somebody may do; names the principal or team, and the scope for grants.
    Entitlement,
    /// Roles or guardrails: everyone's entitlement.
    Policy,
    /// A request; names it, its scope, its secret if any, and who asked.
    Request,
    /// An order waits; names the device's person.
    Order,
    /// A principal's name or state; names it.
    Principal,
    /// Somebody's history grew; names them. Only where their sessions ended or were suspended.
    History,
}

/// A change without its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewChange {
    /// What.
    pub kind: ChangeKind,
    /// Where.
    pub scope: Option<ScopeId>,
    /// Of which secret.
    pub secret: Option<SecretId>,
    /// Of whom.
    pub principal: Option<PrincipalId>,
    /// Which request; none in what was told before requests were named.
    pub request: Option<RequestId>,
}

/// An entry of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Its place.
    pub cursor: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: NewChange,
}

/// Reads of the feed.
#[async_trait]
pub trait ChangeReads {
    /// The newest cursor, and the one before which the feed was cut.
    async fn cursor(&mut self) -> Result<(u64, u64)>;
    /// Everything after a cursor, in order; what drives the streams of hints.
    async fn changes_since(&mut self, cursor: u64, limit: u32) -> Result<Vec<Change>>;
    /// Changes at these scopes after a cursor, in order; of the given kinds only.
    async fn scope_changes_since(
        &mut self,
        scopes: &[ScopeId],
        kinds: &[ChangeKind],
        cursor: u64,
        limit: u32,
    ) -> Result<Vec<Change>>;
    /// Changes that name one of these principals after a cursor, in order; of the given kinds only.
    async fn principal_changes_since(
        &mut self,
        principals: &[PrincipalId],
        kinds: &[ChangeKind],
        cursor: u64,
        limit: u32,
    ) -> Result<Vec<Change>>;
    /// Whether roles or guardrails changed after a cursor.
    async fn policy_changed_since(&mut self, cursor: u64) -> Result<bool>;
}

/// Writes of the feed.
#[async_trait]
pub trait ChangeWrites {
    /// Records changes beyond those that the other writes record by themselves; returns the newest cursor.
    async fn record_changes(&mut self, changes: &[NewChange]) -> Result<u64>;
    /// Cuts the feed up to and with a cursor.
    async fn cut_changes(&mut self, until: u64) -> Result<()>;
}

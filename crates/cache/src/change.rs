//! What a sync brings, in one transaction, and what it left.

use crate::{cache::Cache, error::CacheError, secret_view::SecretView};
use claviger_model::{
    ids::{RequestId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    principals::PrincipalRecord, requests::RequestRecord, secrets::SecretRecord, sync::Entitlement,
};

/// Everything of one reply, or several; written all or not at all.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The cursor to go on from.
    pub cursor: Option<u64>,
    /// The server's time.
    pub now: Option<Timestamp>,
    /// A new entitlement; secrets of scopes that it lacks are dropped.
    pub entitlement: Option<Entitlement>,
    /// Made or changed.
    pub secrets: Vec<SecretRecord>,
    /// Gone.
    pub removed: Vec<SecretId>,
    /// New or answered.
    pub requests: Vec<RequestRecord>,
    /// Requests that are not shown any more.
    pub requests_removed: Vec<RequestId>,
    /// New or renamed.
    pub principals: Vec<PrincipalRecord>,
}

/// What is stored beside secrets and history.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The cursor to go on from; 0 when everything has to be fetched.
    pub cursor: u64,
    /// The entitlement, after the first sync.
    pub entitlement: Option<Entitlement>,
    /// Requests, in no order.
    pub requests: Vec<RequestRecord>,
    /// People and teams, in no order.
    pub principals: Vec<PrincipalRecord>,
}

impl Cache {
    /// Writes a change in one transaction. A lease stays until it ends or an order takes it.
    pub async fn apply(&self, change: Change) -> Result<(), CacheError> {
        todo!()
    }

    /// Reads everything but secrets and history.
    pub async fn stored(&self) -> Result<Stored, CacheError> {
        todo!()
    }

    /// Reads all secrets, borrowed from each page while it is open.
    pub async fn secrets<T: Send>(
        &self,
        map: impl FnMut(SecretView<'_>) -> T + Send,
    ) -> Result<Vec<T>, CacheError> {
        todo!()
    }

    /// Reads one secret.
    pub async fn secret(&self, secret: SecretId) -> Result<Option<SecretRecord>, CacheError> {
        todo!()
    }
}

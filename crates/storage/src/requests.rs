//! Requests for a rotation or for access.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A new value of a secret.
    Rotation {
        /// The secret.
        secret: SecretId,
    },
    /// A role for a while.
    Access {
        /// Which.
        role: RoleId,
        /// For one secret only; none = the whole scope.
        secret: Option<SecretId>,
        /// For how long, in seconds.
        seconds: u32,
        /// The request whose access it prolongs.
        extends: Option<RequestId>,
    },
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    /// Waits for an answer.
    Open,
    /// Fulfilled.
    Done,
    /// Refused.
    Refused,
    /// Taken back by who asked.
    Withdrawn,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What is asked for.
    pub asked: Asked,
    /// Where; for a rotation, the secret's scope when it was asked.
    pub scope: ScopeId,
    /// Who asks.
    pub asked_by: PrincipalId,
    /// When.
    pub asked_at: Timestamp,
    /// Why; text of a person.
    pub reason: String,
    /// Where it stands.
    pub state: RequestState,
    /// The answer; none while open.
    pub answer: Option<Answer>,
}

/// A place in the order of requests: newest first, and by id where they were made in the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestPlace {
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Its id.
    pub id: RequestId,
}

/// The end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub word: String,
    /// The version that fulfilled a rotation.
    pub version: Option<u64>,
}

/// Reads of requests.
#[async_trait]
pub trait RequestReads {
    /// One request.
    async fn request(&mut self, id: RequestId) -> Result<Option<Request>>;
    /// A secret's requests, newest first.
    async fn requests_of_secret(&mut self, secret: SecretId, limit: u32) -> Result<Vec<Request>>;
    /// Open requests at these scopes, oldest first (pass the scopes where the caller may answer).
    async fn open_requests_in(&mut self, scopes: &[ScopeId], limit: u32) -> Result<Vec<Request>>;
    /// Requests at these scopes in any state, newest first, asked before a moment.
    async fn requests_in(
        &mut self,
        scopes: &[ScopeId],
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<Request>>;
    /// What someone asked for at a scope, newest first.
    async fn requests_by_at(
        &mut self,
        principal: PrincipalId,
        scope: ScopeId,
        limit: u32,
    ) -> Result<Vec<Request>>;
    /// How many requests of someone were made after a moment and are open.
    async fn open_requests_of(&mut self, principal: PrincipalId, after: Timestamp) -> Result<u64>;
    /// Whether [`RequestWrites::delete_requests_before`] would find any.
    async fn any_to_delete(&mut self, moment: Timestamp) -> Result<bool>;
    /// How many requests someone made after a moment, whatever became of them.
    async fn requests_made_since(&mut self, principal: PrincipalId, since: Timestamp) -> Result<u64>;
    /// Several requests.
    async fn requests(&mut self, ids: &[RequestId]) -> Result<Vec<Request>>;
    /// What someone asked for anywhere and what anybody asked for at these scopes, after a place in the order: newest first.
    async fn requests_after(
        &mut self,
        principal: PrincipalId,
        scopes: &[ScopeId],
        after: Option<RequestPlace>,
        limit: u32,
    ) -> Result<Vec<Request>>;
    /// What someone asked for, newest first.
    async fn requests_by(&mut self, principal: PrincipalId, limit: u32) -> Result<Vec<Request>>;
}

/// Writes of requests.
#[async_trait]
pub trait RequestWrites {
    /// Makes a request; [`crate::Conflict::NameTaken`] is impossible, but the same person cannot have two open rotation requests for
    /// one secret: [`crate::Conflict::AlreadyUsed`].
    async fn insert_request(&mut self, request: &Request) -> Result<()>;
    /// Ends an open request; [`crate::Conflict::Changed`] when it is not open.
    async fn answer_request(&mut self, id: RequestId, state: RequestState, answer: &Answer) -> Result<()>;
    /// Fulfils all open rotation requests of a secret with a new version; returns them as they were.
    async fn fulfil_rotations(&mut self, secret: SecretId, answer: &Answer) -> Result<Vec<Request>>;
    /// Deletes requests that were answered before a moment and whose access is over, with their approvals; how many.
    async fn delete_requests_before(&mut self, moment: Timestamp, limit: u32) -> Result<u64>;
    /// Withdraws all open requests of a principal (offboarding); returns them as they were.
    async fn withdraw_requests_of(&mut self, principal: PrincipalId, answer: &Answer)
    -> Result<Vec<Request>>;
}

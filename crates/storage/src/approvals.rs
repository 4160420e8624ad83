//! Approvals of requests, what came of them, and how a scope approves.

use crate::{Result, requests::Request};
use async_trait::async_trait;
use claviger_model::{
    approval::RequestSettings,
    grant::Grant,
    ids::{GrantId, PolicyId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    scope::Scope,
    time::Timestamp,
};

/// One approval of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Of which request.
    pub request: RequestId,
    /// By whom.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What was approved; none for a rotation.
    pub terms: Option<Terms>,
    /// What they said.
    pub word: String,
}

/// What is to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The role.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// For how long, in seconds.
    pub seconds: u32,
}

/// The grant that a request became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The request.
    pub request: RequestId,
    /// The grant.
    pub grant: GrantId,
    /// The rule that approved it.
    pub rule: Option<PolicyId>,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When what it gave was ordered away, whichever way it ended.
    pub closed_at: Option<Timestamp>,
}

/// Reads of approvals.
#[async_trait]
pub trait ApprovalReads {
    /// The approvals of these requests, oldest first.
    async fn steps_of(&mut self, requests: &[RequestId]) -> Result<Vec<Step>>;
    /// The grants that these requests became.
    async fn given_by(&mut self, requests: &[RequestId]) -> Result<Vec<Given>>;
    /// The requests that these grants came of.
    async fn given_as(&mut self, grants: &[GrantId]) -> Result<Vec<Given>>;
    /// Grants by request that ended by themselves and were not seen to, oldest first.
    async fn given_and_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Given>>;
    /// The settings for requests of those of these scopes that have any.
    async fn request_settings(&mut self, scopes: &[ScopeId]) -> Result<Vec<(ScopeId, RequestSettings)>>;
    /// Live grants of these roles at these scopes.
    async fn grants_of_roles(
        &mut self,
        roles: &[RoleId],
        scopes: &[ScopeId],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Grant>>;
    /// Several grants, ended or not.
    async fn grants(&mut self, ids: &[GrantId]) -> Result<Vec<Grant>>;
    /// Requests for access at these scopes that were asked after a moment, newest first.
    async fn access_requests_since(
        &mut self,
        scopes: &[ScopeId],
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Request>>;
    /// How many living secrets are directly in a scope.
    async fn secrets_directly_in(&mut self, scope: ScopeId) -> Result<u64>;
    /// How many living secrets are at and below a scope.
    async fn secrets_under(&mut self, scope: ScopeId) -> Result<u64>;
    /// When somebody (none: anybody) last read a value at or below a scope.
    async fn last_release_under(
        &mut self,
        scope: ScopeId,
        principal: Option<PrincipalId>,
    ) -> Result<Option<(SecretId, Timestamp)>>;
    /// Scopes that are not closed to everyone, in the order of ids, after the given one.
    async fn discoverable_scopes(&mut self, after: Option<ScopeId>, limit: u32) -> Result<Vec<Scope>>;
}

/// Writes of approvals.
#[async_trait]
pub trait ApprovalWrites {
    /// Approves; [`crate::Conflict::IdTaken`] when this person has already.
    async fn insert_step(&mut self, step: &Step) -> Result<()>;
    /// Remembers what a request became.
    async fn insert_given(&mut self, given: &Given) -> Result<()>;
    /// Another grant stands for what a request became; whether there was such a request. The new one lives and may be closed.
    async fn pass_given(&mut self, from: GrantId, to: GrantId) -> Result<bool>;
    /// What a grant gave was ordered away; whether it was not before.
    async fn close_given(&mut self, grant: GrantId, at: Timestamp) -> Result<bool>;
    /// Writes a scope's settings for requests; whether the scope exists.
    async fn put_request_settings(
        &mut self,
        scope: ScopeId,
        settings: &RequestSettings,
        at: Timestamp,
    ) -> Result<bool>;
}

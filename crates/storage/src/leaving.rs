//! What hangs on a person: what waits for them, what only they answer for, and what they hold the keys of.

use crate::{Result, requests::Request, services::ServiceKey};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, PrincipalId, ProposalId, RequestId, SecretId},
    secret::Secret,
    time::Timestamp,
};

/// Reads of what hangs on a person. The cost of each follows its answer.
#[async_trait]
pub trait LeavingReads {
    /// Their own requests that are open, in the order of ids.
    async fn open_requests_by(&mut self, principal: PrincipalId) -> Result<Vec<Request>>;
    /// The open requests that they approved, in the order of ids.
    async fn open_approvals_by(&mut self, principal: PrincipalId) -> Result<Vec<RequestId>>;
    /// The changes that they proposed and that wait, in the order of ids.
    async fn open_proposals_by(&mut self, principal: PrincipalId) -> Result<Vec<ProposalId>>;
    /// Secrets that they own, in the bin or not, in the order of ids, after the given one.
    async fn secrets_owned_by(
        &mut self,
        principal: PrincipalId,
        after: Option<SecretId>,
        limit: u32,
    ) -> Result<Vec<Secret>>;
    /// Living keys of service identities that they made, in the order of ids.
    async fn live_keys_made_by(&mut self, principal: PrincipalId, now: Timestamp) -> Result<Vec<ServiceKey>>;
    /// The active service identities that these teams answer for, in the order of ids.
    async fn services_of_teams(&mut self, teams: &[PrincipalId]) -> Result<Vec<PrincipalId>>;
    /// The active teams in which a person is, directly or through active teams, and no other active person is; in the order of
    /// ids.
    async fn teams_alone(&mut self, person: PrincipalId) -> Result<Vec<PrincipalId>>;
    /// The active teams in which a case left nobody, and in which no active person is today, directly or through active teams; in
    /// the order of ids, with the moment at which the last one was taken out.
    async fn teams_left(&mut self, case: CaseId, limit: u32) -> Result<Vec<(PrincipalId, Timestamp)>>;
}

/// Writes of what hangs on a person.
#[async_trait]
pub trait LeavingWrites {
    /// Takes back the approvals that somebody gave to requests which are still open; says of which.
    async fn withdraw_approvals_of(&mut self, principal: PrincipalId) -> Result<Vec<RequestId>>;
}

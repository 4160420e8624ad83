//! Roles, grants and guardrails.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    grant::{Ended, Grant},
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, PrincipalId, RoleId, ScopeId},
    role::Role,
    time::Timestamp,
};

/// Reads of roles, grants and guardrails. *Live* grants are those that have not ended and whose expiry lies after `now`; those
/// that begin later are included, since a cached decision must end when they begin (rule 10).
#[async_trait]
pub trait GrantReads {
    /// One role. Actions that this program does not know are left out: nobody can ask for them here.
    async fn role(&mut self, id: RoleId) -> Result<Option<Role>>;
    /// All roles, in the order of names.
    async fn roles(&mut self) -> Result<Vec<Role>>;
    /// One grant, ended or not.
    async fn grant(&mut self, id: GrantId) -> Result<Option<Grant>>;
    /// The live grants of these principals at these scopes (pass closures and chains).
    async fn grants_for(
        &mut self,
        principals: &[PrincipalId],
        scopes: &[ScopeId],
        now: Timestamp,
    ) -> Result<Vec<Grant>>;
    /// The live grants of these principals anywhere: the scope index (pass a closure).
    async fn scope_index(&mut self, principals: &[PrincipalId], now: Timestamp) -> Result<Vec<Grant>>;
    /// Live grants at these scopes, in the order of ids, after the given one.
    async fn grants_at(
        &mut self,
        scopes: &[ScopeId],
        now: Timestamp,
        after: Option<GrantId>,
        limit: u32,
    ) -> Result<Vec<Grant>>;
    /// Live grants at and below a scope, in the order of ids, after the given one.
    async fn grants_under(
        &mut self,
        top: ScopeId,
        now: Timestamp,
        after: Option<GrantId>,
        limit: u32,
    ) -> Result<Vec<Grant>>;
    /// All grants a principal ever had directly, newest first.
    async fn grant_history(&mut self, principal: PrincipalId, limit: u32) -> Result<Vec<Grant>>;
    /// Who holds live grants of a role, anywhere, each once.
    async fn holders_of(&mut self, role: RoleId, now: Timestamp) -> Result<Vec<PrincipalId>>;
    /// Whether an active person holds this role at this scope now (for rule 8: is there an Owner), teams included.
    async fn anyone_holds(&mut self, role: RoleId, scope: ScopeId, now: Timestamp) -> Result<bool>;
    /// All guardrails, in the order of names.
    async fn guardrails(&mut self) -> Result<Vec<Guardrail>>;
    /// The epoch, outside the lock.
    async fn committed_epoch(&mut self) -> Result<u64>;
}

/// Writes of roles, grants and guardrails.
#[async_trait]
pub trait GrantWrites {
    /// Makes a role or writes it anew; [`crate::Conflict::NameTaken`].
    async fn put_role(&mut self, role: &Role) -> Result<()>;
    /// Deletes a role that is not built in; [`crate::Conflict::Referred`] while a grant names it; whether it existed.
    async fn delete_role(&mut self, id: RoleId) -> Result<bool>;
    /// Gives a grant.
    async fn insert_grant(&mut self, grant: &Grant) -> Result<()>;
    /// Gives many grants in few statements (seeding, imports).
    async fn insert_grants(&mut self, grants: &[Grant]) -> Result<()>;
    /// Ends a grant; [`crate::Conflict::Changed`] when it has ended already or does not exist.
    async fn end_grant(&mut self, id: GrantId, end: &Ended) -> Result<()>;
    /// Gives a grant an earlier end; [`crate::Conflict::Changed`] when it has ended, does not exist, or would end no earlier.
    async fn shorten_grant(&mut self, id: GrantId, expires_at: Timestamp) -> Result<()>;
    /// Ends all live grants of a principal; returns them as they were.
    async fn end_grants_of(&mut self, principal: PrincipalId, end: &Ended) -> Result<Vec<Grant>>;
    /// Makes a guardrail or writes it anew; [`crate::Conflict::NameTaken`].
    async fn put_guardrail(&mut self, guardrail: &Guardrail) -> Result<()>;
    /// Deletes a guardrail; whether it existed.
    async fn delete_guardrail(&mut self, id: PolicyId) -> Result<bool>;
}

//! Roles, grants and guardrails.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{GrantId, PolicyId, PrincipalId, RoleId, ScopeId},
    name::Name,
    time::Timestamp,
};

/// A named set of actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its id; the built-in ones' are well known.
    pub id: RoleId,
    /// Unique, case aside.
    pub name: Name,
    /// Codes of the actions; the policy crate reads them and refuses unknown ones.
    pub actions: Vec<String>,
    /// Which roles its holders may grant, at and below their scope (rule 13).
    pub may_grant: Vec<RoleId>,
    /// Comes with the program and cannot be edited.
    pub builtin: bool,
}

/// A role given to a principal at a scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Who has it.
    pub principal: PrincipalId,
    /// What.
    pub role: RoleId,
    /// Where, and below.
    pub scope: ScopeId,
    /// Why; text of a person.
    pub reason: String,
    /// Who gave it; none for bootstrap and seed.
    pub granted_by: Option<PrincipalId>,
    /// When it was given.
    pub granted_at: Timestamp,
    /// From when it counts.
    pub not_before: Option<Timestamp>,
    /// Until when it counts.
    pub expires_at: Option<Timestamp>,
    /// Conditions of network, hours, sign-in age, as the policy crate writes them; `null` for none.
    pub conditions: serde_json::Value,
    /// How it ended before its time.
    pub ended: Option<GrantEnd>,
}

/// The early end of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantEnd {
    /// When.
    pub at: Timestamp,
    /// By whom; none for the system.
    pub by: Option<PrincipalId>,
    /// Why.
    pub reason: String,
}

/// A guardrail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its id.
    pub id: PolicyId,
    /// Unique, case aside.
    pub name: Name,
    /// The Cedar text.
    pub text: String,
    /// Whether it counts.
    pub enabled: bool,
    /// Comes with the program.
    pub builtin: bool,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// Reads of roles, grants and guardrails. *Live* grants are those that have not ended and whose expiry lies after `now`; those
/// that begin later are included, since a cached decision must end when they begin (rule 10).
#[async_trait]
pub trait GrantReads {
    /// One role.
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
    /// Whether an active person holds this role at this scope now (for rule 8: is there an Owner), teams included.
    async fn anyone_holds(&mut self, role: RoleId, scope: ScopeId, now: Timestamp) -> Result<bool>;
    /// All guardrails, in the order of names.
    async fn policies(&mut self) -> Result<Vec<Policy>>;
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
    async fn end_grant(&mut self, id: GrantId, end: &GrantEnd) -> Result<()>;
    /// Ends all live grants of a principal; returns them as they were.
    async fn end_grants_of(&mut self, principal: PrincipalId, end: &GrantEnd) -> Result<Vec<Grant>>;
    /// Makes a guardrail or writes it anew; [`crate::Conflict::NameTaken`].
    async fn put_policy(&mut self, policy: &Policy) -> Result<()>;
    /// Deletes a guardrail; whether it existed.
    async fn delete_policy(&mut self, id: PolicyId) -> Result<bool>;
}

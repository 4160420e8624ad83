//! Who is reached by grants: through teams, and teams within teams.

use crate::{Result, principals::Principal};
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};

/// Where a page in the order of names goes on: after this folded name and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AfterName {
    /// The last one's folded name.
    pub folded: String,
    /// The last one's id.
    pub id: PrincipalId,
}

impl AfterName {
    /// After a principal.
    pub fn of(principal: &Principal) -> Self {
        Self {
            folded: principal.name.folded(),
            id: principal.id,
        }
    }
}

/// Reads of whom grants reach.
#[async_trait]
pub trait ReachReads {
    /// People and services whom a live grant at one of these scopes reaches, directly or through active teams, each once, in the
    /// order of names.
    async fn reached(
        &mut self,
        scopes: &[ScopeId],
        now: Timestamp,
        after: Option<&AfterName>,
        limit: u32,
    ) -> Result<Vec<Principal>>;
    /// The memberships (member, team) by which these are in active teams, directly or through other teams, each once; safe with
    /// cycles.
    async fn team_edges(&mut self, members: &[PrincipalId]) -> Result<Vec<(PrincipalId, PrincipalId)>>;
    /// The people and services in a team, directly or through active teams, each once, in the order of names; a person or service
    /// is in itself.
    async fn people_in(
        &mut self,
        principal: PrincipalId,
        after: Option<&AfterName>,
        limit: u32,
    ) -> Result<Vec<Principal>>;
}

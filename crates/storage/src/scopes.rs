//! The tree of places. Ancestors are kept as a closure, so that a chain or a subtree is one look-up.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::ScopeId,
    name::Name,
    scope::{Discoverable, EnvironmentClass, Scope, ScopePath},
    time::Timestamp,
};

/// What can be set at a scope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeSettings {
    /// Only for environments.
    pub class: Option<EnvironmentClass>,
    /// Who may know of its secrets.
    pub discoverable: Discoverable,
    /// Maximum age of an offline copy in seconds; see [`Scope::lease_seconds`].
    pub lease_seconds: Option<u32>,
}

/// Reads of scopes.
#[async_trait]
pub trait ScopeReads {
    /// One scope.
    async fn scope(&mut self, id: ScopeId) -> Result<Option<Scope>>;
    /// Those of the given ones that exist, in no order.
    async fn scopes(&mut self, ids: &[ScopeId]) -> Result<Vec<Scope>>;
    /// The organization's own scope; none before it was made.
    async fn root_scope(&mut self) -> Result<Option<Scope>>;
    /// The scope at a path, case aside.
    async fn scope_at(&mut self, path: &ScopePath) -> Result<Option<Scope>>;
    /// The child of this name, case aside.
    async fn scope_child(&mut self, parent: ScopeId, name: &Name) -> Result<Option<Scope>>;
    /// The children, in the order of their names.
    async fn scope_children(&mut self, parent: ScopeId) -> Result<Vec<Scope>>;
    /// The scope and its ancestors, from itself up to the organization; empty when it does not exist.
    async fn scope_chain(&mut self, id: ScopeId) -> Result<Vec<Scope>>;
    /// The chains of many scopes in one statement: (scope, ancestor, distance), itself at distance 0.
    async fn scope_chains(&mut self, ids: &[ScopeId]) -> Result<Vec<(ScopeId, ScopeId, u32)>>;
    /// The given scopes and everything below them, each once, in the order of ids after the given one.
    async fn scopes_under(
        &mut self,
        tops: &[ScopeId],
        after: Option<ScopeId>,
        limit: u32,
    ) -> Result<Vec<Scope>>;
}

/// Writes of scopes.
#[async_trait]
pub trait ScopeWrites {
    /// Makes a scope below a parent (none: the root, once) and returns it with its path;
    /// [`crate::Conflict::NameTaken`], [`crate::Conflict::Missing`] parent, [`crate::Conflict::Misplaced`] when too deep.
    async fn insert_scope(
        &mut self,
        id: ScopeId,
        parent: Option<ScopeId>,
        name: &Name,
        settings: &ScopeSettings,
        at: Timestamp,
    ) -> Result<Scope>;
    /// Renames a scope and with it the paths below; whether it exists.
    async fn rename_scope(&mut self, id: ScopeId, name: &Name, at: Timestamp) -> Result<bool>;
    /// Writes a scope's settings; whether it exists.
    async fn set_scope(&mut self, id: ScopeId, settings: &ScopeSettings, at: Timestamp) -> Result<bool>;
    /// Puts a scope and all below it elsewhere; [`crate::Conflict::Misplaced`] under itself or too deep.
    async fn move_scope(&mut self, id: ScopeId, parent: ScopeId, at: Timestamp) -> Result<()>;
}

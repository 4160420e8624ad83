//! The tree of scopes, as lists need it.

use crate::question::Resource;
use claviger_model::{
    ids::{ScopeId, SecretId},
    scope::{EnvironmentClass, MAX_DEPTH},
};
use std::collections::BTreeMap;

/// A scope's place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeNode {
    /// None for the organization.
    pub parent: Option<ScopeId>,
    /// Set on environments only.
    pub class: Option<EnvironmentClass>,
}

/// Every scope with its parent and class.
#[derive(Debug, Clone, Default)]
pub struct ScopeTree {
    nodes: BTreeMap<ScopeId, ScopeNode>,
    children: BTreeMap<ScopeId, Vec<ScopeId>>,
}

impl FromIterator<(ScopeId, ScopeNode)> for ScopeTree {
    fn from_iter<I: IntoIterator<Item = (ScopeId, ScopeNode)>>(scopes: I) -> Self {
        let nodes: BTreeMap<_, _> = scopes.into_iter().collect();
        let mut children: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, node) in &nodes {
            if let Some(parent) = node.parent {
                children.entry(parent).or_default().push(*id);
            }
        }
        Self { nodes, children }
    }
}

impl ScopeTree {
    /// Every scope.
    pub fn scopes(&self) -> impl Iterator<Item = ScopeId> + '_ {
        self.nodes.keys().copied()
    }

    /// The scope and all above it, innermost first; none for a scope that is not there or does not reach the
    /// organization.
    pub fn chain(&self, scope: ScopeId) -> Option<Vec<ScopeId>> {
        let mut chain = vec![scope];
        let mut node = self.nodes.get(&scope)?;
        while let Some(parent) = node.parent {
            if chain.len() > MAX_DEPTH {
                return None;
            }
            chain.push(parent);
            node = self.nodes.get(&parent)?;
        }
        Some(chain)
    }

    /// What a question about this place is about. The class is that of the innermost classified scope around it.
    pub fn resource(&self, scope: ScopeId, secret: Option<SecretId>) -> Option<Resource> {
        let chain = self.chain(scope)?;
        let class = chain.iter().find_map(|scope| self.nodes.get(scope)?.class);
        Some(Resource { secret, chain, class })
    }

    /// The scopes directly below.
    pub fn children(&self, scope: ScopeId) -> &[ScopeId] {
        self.children.get(&scope).map_or(&[], Vec::as_slice)
    }

    /// The scope and all below it.
    pub fn below(&self, scope: ScopeId) -> Vec<ScopeId> {
        let mut found: Vec<_> = self
            .nodes
            .contains_key(&scope)
            .then_some(scope)
            .into_iter()
            .collect();
        let mut at = 0;
        while let Some(next) = found.get(at) {
            found.extend_from_slice(self.children(*next));
            at += 1;
            if found.len() > self.nodes.len() {
                break;
            }
        }
        found
    }
}

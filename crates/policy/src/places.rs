//! Places, and those of them that are alike for somebody.

use crate::{
    question::{Caller, Resource},
    tree::ScopeTree,
};
use claviger_model::{grant::Grant, ids::ScopeId, scope::EnvironmentClass};
use std::collections::{BTreeSet, HashMap};

/// The tree with what a question says of each place, made once.
pub struct Places {
    tree: ScopeTree,
    resources: HashMap<ScopeId, Resource>,
}

/// Places that every policy answers alike for somebody.
pub(crate) struct Alike {
    pub(crate) scopes: Vec<ScopeId>,
    pub(crate) resource: Resource,
    /// The grants along the chain of each of them.
    pub(crate) grants: Vec<Grant>,
}

impl Places {
    /// Of a tree.
    pub fn of(tree: ScopeTree) -> Self {
        let resource = |scope| Some((scope, tree.resource(scope, None)?));
        Self {
            resources: tree.scopes().filter_map(resource).collect(),
            tree,
        }
    }

    /// A place.
    pub fn resource(&self, scope: ScopeId) -> Option<&Resource> {
        self.resources.get(&scope)
    }

    /// The places that somebody's grants reach, by what tells two places apart.
    pub(crate) fn alike(&self, caller: &Caller, grants: &[Grant], named: &BTreeSet<ScopeId>) -> Vec<Alike> {
        let mut by_scope: HashMap<ScopeId, Vec<usize>> = HashMap::new();
        for (at, grant) in grants.iter().enumerate() {
            if caller.answers_to(grant.principal) {
                by_scope.entry(grant.scope).or_default().push(at);
            }
        }
        let mut seen = BTreeSet::new();
        let mut found: HashMap<(Vec<usize>, EnvironmentClass, Vec<ScopeId>, bool), Alike> = HashMap::new();
        for scope in by_scope.keys().flat_map(|scope| self.tree.below(*scope)) {
            if !seen.insert(scope) {
                continue;
            }
            let Some(resource) = self.resources.get(&scope) else {
                continue;
            };
            let mut reaching: Vec<usize> = resource
                .chain
                .iter()
                .filter_map(|above| by_scope.get(above))
                .flatten()
                .copied()
                .collect();
            reaching.sort_unstable();
            let of_chain = resource.chain.iter().filter(|above| named.contains(above));
            let key = (
                reaching,
                EnvironmentClass::effective(resource.class),
                of_chain.copied().collect(),
                named.contains(&scope),
            );
            let grants_of = |reaching: &[usize]| {
                let reaching = reaching.iter().filter_map(|at| grants.get(*at));
                reaching.cloned().collect()
            };
            let alike = found.entry(key).or_insert_with_key(|(reaching, ..)| Alike {
                scopes: Vec::new(),
                resource: resource.clone(),
                grants: grants_of(reaching),
            });
            alike.scopes.push(scope);
        }
        found.into_values().collect()
    }
}

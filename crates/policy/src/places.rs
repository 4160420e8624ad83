//! Places, and those of them that are alike for somebody.

use crate::{
    question::{Caller, Resource},
    survey::{Bearing, Survey},
    tree::ScopeTree,
};
use claviger_model::{grant::Grant, ids::ScopeId, scope::EnvironmentClass};
use std::{
    borrow::Borrow,
    collections::{BTreeSet, HashMap, HashSet},
};

/// The tree with what a question says of each place, made once.
pub struct Places {
    tree: ScopeTree,
    resources: HashMap<ScopeId, Resource>,
}

/// What tells two places apart for somebody.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    bearings: Vec<Bearing>,
    class: EnvironmentClass,
    named: Vec<ScopeId>,
    is_named: bool,
}

/// Places that every policy answers alike for somebody.
pub(crate) struct Alike {
    pub(crate) scopes: Vec<ScopeId>,
    /// The first of them.
    pub(crate) resource: Resource,
    /// The grants along the chain of the first of them, those along the others' are like them.
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

    /// The places that somebody's grants reach, by what tells two places apart: their class, the scopes that guardrails name, and
    /// what the grants that reach them bear on an answer.
    pub(crate) fn alike<G: Borrow<Grant>>(
        &self,
        caller: &Caller,
        grants: &[G],
        named: &BTreeSet<ScopeId>,
        survey: &Survey<'_>,
    ) -> Vec<Alike> {
        let mut by_scope: HashMap<ScopeId, Vec<(Bearing, usize)>> = HashMap::new();
        for (at, grant) in grants.iter().enumerate() {
            let grant: &Grant = grant.borrow();
            if caller.answers_to(grant.principal) {
                let bearing = survey.bearing(caller, grant);
                by_scope.entry(grant.scope).or_default().push((bearing, at));
            }
        }
        let mut seen = HashSet::new();
        let mut found: HashMap<Likeness, Alike> = HashMap::new();
        for scope in by_scope.keys().flat_map(|scope| self.tree.below(*scope)) {
            if !seen.insert(scope) {
                continue;
            }
            let Some(resource) = self.resources.get(&scope) else {
                continue;
            };
            let reaching = || {
                let chain = resource.chain.iter();
                chain.filter_map(|above| by_scope.get(above)).flatten()
            };
            let mut bearings: Vec<Bearing> = reaching().map(|(bearing, _)| *bearing).collect();
            bearings.sort_unstable();
            bearings.dedup();
            let of_chain = resource.chain.iter().filter(|above| named.contains(above));
            let likeness = Likeness {
                bearings,
                class: EnvironmentClass::effective(resource.class),
                named: of_chain.copied().collect(),
                is_named: named.contains(&scope),
            };
            let alike = found.entry(likeness).or_insert_with(|| Alike {
                scopes: Vec::new(),
                resource: resource.clone(),
                grants: reaching()
                    .filter_map(|(_, at)| grants.get(*at))
                    .map(|grant| Borrow::<Grant>::borrow(grant).clone())
                    .collect(),
            });
            alike.scopes.push(scope);
        }
        found.into_values().collect()
    }
}

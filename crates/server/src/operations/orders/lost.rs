//! What somebody lost between two states of their access.

use crate::entitlement::list::Listed;
use claviger_model::{action::Action, ids::ScopeId, scope::Scope};
use std::collections::{BTreeMap, BTreeSet};

/// Scopes, by what was lost at them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lost {
    /// With everything below them: no name stays.
    pub whole: BTreeSet<ScopeId>,
    /// Names directly in them are lost, but something below stays.
    pub alone: BTreeSet<ScopeId>,
    /// Names stay, values may be read no more.
    pub values: BTreeSet<ScopeId>,
}

impl Lost {
    /// Compares two states.
    pub fn between(before: &Listed, after: &Listed) -> Self {
        let sees = |listed: &Listed, scope| listed.allows(scope, Action::SecretView);
        let reads = |listed: &Listed, scope| {
            listed.allows(scope, Action::SecretUse) || listed.allows(scope, Action::SecretReveal)
        };
        let scopes = || before.rights.scopes.keys().copied();
        let names: BTreeSet<_> = scopes()
            .filter(|scope| sees(before, *scope) && !sees(after, *scope))
            .collect();
        let values = scopes().filter(|scope| reads(before, *scope) && !reads(after, *scope));
        let values = values.filter(|scope| !names.contains(scope)).collect();
        let parents: BTreeMap<ScopeId, Option<ScopeId>> = before
            .scopes
            .iter()
            .chain(&after.scopes)
            .map(|scope: &Scope| (scope.id, scope.parent))
            .collect();
        let kept = above(after.scopes_with(Action::SecretView), &parents);
        let (alone, gone): (BTreeSet<_>, BTreeSet<_>) =
            names.into_iter().partition(|scope| kept.contains(scope));
        let within = |scope: &ScopeId| {
            parents
                .get(scope)
                .copied()
                .flatten()
                .is_some_and(|parent| gone.contains(&parent))
        };
        let whole = gone.iter().filter(|scope| !within(scope)).copied().collect();
        Self { whole, alone, values }
    }

    /// Whether nothing was lost.
    pub fn is_nothing(&self) -> bool {
        self.whole.is_empty() && self.alone.is_empty() && self.values.is_empty()
    }
}

/// The given scopes and all above them.
fn above(scopes: Vec<ScopeId>, parents: &BTreeMap<ScopeId, Option<ScopeId>>) -> BTreeSet<ScopeId> {
    let mut found = BTreeSet::new();
    for scope in scopes {
        let mut next = Some(scope);
        while let Some(scope) = next.filter(|scope| found.insert(*scope)) {
            next = parents.get(&scope).copied().flatten();
        }
    }
    found
}

//! What somebody lost between two states of their access.

use crate::entitlement::list::Listed;
use claviger_model::{action::Action, ids::ScopeId, scope::Scope};
use claviger_policy::entitled::Entitlements as Rights;
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
        let parents = before.scopes.iter().chain(&after.scopes);
        let parents = parents.map(|scope: &Scope| (scope.id, scope.parent)).collect();
        Self::of(&before.rights, &after.rights, &parents)
    }

    /// Compares the rights of two states, given the parents of all scopes in them and above them.
    pub fn of(before: &Rights, after: &Rights, parents: &BTreeMap<ScopeId, Option<ScopeId>>) -> Self {
        let allows = |rights: &Rights, scope: ScopeId, action: Action| {
            rights
                .scopes
                .get(&scope)
                .is_some_and(|rights| rights.actions.contains(&action))
        };
        let sees = |rights: &Rights, scope| allows(rights, scope, Action::SecretView);
        let reads = |rights: &Rights, scope| {
            allows(rights, scope, Action::SecretUse) || allows(rights, scope, Action::SecretReveal)
        };
        let scopes = || before.scopes.keys().copied();
        let names: BTreeSet<_> = scopes()
            .filter(|scope| sees(before, *scope) && !sees(after, *scope))
            .collect();
        let values = scopes().filter(|scope| reads(before, *scope) && !reads(after, *scope));
        let values = values.filter(|scope| !names.contains(scope)).collect();
        let seen = after.scopes.keys().copied().filter(|scope| sees(after, *scope));
        let kept = above(seen.collect(), parents);
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

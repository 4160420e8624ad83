//! Reading an entitlement: which scopes it reaches, and what lies below a scope.

use claviger_model::{action::Action, ids::ScopeId};
use claviger_protocol::sync::Entitlement;
use std::collections::{HashMap, HashSet};

/// Scopes at which something may be done. Rights hold below until another entry says otherwise; parents come first.
pub(crate) fn reached(entitlement: &Entitlement) -> HashSet<ScopeId> {
    let own: HashMap<ScopeId, &[Action]> = entitlement
        .rights
        .iter()
        .map(|rights| (rights.scope, rights.actions.as_slice()))
        .collect();
    let mut effective: HashMap<ScopeId, &[Action]> = HashMap::new();
    for scope in &entitlement.scopes {
        let inherited = scope
            .parent
            .and_then(|parent| effective.get(&parent))
            .copied()
            .unwrap_or(&[]);
        effective.insert(scope.id, own.get(&scope.id).copied().unwrap_or(inherited));
    }
    effective
        .into_iter()
        .filter(|(_, actions)| !actions.is_empty())
        .map(|(scope, _)| scope)
        .collect()
}

/// A scope and everything below it that the entitlement knows.
pub(crate) fn below(entitlement: Option<&Entitlement>, top: ScopeId) -> HashSet<ScopeId> {
    let mut found = HashSet::from([top]);
    let scopes = entitlement.map_or(&[][..], |entitlement| &entitlement.scopes);
    found.extend(
        scopes
            .iter()
            .filter(|scope| chain(entitlement, scope.id).contains(&top))
            .map(|scope| scope.id),
    );
    found
}

/// A scope and what lies above it, innermost first.
pub(crate) fn chain(entitlement: Option<&Entitlement>, scope: ScopeId) -> Vec<ScopeId> {
    let scopes = entitlement.map_or(&[][..], |entitlement| &entitlement.scopes);
    let mut found = vec![scope];
    // A circle cannot come from the server; it ends here all the same.
    while let Some(parent) = found
        .last()
        .and_then(|last| scopes.iter().find(|scope| scope.id == *last))
        .and_then(|scope| scope.parent)
        .filter(|parent| !found.contains(parent))
    {
        found.push(parent);
    }
    found
}

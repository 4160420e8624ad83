//! Scopes with the rights that hold at each, put together from an entitlement.

use claviger_model::{
    action::Action,
    ids::ScopeId,
    scope::{EnvironmentClass, Scope},
};
use claviger_protocol::sync::{Entitlement, ScopeRights};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// The tree of scopes in which the person has a right somewhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    order: Vec<ScopeId>,
    nodes: HashMap<ScopeId, PlaceNode>,
}

/// A scope and what may be done there.
#[derive(Debug, Clone)]
pub(crate) struct PlaceNode {
    pub(crate) scope: Scope,
    /// Its path as text.
    pub(crate) path: String,
    /// What the person may do at it.
    pub(crate) actions: Arc<BTreeSet<Action>>,
    /// How long an offline copy may be kept, in milliseconds; none where that is not allowed.
    pub(crate) lease_ms: Option<u64>,
    /// Class of the environment that it is or lies in; none above environments and for unclassified ones.
    pub(crate) class: Option<EnvironmentClass>,
}

impl PlaceNode {
    /// Whether values here may be kept offline.
    pub(crate) fn may_keep(&self) -> bool {
        self.actions.contains(&Action::SecretUse) && self.lease_ms.is_some_and(|lease| lease > 0)
    }
}

impl Places {
    /// Puts the rights of an entitlement where they hold.
    pub(crate) fn new(entitlement: &Entitlement) -> Self {
        let differing: HashMap<ScopeId, &ScopeRights> = entitlement
            .rights
            .iter()
            .map(|rights| (rights.scope, rights))
            .collect();
        let mut places = Self::default();
        for scope in &entitlement.scopes {
            let parent = scope.parent.and_then(|parent| places.nodes.get(&parent));
            let (actions, lease_ms) = match differing.get(&scope.id) {
                Some(rights) => (
                    Arc::new(rights.actions.iter().copied().collect()),
                    rights.lease_ms,
                ),
                None => parent.map_or_else(Default::default, |parent| {
                    (Arc::clone(&parent.actions), parent.lease_ms)
                }),
            };
            let class = scope.class.or_else(|| parent.and_then(|parent| parent.class));
            let node = PlaceNode {
                path: scope.path.to_string(),
                actions,
                lease_ms,
                class,
                scope: scope.clone(),
            };
            places.order.push(scope.id);
            places.nodes.insert(scope.id, node);
        }
        places
    }

    /// A scope.
    pub(crate) fn get(&self, scope: ScopeId) -> Option<&PlaceNode> {
        self.nodes.get(&scope)
    }

    /// All scopes, parents first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &PlaceNode> {
        self.order.iter().filter_map(|id| self.nodes.get(id))
    }

    /// Whether the person may do this there.
    pub(crate) fn allows(&self, scope: ScopeId, action: Action) -> bool {
        self.get(scope).is_some_and(|node| node.actions.contains(&action))
    }

    /// The path of a scope; empty for the organization and for what is not known.
    pub(crate) fn path(&self, scope: ScopeId) -> &str {
        self.get(scope).map_or("", |node| &node.path)
    }

    /// Whether a scope is `ancestor` or lies below it.
    pub(crate) fn is_within(&self, scope: ScopeId, ancestor: ScopeId) -> bool {
        let mut next = Some(scope);
        // Bounded, should a server ever send a circle.
        for _ in 0..=claviger_model::scope::MAX_DEPTH {
            match next {
                Some(at) if at == ancestor => return true,
                Some(at) => next = self.get(at).and_then(|node| node.scope.parent),
                None => return false,
            }
        }
        false
    }

    /// Scopes whose secrets the person may know of.
    pub(crate) fn visible(&self) -> HashSet<ScopeId> {
        self.iter()
            .filter(|node| node.actions.contains(&Action::SecretView))
            .map(|node| node.scope.id)
            .collect()
    }
}

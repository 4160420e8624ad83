//! What a change of access would newly allow: the pure half of every preview.

use crate::{
    decision::Reason,
    engine::PolicyEngine,
    entitled::Entitlements,
    question::{Caller, Circumstances, Question},
    tree::ScopeTree,
};
use claviger_model::{
    action::Action,
    conditions::GrantConditions,
    grant::Grant,
    ids::{PolicyId, ScopeId},
};
use std::collections::{BTreeMap, BTreeSet};

/// Actions, by the scope where they are allowed.
pub type Reach = BTreeMap<ScopeId, BTreeSet<Action>>;

/// What one principal gains by a grant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gain {
    /// What is allowed with the grant and is not without it; scopes without any are not there.
    pub newly: Reach,
    /// Guardrails that keep back a part of what the grant says.
    pub held_back_by: BTreeSet<PolicyId>,
}

impl PolicyEngine {
    /// What a caller may do with a grant and may not without it, in the part of the tree that is given. The grant is
    /// taken as begun and its conditions as met; everything else stands as the circumstances have it.
    pub fn gain(
        &self,
        caller: &Caller,
        grants: &[Grant],
        grant: &Grant,
        tree: &ScopeTree,
        circumstances: &Circumstances,
    ) -> Gain {
        let Some(role) = self.role(grant.role) else {
            return Gain::default();
        };
        // A grant allows nothing but its role's actions.
        let actions: Vec<_> = role.actions.iter().copied().collect();
        let given = Grant {
            not_before: None,
            conditions: GrantConditions::default(),
            ..grant.clone()
        };
        let with: Vec<_> = grants.iter().cloned().chain([given]).collect();
        let before = self.entitled(caller, grants, tree, circumstances, &actions);
        let after = self.entitled(caller, &with, tree, circumstances, &actions);
        let mut held_back_by = BTreeSet::new();
        for action in &actions {
            let lacks = |scope: &ScopeId| !allows(&after, *scope, *action);
            let Some(scope) = tree.below(grant.scope).into_iter().find(lacks) else {
                continue;
            };
            let Some(resource) = tree.resource(scope, None) else {
                continue;
            };
            let decision = self.decide(&Question {
                caller,
                action: *action,
                resource: &resource,
                grants: &with,
                circumstances,
            });
            if decision.reason == Reason::Guardrail {
                held_back_by.extend(decision.guardrails);
            }
        }
        Gain {
            newly: beyond(&after, &before),
            held_back_by,
        }
    }
}

/// What is allowed in one state and not in the other.
pub fn beyond(this: &Entitlements, other: &Entitlements) -> Reach {
    let more = |(scope, rights): (&ScopeId, &crate::entitled::Rights)| {
        let more: BTreeSet<_> = rights
            .actions
            .iter()
            .filter(|action| !allows(other, *scope, **action))
            .copied()
            .collect();
        (!more.is_empty()).then_some((*scope, more))
    };
    this.scopes.iter().filter_map(more).collect()
}

fn allows(entitlements: &Entitlements, scope: ScopeId, action: Action) -> bool {
    entitlements
        .scopes
        .get(&scope)
        .is_some_and(|rights| rights.actions.contains(&action))
}

//! What somebody may do where: the source of every list.
//!
//! A decision depends on a place only through the grants that cover it, its class, and the scopes that guardrails
//! name; and on a grant only through its role, its holder, its times and its conditions. Places that are alike in these
//! share one decision, so the cost follows the number of different answers, not of scopes or grants.

use crate::{
    engine::PolicyEngine,
    question::{Caller, Circumstances, Question, Resource},
    tree::ScopeTree,
};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PrincipalId, RoleId, ScopeId},
    scope::EnvironmentClass,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What somebody may do with the secrets of a scope and the scope itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// The actions that are allowed.
    pub actions: BTreeSet<Action>,
    /// Those of them whose values may be kept offline.
    pub leasable: BTreeSet<Action>,
}

/// What somebody may do where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entitlements {
    /// Scopes without any right are not there.
    pub scopes: BTreeMap<ScopeId, Rights>,
    /// The first moment at which the clock alone may change any of it.
    pub valid_until: Option<Timestamp>,
    /// Whether all of it may be kept until then; see [`crate::decision::Decision::cacheable`].
    pub cacheable: bool,
}

/// What tells two places apart.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    kinds: Vec<usize>,
    class: EnvironmentClass,
    named: Vec<ScopeId>,
    is_named: bool,
}

/// What tells two grants apart that both cover a place.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    role: RoleId,
    holder: PrincipalId,
    not_before: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    readable: bool,
    conditions: String,
}

impl Kind {
    /// None where the conditions cannot be written down, so that the grant is like no other.
    fn of(grant: &Grant) -> Option<Self> {
        Some(Self {
            role: grant.role,
            holder: grant.principal,
            not_before: grant.not_before,
            expires_at: grant.expires_at,
            ended_at: grant.ended.as_ref().map(|ended| ended.at),
            readable: grant.conditions.known().is_some(),
            conditions: grant.conditions.to_stored().ok()?,
        })
    }
}

/// For each grant, the number of the first one of its kind.
fn kinds(grants: &[Grant]) -> Vec<usize> {
    let mut first: HashMap<Kind, usize> = HashMap::new();
    let kind = |(at, grant)| Kind::of(grant).map_or(at, |kind| *first.entry(kind).or_insert(at));
    grants.iter().enumerate().map(kind).collect()
}

#[derive(Clone)]
struct Answer {
    rights: Rights,
    valid_until: Option<Timestamp>,
    cacheable: bool,
}

impl PolicyEngine {
    /// The rights of a caller over the whole tree, of the actions asked for. `grants` are all the grants to the
    /// caller and their teams.
    pub fn entitled(
        &self,
        caller: &Caller,
        grants: &[Grant],
        tree: &ScopeTree,
        circumstances: &Circumstances,
        actions: &[Action],
    ) -> Entitlements {
        let mut by_scope: HashMap<ScopeId, Vec<usize>> = HashMap::new();
        for (at, grant) in grants
            .iter()
            .enumerate()
            .filter(|(_, grant)| caller.answers_to(grant.principal))
        {
            by_scope.entry(grant.scope).or_default().push(at);
        }
        let reachable: BTreeSet<_> = by_scope.keys().flat_map(|scope| tree.below(*scope)).collect();
        let named: BTreeSet<ScopeId> = self
            .named_scopes
            .iter()
            .filter_map(|uid| uid.id().unescaped().parse().ok())
            .collect();

        let kinds = kinds(grants);
        let mut known: HashMap<Likeness, Answer> = HashMap::new();
        let mut entitlements = Entitlements {
            cacheable: true,
            ..Entitlements::default()
        };
        for scope in reachable {
            let Some(resource) = tree.resource(scope, None) else {
                continue;
            };
            let candidates: Vec<_> = resource
                .chain
                .iter()
                .filter_map(|scope| by_scope.get(scope))
                .flatten()
                .copied()
                .collect();
            let mut likeness = Likeness {
                kinds: candidates
                    .iter()
                    .filter_map(|at| kinds.get(*at))
                    .copied()
                    .collect(),
                class: EnvironmentClass::effective(resource.class),
                named: resource
                    .chain
                    .iter()
                    .filter(|scope| named.contains(scope))
                    .copied()
                    .collect(),
                is_named: named.contains(&scope),
            };
            likeness.kinds.sort_unstable();
            likeness.kinds.dedup();
            let answer = match known.get(&likeness) {
                Some(answer) => answer.clone(),
                None => {
                    let candidates: Vec<_> = candidates
                        .iter()
                        .filter_map(|at| grants.get(*at))
                        .cloned()
                        .collect();
                    let answer = self.rights(caller, &candidates, &resource, circumstances, actions);
                    known.insert(likeness, answer.clone());
                    answer
                }
            };
            entitlements.valid_until = entitlements
                .valid_until
                .into_iter()
                .chain(answer.valid_until)
                .min();
            entitlements.cacheable &= answer.cacheable;
            if !answer.rights.actions.is_empty() {
                entitlements.scopes.insert(scope, answer.rights);
            }
        }
        entitlements
    }

    fn rights(
        &self,
        caller: &Caller,
        grants: &[Grant],
        resource: &Resource,
        circumstances: &Circumstances,
        actions: &[Action],
    ) -> Answer {
        let mut answer = Answer {
            rights: Rights::default(),
            valid_until: None,
            cacheable: true,
        };
        for action in actions.iter().copied() {
            let decision = self.decide(&Question {
                caller,
                action,
                resource,
                grants,
                circumstances,
            });
            answer.valid_until = answer.valid_until.into_iter().chain(decision.valid_until).min();
            answer.cacheable &= decision.cacheable;
            if decision.allowed {
                answer.rights.actions.insert(action);
            }
            if decision.leasable {
                answer.rights.leasable.insert(action);
            }
        }
        answer
    }
}

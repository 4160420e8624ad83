//! Whether an edit of roles widens somebody's own access (rule 13).
//!
//! It is judged by what their grants say, times, conditions and guardrails aside: a grant that begins tomorrow, or that
//! counts only from the office, is widened too. So an edit that is harmless today cannot be aimed at tomorrow.

use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{RoleId, ScopeId},
    role::{MayGrant, Role},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What somebody would have at a scope and below it that they do not have today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widened {
    /// Where.
    pub scope: ScopeId,
    /// What they could do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub actions: BTreeSet<Action>,
    /// What they could grant.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub may_grant: BTreeSet<RoleId>,
}

#[derive(Debug, Clone, Default)]
struct Power {
    actions: BTreeSet<Action>,
    may_grant: BTreeSet<RoleId>,
}

/// What these grants say under other roles and did not say under those of today, or under other grants. `grants` are all
/// that reach somebody, ended ones left out; `above` gives a scope and all above it.
pub fn widened(
    before: (&[Role], &[Grant]),
    after: (&[Role], &[Grant]),
    above: impl Fn(ScopeId) -> Vec<ScopeId>,
) -> Vec<Widened> {
    let known: BTreeSet<_> = before.0.iter().chain(after.0).map(|role| role.id).collect();
    let (before, after) = (powers(before, &known), powers(after, &known));
    let mut found = Vec::new();
    for (scope, power) in after {
        let (mut actions, mut may_grant) = (power.actions, power.may_grant);
        for held in above(scope)
            .into_iter()
            .chain([scope])
            .filter_map(|at| before.get(&at))
        {
            actions.retain(|action| !held.actions.contains(action));
            may_grant.retain(|role| !held.may_grant.contains(role));
        }
        if !actions.is_empty() || !may_grant.is_empty() {
            found.push(Widened {
                scope,
                actions,
                may_grant,
            });
        }
    }
    found
}

fn powers((roles, grants): (&[Role], &[Grant]), known: &BTreeSet<RoleId>) -> BTreeMap<ScopeId, Power> {
    let mut powers: BTreeMap<ScopeId, Power> = BTreeMap::new();
    for grant in grants.iter().filter(|grant| grant.ended.is_none()) {
        let Some(role) = roles.iter().find(|role| role.id == grant.role) else {
            continue;
        };
        let power = powers.entry(grant.scope).or_default();
        power.actions.extend(&role.actions);
        match &role.may_grant {
            MayGrant::Roles(roles) => power.may_grant.extend(roles),
            MayGrant::Every => power.may_grant.extend(known),
        }
    }
    powers
}

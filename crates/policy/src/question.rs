//! All that a decision depends on besides roles and guardrails.

use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PrincipalId, ScopeId, SecretId},
    principal::{Nature, Principal, PrincipalState},
    scope::EnvironmentClass,
    time::Timestamp,
};
use std::{
    collections::{BTreeSet, VecDeque},
    net::IpAddr,
};

/// Membership in a team, direct or by nesting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The team.
    pub team: PrincipalId,
    /// The nested team by which one is in it; none for a direct member.
    pub through: Option<PrincipalId>,
}

/// Every team that somebody is in. `parents` names the teams that a team is nested in; teams that are not active are
/// left out by whoever answers. Cycles do no harm.
pub fn memberships<I>(direct: &[PrincipalId], mut parents: impl FnMut(PrincipalId) -> I) -> Vec<Membership>
where
    I: IntoIterator<Item = PrincipalId>,
{
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut waiting: VecDeque<_> = direct
        .iter()
        .map(|team| Membership {
            team: *team,
            through: None,
        })
        .collect();
    while let Some(membership) = waiting.pop_front() {
        if seen.insert(membership.team) {
            let through = Some(membership.team);
            waiting.extend(
                parents(membership.team)
                    .into_iter()
                    .map(|team| Membership { team, through }),
            );
            found.push(membership);
        }
    }
    found
}

/// Who asks, as read for this decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The principal.
    pub id: PrincipalId,
    /// Whether it can act.
    pub state: PrincipalState,
    /// What it is.
    pub nature: Nature,
    /// Every team it is in; see [`memberships`].
    pub teams: Vec<Membership>,
}

impl Caller {
    /// A principal with its teams.
    pub const fn new(principal: &Principal, teams: Vec<Membership>) -> Self {
        Self {
            id: principal.id,
            state: principal.state,
            nature: principal.nature,
            teams,
        }
    }

    /// Whether a grant to this principal is a grant to the caller: it is the caller, or a team of theirs.
    pub fn answers_to(&self, principal: PrincipalId) -> bool {
        self.id == principal || self.membership(principal).is_some()
    }

    /// How the caller is in a team.
    pub fn membership(&self, team: PrincipalId) -> Option<Membership> {
        self.teams
            .iter()
            .find(|membership| membership.team == team)
            .copied()
    }
}

/// What it is about: a scope, or a secret in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The secret, where one is known. It does not change the answer: what is about secrets is decided alike for
    /// every secret of a scope, what is about scopes for the scope.
    pub secret: Option<SecretId>,
    /// The scope and all above it, innermost first, the organization last.
    pub chain: Vec<ScopeId>,
    /// The class of the environment around it, as set by an Owner.
    pub class: Option<EnvironmentClass>,
}

impl Resource {
    /// The innermost scope.
    pub fn scope(&self) -> Option<ScopeId> {
        self.chain.first().copied()
    }
}

/// How and when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// The present, as the lock on the log tells it.
    pub now: Timestamp,
    /// When this session last signed in with more than one factor.
    pub multi_factor_at: Option<Timestamp>,
    /// The call is bound to a device that is enrolled and active.
    pub enrolled_device: bool,
    /// Where the call comes from, configured proxies taken off.
    pub source: Option<IpAddr>,
}

/// May this caller do this here and now?
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// What.
    pub action: Action,
    /// Where.
    pub resource: &'a Resource,
    /// The grants to the caller or their teams at the scopes of the chain. Others do no harm.
    pub grants: &'a [Grant],
    /// How and when.
    pub circumstances: &'a Circumstances,
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn team(number: u8) -> PrincipalId {
        PrincipalId::from_bytes([number; 16])
    }

    #[test]
    fn nested_teams_are_found_once_and_cycles_end() {
        let parents = |of: PrincipalId| match of {
            of if of == team(1) => vec![team(2), team(3)],
            of if of == team(2) => vec![team(3), team(1)],
            of if of == team(3) => vec![team(3)],
            _ => vec![],
        };
        let found = memberships(&[team(1), team(9)], parents);
        let expected = [(1, None), (9, None), (2, Some(1)), (3, Some(1))];
        let expected = expected.map(|(of, by)| Membership {
            team: team(of),
            through: by.map(team),
        });
        assert_eq!(found, expected);
    }
}

//! Why, and what is missing.

use crate::{
    decision::{Decision, Reason},
    engine::PolicyEngine,
    question::Question,
    slice::covers,
    standing::{Standing, standing},
};
use claviger_model::{
    grant::Grant,
    ids::{GrantId, PrincipalId, RoleId, ScopeId},
};
use serde::{Deserialize, Serialize};

/// How a grant reaches the caller and the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantPath {
    /// The grant.
    pub grant: GrantId,
    /// Its role.
    pub role: RoleId,
    /// The team that holds it; none when the caller does.
    pub team: Option<PrincipalId>,
    /// The nested team by which the caller is in that team.
    pub through: Option<PrincipalId>,
    /// Where it was given.
    pub scope: ScopeId,
    /// Whether that is above the place in question.
    pub inherited: bool,
    /// Whether its role has the action.
    pub has_action: bool,
    /// Whether it counts at present.
    pub standing: Standing,
}

/// What would have to change for a yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "missing")]
pub enum Missing {
    /// Nothing; it is allowed.
    Nothing,
    /// One of these roles, the least first.
    Role {
        /// Their ids.
        roles: Vec<RoleId>,
    },
    /// Another time or other circumstances, for the grants shown; or one of these roles without conditions.
    Circumstances {
        /// Their ids.
        roles: Vec<RoleId>,
    },
    /// Nothing that a grant could mend.
    NoGrantHelps,
}

/// A decision with its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The same as [`PolicyEngine::decide`] gives.
    pub decision: Decision,
    /// Every grant that reaches the caller and the place, those that decided first.
    pub grants: Vec<GrantPath>,
    /// What is missing.
    pub missing: Missing,
}

impl PolicyEngine {
    /// Decides and says why. Whom to tell is up to the one who asks: it names scopes and teams.
    pub fn explain(&self, question: &Question<'_>) -> Explanation {
        let decision = self.decide(question);
        let reaching = question.grants.iter().filter(|grant| covers(grant, question));
        let mut grants: Vec<_> = reaching.map(|grant| self.path(question, grant)).collect();
        grants.sort_by_key(|path| {
            let decided = decision.grants.contains(&path.grant);
            (
                !decided,
                !path.has_action,
                path.standing != Standing::Counts,
                path.grant,
            )
        });
        let missing = match decision.reason {
            Reason::Granted => Missing::Nothing,
            Reason::NoGrant => Missing::Role {
                roles: self.roles_that_would_do(question),
            },
            Reason::ConditionsUnmet => Missing::Circumstances {
                roles: self.roles_that_would_do(question),
            },
            Reason::Guardrail
            | Reason::PrincipalSuspended
            | Reason::PrincipalDisabled
            | Reason::NotAnActor
            | Reason::PolicyError => Missing::NoGrantHelps,
        };
        Explanation {
            decision,
            grants,
            missing,
        }
    }

    /// The roles that have the action and can be held by the caller, the least first.
    pub fn roles_that_would_do(&self, question: &Question<'_>) -> Vec<RoleId> {
        let kind = question.caller.nature.kind();
        let fit =
            |role: &&claviger_model::role::Role| role.allows(question.action) && role.may_be_held_by(kind);
        let mut roles: Vec<_> = self.roles().filter(fit).collect();
        roles.sort_by_key(|role| (role.actions.len(), role.id));
        roles.into_iter().map(|role| role.id).collect()
    }

    fn path(&self, question: &Question<'_>, grant: &Grant) -> GrantPath {
        let role = self.role(grant.role);
        let direct = grant.principal == question.caller.id;
        let membership = if direct {
            None
        } else {
            question.caller.membership(grant.principal)
        };
        GrantPath {
            grant: grant.id,
            role: grant.role,
            team: membership.map(|membership| membership.team),
            through: membership.and_then(|membership| membership.through),
            scope: grant.scope,
            inherited: question.resource.scope() != Some(grant.scope),
            has_action: role.is_some_and(|role| role.allows(question.action)),
            standing: standing(grant, role, question.caller, question.circumstances),
        }
    }
}

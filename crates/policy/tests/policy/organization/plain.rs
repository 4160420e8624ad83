//! A plain reading of the rules, without any Cedar, to hold the engine against.

use super::{FREEZE, Organization};
use claviger_model::{
    action::{Action, Plane},
    builtin_roles,
    grant::Grant,
    ids::{PolicyId, PrincipalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    role::Role,
    scope::EnvironmentClass,
};
use claviger_policy::{builtin_guardrails, question::Circumstances};

impl Organization {
    fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    fn is_in(&self, who: PrincipalId, team: PrincipalId, depth: usize) -> bool {
        who == team
            || depth > 0
                && self
                    .members
                    .iter()
                    .any(|(member, of)| *member == who && self.is_in(*of, team, depth - 1))
    }

    fn parent(&self, scope: ScopeId) -> Option<ScopeId> {
        self.nodes.iter().find(|(id, _)| *id == scope).unwrap().1.parent
    }

    fn is_below(&self, mut scope: ScopeId, above: ScopeId) -> bool {
        loop {
            if scope == above {
                return true;
            }
            let Some(parent) = self.parent(scope) else {
                return false;
            };
            scope = parent;
        }
    }

    fn class(&self, scope: ScopeId) -> EnvironmentClass {
        let own = self.nodes.iter().find(|(id, _)| *id == scope).unwrap().1.class;
        match (own, self.parent(scope)) {
            (Some(class), _) => class,
            (None, Some(parent)) => self.class(parent),
            (None, None) => EnvironmentClass::Production,
        }
    }

    /// The grants that, by a plain reading of the design, give this right here and now; without any Cedar.
    pub fn giving(
        &self,
        who: PrincipalId,
        action: Action,
        scope: ScopeId,
        how: &Circumstances,
    ) -> Vec<&Grant> {
        let service = matches!(self.principal(who).nature, Nature::Service { .. });
        let now = how.now;
        self.grants
            .iter()
            .filter(|grant| {
                let Some(role) = self.role(grant.role) else {
                    return false;
                };
                let Some(conditions) = grant.conditions.known() else {
                    return false;
                };
                let too_mighty = service
                    && role.id != builtin_roles::POLICY_FILES
                    && (!role.may_grant.is_nothing() || role.actions.iter().any(|a| a.is_authority()));
                let fresh = conditions.multi_factor_within.is_none_or(|within| {
                    how.multi_factor_at
                        .is_some_and(|at| now.millis() - at.millis() <= i64::from(within) * 1000)
                });
                let near = conditions.networks.is_empty()
                    || how
                        .source
                        .is_some_and(|source| conditions.networks.iter().any(|n| n.contains(source)));
                let for_services = builtin_roles::FOR_SERVICES.contains(&role.id);
                let not_theirs = !service && (for_services || role.id == builtin_roles::POLICY_FILES);
                let withheld = conditions.emergency && action.is_authority();
                !too_mighty
                    && !not_theirs
                    && !withheld
                    && fresh
                    && near
                    && (!conditions.enrolled_device || how.enrolled_device)
                    && grant.ended.is_none()
                    && grant.not_before.is_none_or(|start| start <= now)
                    && grant.expires_at.is_none_or(|end| end > now)
                    && role.actions.contains(&action)
                    && self.is_in(who, grant.principal, 8)
                    && self.is_below(scope, grant.scope)
            })
            .collect()
    }

    /// The decision by a plain reading of the design.
    pub fn plainly(&self, who: PrincipalId, action: Action, scope: ScopeId, how: &Circumstances) -> bool {
        let principal = self.principal(who);
        let giving = self.giving(who, action, scope, how);
        if principal.state != PrincipalState::Active || giving.is_empty() {
            return false;
        }
        let on = |id: PolicyId| {
            self.guardrails
                .iter()
                .any(|guardrail| guardrail.id == id && guardrail.enabled)
        };
        let production = self.class(scope) == EnvironmentClass::Production;
        let data = action.plane() == Plane::Data;
        match principal.nature {
            Nature::Team => false,
            Nature::Service { class, .. } => {
                let foreign = data && production && class != EnvironmentClass::Production;
                let astray = data && self.class(scope) != class;
                !(foreign && on(builtin_guardrails::PRODUCTION_FOR_ITS_OWN_SERVICES)
                    || astray && on(builtin_guardrails::SERVICES_IN_THEIR_CLASS))
            }
            Nature::Person { outside } => {
                let endless = data && outside && giving.iter().all(|grant| grant.expires_at.is_none());
                let single = production && action.reads_value() && how.multi_factor_at.is_none();
                let frozen = data && self.is_below(scope, super::scope(3));
                !(endless && on(builtin_guardrails::OUTSIDE_PEOPLE_WITH_AN_END)
                    || single && on(builtin_guardrails::PRODUCTION_WITH_MULTI_FACTOR)
                    || frozen && on(FREEZE))
            }
        }
    }
}

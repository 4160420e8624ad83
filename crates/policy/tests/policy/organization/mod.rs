//! Random organizations, and a plain reading of the rules to hold the engine against.

mod dice;
mod plain;

use claviger_model::{
    action::Action,
    conditions::GrantConditions,
    grant::Grant,
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, PrincipalId, RoleId, ScopeId},
    name::Name,
    principal::Principal,
    role::Role,
    time::Timestamp,
};
use claviger_policy::{
    engine::PolicyEngine,
    question::{Caller, Circumstances, Question, Resource, memberships},
    tree::{ScopeNode, ScopeTree},
};

pub use dice::{circumstances, organizations};

pub const PEOPLE: u8 = 5;
pub const SERVICES: u8 = 2;
pub const TEAMS: u8 = 4;
pub const SCOPES: u8 = 10;
/// A role that is none of the built-in ones, with whatever actions and delegations the dice gave.
pub const CUSTOM: RoleId = RoleId::from_bytes([0xcc; 16]);

pub const fn person(number: u8) -> PrincipalId {
    PrincipalId::from_bytes([0x10 + number; 16])
}

pub const fn service(number: u8) -> PrincipalId {
    PrincipalId::from_bytes([0x20 + number; 16])
}

pub const fn team(number: u8) -> PrincipalId {
    PrincipalId::from_bytes([0x30 + number; 16])
}

/// Scope 0 is the organization.
pub const fn scope(number: u8) -> ScopeId {
    ScopeId::from_bytes([0x40 + number; 16])
}

pub const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn grant(number: u8, to: PrincipalId, role: RoleId, scope: ScopeId) -> Grant {
    Grant {
        id: GrantId::from_bytes([number; 16]),
        principal: to,
        role,
        scope,
        reason: "needed".to_owned(),
        granted_by: person(0),
        granted_at: at(0),
        not_before: None,
        expires_at: None,
        conditions: GrantConditions::default(),
        ended: None,
    }
}

/// Everything that decisions are made of.
#[derive(Debug, Clone)]
pub struct Organization {
    pub principals: Vec<Principal>,
    /// (member, team); members may be teams.
    pub members: Vec<(PrincipalId, PrincipalId)>,
    pub nodes: Vec<(ScopeId, ScopeNode)>,
    pub roles: Vec<Role>,
    pub guardrails: Vec<Guardrail>,
    pub grants: Vec<Grant>,
}

impl Organization {
    pub fn engine(&self) -> PolicyEngine {
        PolicyEngine::new(self.roles.clone(), &self.guardrails, 1).unwrap()
    }

    pub fn tree(&self) -> ScopeTree {
        self.nodes.iter().copied().collect()
    }

    pub fn principal(&self, id: PrincipalId) -> &Principal {
        self.principals
            .iter()
            .find(|principal| principal.id == id)
            .unwrap()
    }

    pub fn caller(&self, id: PrincipalId) -> Caller {
        let teams_of = |of: PrincipalId| -> Vec<_> {
            self.members
                .iter()
                .filter(|(member, _)| *member == of)
                .map(|(_, team)| *team)
                .collect()
        };
        Caller::new(self.principal(id), memberships(&teams_of(id), teams_of))
    }

    pub fn resource(&self, scope: ScopeId) -> Resource {
        self.tree().resource(scope, None).unwrap()
    }

    /// Decides on all grants there are, so that nothing but the engine sorts them out.
    pub fn allows(
        &self,
        engine: &PolicyEngine,
        who: PrincipalId,
        action: Action,
        scope: ScopeId,
        how: &Circumstances,
    ) -> bool {
        let (caller, resource) = (self.caller(who), self.resource(scope));
        let question = Question {
            caller: &caller,
            action,
            resource: &resource,
            grants: &self.grants,
            circumstances: how,
        };
        engine.decide(&question).allowed
    }
}

/// A guardrail of somebody's own that names a scope.
pub const FREEZE: PolicyId = PolicyId::from_bytes([0xfe; 16]);

fn freeze(enabled: bool) -> Guardrail {
    let text = format!(
        r#"forbid (principal is Person, action in Action::"data", resource in Scope::"{}");"#,
        scope(3)
    );
    Guardrail {
        id: FREEZE,
        name: name("Freeze"),
        text,
        builtin: false,
        enabled,
    }
}

pub fn actors() -> impl Iterator<Item = PrincipalId> {
    (0..PEOPLE).map(person).chain((0..SERVICES).map(service))
}

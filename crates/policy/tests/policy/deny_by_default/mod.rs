//! "Deny by default", sentence by sentence: each test fails when its sentence is broken.

mod callers;
mod conditions;
mod granting;
mod guardrails;

use crate::organization::{at, grant, name, person, scope, service, team};
use claviger_model::{
    action::Action,
    builtin_roles::{self, READER},
    conditions::Conditions,
    grant::Grant,
    guardrail::Guardrail,
    ids::PolicyId,
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_policy::{
    builtin_guardrails,
    decision::Decision,
    engine::PolicyEngine,
    question::{Caller, Circumstances, Membership, Question, Resource},
};
use std::sync::{Arc, Mutex};

/// Somebody who reads by a team, in a place two levels down, at noon.
struct Case {
    caller: Caller,
    resource: Resource,
    grants: Vec<Grant>,
    guardrails: Vec<Guardrail>,
    how: Circumstances,
    action: Action,
}

impl Case {
    fn new() -> Self {
        Self {
            caller: Caller {
                id: person(1),
                state: PrincipalState::Active,
                nature: Nature::Person { outside: false },
                teams: vec![Membership {
                    team: team(1),
                    through: None,
                }],
            },
            resource: Resource {
                secret: None,
                chain: vec![scope(2), scope(1), scope(0)],
                class: None,
            },
            grants: vec![grant(1, team(1), READER, scope(1))],
            guardrails: without_multi_factor(),
            how: Circumstances {
                now: at(1_000_000),
                multi_factor_at: None,
                enrolled_device: false,
                source: None,
            },
            action: Action::SecretReveal,
        }
    }

    fn service(class: EnvironmentClass) -> Self {
        let mut case = Self::new();
        case.caller.id = service(1);
        case.caller.nature = Nature::Service {
            class,
            owner: team(2),
        };
        case
    }

    // Making an engine takes long without optimization, so those with the same guardrails share one.
    fn engine(&self) -> Arc<PolicyEngine> {
        static MADE: Mutex<Vec<(Vec<Guardrail>, Arc<PolicyEngine>)>> = Mutex::new(Vec::new());
        let mut made = MADE.lock().unwrap();
        if let Some((_, engine)) = made.iter().find(|(guardrails, _)| *guardrails == self.guardrails) {
            return engine.clone();
        }
        let engine = Arc::new(PolicyEngine::new(builtin_roles::all(), &self.guardrails, 7).unwrap());
        made.push((self.guardrails.clone(), engine.clone()));
        engine
    }

    fn question(&self) -> Question<'_> {
        Question {
            caller: &self.caller,
            action: self.action,
            resource: &self.resource,
            grants: &self.grants,
            circumstances: &self.how,
        }
    }

    fn decide(&self) -> Decision {
        self.engine().decide(&self.question())
    }

    fn under(mut self, conditions: Conditions) -> Self {
        self.grants[0].conditions = conditions.into();
        self
    }

    fn own_guardrail(&mut self, text: &str) -> PolicyId {
        let id = PolicyId::from_bytes([5; 16]);
        let guardrail = Guardrail {
            id,
            name: name("Own"),
            text: text.to_owned(),
            builtin: false,
            enabled: true,
        };
        self.guardrails.push(guardrail);
        id
    }
}

/// The built-in guardrails for questions that turn on something else than how somebody signed in.
fn without_multi_factor() -> Vec<Guardrail> {
    let mut guardrails = builtin_guardrails::all();
    guardrails.retain(|guardrail| guardrail.id != builtin_guardrails::PRODUCTION_WITH_MULTI_FACTOR);
    guardrails
}

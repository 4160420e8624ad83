//! Many questions at once, for lists of people and places.
//!
//! Under the same circumstances, an answer depends on who asks only by what they are, on their grants only by whether one
//! counts, on the place only by its class and the scopes that guardrails name, and on who they are only by which of the
//! principals that guardrails name they are or are in. Those that are alike in all of it are asked once.

use crate::{
    decision::Reason,
    engine::PolicyEngine,
    question::{Caller, Circumstances, Question, Resource},
    slice::{covers, is_not_over, may_count},
    standing::{Standing, standing},
};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PolicyId, PrincipalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
};
use std::collections::{BTreeSet, HashMap};

/// What [`PolicyEngine::decide`] would say, without the grants that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The answer.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// The guardrails that forbid it, or that could not be evaluated.
    pub guardrails: Vec<PolicyId>,
}

/// Answers under the same circumstances.
pub struct Survey<'a> {
    engine: &'a PolicyEngine,
    circumstances: Circumstances,
    named: BTreeSet<ScopeId>,
    known: HashMap<Likeness, Outcome>,
}

/// What a person or service is, as far as policies can see.
#[derive(PartialEq, Eq, Hash)]
enum Kind {
    Person(bool),
    Team,
    Service(EnvironmentClass),
}

#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    who: Vec<PrincipalId>,
    kind: Kind,
    state: PrincipalState,
    action: Action,
    class: EnvironmentClass,
    named: Vec<ScopeId>,
    is_named: bool,
    counts: bool,
    ends: bool,
    may_count: bool,
}

/// All of a grant that an answer depends on, once it reaches caller and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Bearing {
    role: RoleId,
    counts: bool,
    ends: bool,
    may_count: bool,
    emergency: bool,
}

impl<'a> Survey<'a> {
    /// Begins one.
    pub fn new(engine: &'a PolicyEngine, circumstances: Circumstances) -> Self {
        let named = engine.named_scopes.iter();
        Self {
            engine,
            circumstances,
            named: named
                .filter_map(|uid| uid.id().unescaped().parse().ok())
                .collect(),
            known: HashMap::new(),
        }
    }

    /// The engine.
    pub const fn engine(&self) -> &'a PolicyEngine {
        self.engine
    }

    /// The scopes that guardrails name.
    pub(crate) const fn named(&self) -> &BTreeSet<ScopeId> {
        &self.named
    }

    /// The circumstances.
    pub const fn circumstances(&self) -> &Circumstances {
        &self.circumstances
    }

    /// What a grant to a caller or a team of theirs bears on the answers.
    pub(crate) fn bearing(&self, caller: &Caller, grant: &Grant) -> Bearing {
        let role = self.engine.role(grant.role);
        Bearing {
            role: grant.role,
            counts: standing(grant, role, caller, &self.circumstances) == Standing::Counts,
            ends: grant.expires_at.is_some(),
            may_count: is_not_over(grant, &self.circumstances),
            emergency: grant.conditions.is_emergency(),
        }
    }

    /// Answers a question; `grants` as in [`Question::grants`].
    pub fn ask(&mut self, caller: &Caller, action: Action, resource: &Resource, grants: &[Grant]) -> Outcome {
        let circumstances = self.circumstances;
        let question = Question {
            caller,
            action,
            resource,
            grants,
            circumstances: &circumstances,
        };
        let slice = self.engine.slice(&question);
        let mut counting = slice
            .counting
            .iter()
            .filter(|grant| covers(grant, &question))
            .peekable();
        let likeness = Likeness {
            who: self.engine.named_among(caller),
            kind: match caller.nature {
                Nature::Person { outside } => Kind::Person(outside),
                Nature::Team => Kind::Team,
                Nature::Service { class, .. } => Kind::Service(class),
            },
            state: caller.state,
            action,
            class: EnvironmentClass::effective(resource.class),
            named: resource
                .chain
                .iter()
                .filter(|scope| self.named.contains(scope))
                .copied()
                .collect(),
            is_named: resource.scope().is_some_and(|scope| self.named.contains(&scope)),
            counts: counting.peek().is_some(),
            ends: counting.any(|grant| grant.expires_at.is_some()),
            may_count: slice.relevant.iter().any(|grant| may_count(grant, &question)),
        };
        if let Some(known) = self.known.get(&likeness) {
            return known.clone();
        }
        let decision = self.engine.decide(&question);
        let outcome = Outcome {
            allowed: decision.allowed,
            reason: decision.reason,
            guardrails: decision.guardrails,
        };
        self.known.insert(likeness, outcome.clone());
        outcome
    }
}

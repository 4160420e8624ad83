//! What a change of guardrails does to somebody's access: the pure half of the simulator.
//!
//! Access is compared *at best*, as devices and lists have it: the caller passes grants with their conditions taken as met, and
//! favourable circumstances. What is allowed at best before and after, and yet is forbidden under some circumstances of a guardrail
//! that changed, is told apart ([`Effect::hindered`], [`Effect::eased`]), by [`crate::bounds`].

use crate::{
    bounds::Bound,
    decision::Reason,
    engine::{EngineError, PolicyEngine},
    gain::Reach,
    guardrails::{CheckedGuardrail, GuardrailChecker},
    looks::Looks,
    places::Places,
    question::{Caller, Circumstances},
    survey::Survey,
};
use claviger_model::{
    action::Action,
    grant::Grant,
    guardrail::Guardrail,
    ids::{PolicyId, ScopeId},
    role::Role,
};
use std::{borrow::Borrow, collections::BTreeSet};

/// What changes for somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Effect {
    /// Allowed at best before, and not after.
    pub lost: Reach,
    /// The other way round.
    pub gained: Reach,
    /// Still allowed at best, and forbidden under some circumstances under which it was not.
    pub hindered: Reach,
    /// The other way round.
    pub eased: Reach,
    /// What is refused afterwards since a guardrail cannot be evaluated (rule 11).
    pub fails: Reach,
}

impl Effect {
    /// Whether nothing changes.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The guardrails before and after a change.
pub struct Engines {
    before: PolicyEngine,
    after: PolicyEngine,
    possibly_before: PolicyEngine,
    possibly_after: PolicyEngine,
    actions: BTreeSet<Action>,
}

/// Everything but whether a grant ends, which is known.
const UNKNOWN: Looks = Looks {
    grant_ends: false,
    ..Looks::ALL
};

impl Engines {
    /// Of two states of the guardrails.
    ///
    /// # Errors
    /// Names the role or the enabled guardrail that cannot be used.
    pub fn of(roles: &[Role], before: &[Guardrail], after: &[Guardrail]) -> Result<Self, EngineError> {
        let checker = GuardrailChecker::new()?;
        let (before, after) = (checked(&checker, before)?, checked(&checker, after)?);
        let texts = |checked: &[(Guardrail, CheckedGuardrail)]| -> BTreeSet<(PolicyId, String)> {
            let texts = checked
                .iter()
                .map(|(guardrail, _)| (guardrail.id, guardrail.text.clone()));
            texts.collect()
        };
        let (old, new) = (texts(&before), texts(&after));
        let changed = |guardrail: &Guardrail| {
            let key = (guardrail.id, guardrail.text.clone());
            old.contains(&key) != new.contains(&key)
        };
        let mut actions = BTreeSet::new();
        for (guardrail, checked) in before.iter().chain(&after) {
            if changed(guardrail) {
                actions.extend(checked.actions.iter().copied());
            }
        }
        let engine = |of: &[(Guardrail, CheckedGuardrail)], possibly: bool| {
            let form = |(guardrail, checked): &(Guardrail, CheckedGuardrail)| {
                let form = if possibly && changed(guardrail) {
                    checked
                        .bounded(Bound::Possibly, UNKNOWN)
                        .map_err(|source| broken(guardrail, source))?
                } else {
                    checked.clone()
                };
                Ok((guardrail.id, form))
            };
            let forms = of.iter().map(form).collect::<Result<_, EngineError>>()?;
            PolicyEngine::of_checked(roles.to_vec(), forms, 0)
        };
        Ok(Self {
            before: engine(&before, false)?,
            after: engine(&after, false)?,
            possibly_before: engine(&before, true)?,
            possibly_after: engine(&after, true)?,
            actions,
        })
    }

    /// The actions that may be answered differently.
    pub const fn actions(&self) -> &BTreeSet<Action> {
        &self.actions
    }
}

pub(crate) fn checked(
    checker: &GuardrailChecker,
    guardrails: &[Guardrail],
) -> Result<Vec<(Guardrail, CheckedGuardrail)>, EngineError> {
    let enabled = guardrails.iter().filter(|guardrail| guardrail.enabled);
    let check = |guardrail: &Guardrail| {
        let checked = checker.check(&guardrail.text);
        Ok((
            guardrail.clone(),
            checked.map_err(|source| broken(guardrail, source))?,
        ))
    };
    enabled.map(check).collect()
}

pub(crate) fn broken(guardrail: &Guardrail, source: crate::guardrails::GuardrailError) -> EngineError {
    EngineError::Guardrail {
        id: guardrail.id,
        name: guardrail.name.to_string(),
        source,
    }
}

/// Compares one after the other; those who are alike are asked about once.
pub struct Comparison<'a> {
    before: Survey<'a>,
    after: Survey<'a>,
    possibly_before: Survey<'a>,
    possibly_after: Survey<'a>,
    named: BTreeSet<ScopeId>,
    actions: &'a BTreeSet<Action>,
    places: &'a Places,
}

impl<'a> Comparison<'a> {
    /// Begins one, under favourable circumstances.
    pub fn new(engines: &'a Engines, places: &'a Places, circumstances: Circumstances) -> Self {
        let survey = |engine| Survey::new(engine, circumstances);
        let (before, after) = (survey(&engines.before), survey(&engines.after));
        let named = before.named().union(after.named()).copied().collect();
        Self {
            before,
            after,
            possibly_before: survey(&engines.possibly_before),
            possibly_after: survey(&engines.possibly_after),
            named,
            actions: &engines.actions,
            places,
        }
    }

    /// What changes for somebody, of whom all grants are given.
    pub fn effect<G: Borrow<Grant>>(&mut self, caller: &Caller, grants: &[G]) -> Effect {
        let mut effect = Effect::default();
        for alike in self.places.alike(caller, grants, &self.named, &self.before) {
            for action in self.actions {
                let allows = |survey: &mut Survey<'_>| {
                    let outcome = survey.ask(caller, *action, &alike.resource, &alike.grants);
                    (outcome.allowed, outcome.reason)
                };
                let ((before, _), (after, why)) = (allows(&mut self.before), allows(&mut self.after));
                let note = |reach: &mut Reach| {
                    for scope in &alike.scopes {
                        reach.entry(*scope).or_default().insert(*action);
                    }
                };
                if before && !after && why == Reason::PolicyError {
                    note(&mut effect.fails);
                }
                match (before, after) {
                    (true, false) => note(&mut effect.lost),
                    (false, true) => note(&mut effect.gained),
                    (false, false) => {}
                    (true, true) => {
                        let before = allows(&mut self.possibly_before).0;
                        match (before, allows(&mut self.possibly_after).0) {
                            (true, false) => note(&mut effect.hindered),
                            (false, true) => note(&mut effect.eased),
                            _ => {}
                        }
                    }
                }
            }
        }
        effect
    }

    /// Where somebody may do these things before and after.
    pub fn reach<G: Borrow<Grant>>(
        &mut self,
        caller: &Caller,
        grants: &[G],
        actions: &[Action],
    ) -> (Reach, Reach) {
        let (mut before, mut after) = (Reach::new(), Reach::new());
        for alike in self.places.alike(caller, grants, &self.named, &self.before) {
            for action in actions {
                for (survey, reach) in [(&mut self.before, &mut before), (&mut self.after, &mut after)] {
                    if survey
                        .ask(caller, *action, &alike.resource, &alike.grants)
                        .allowed
                    {
                        for scope in &alike.scopes {
                            reach.entry(*scope).or_default().insert(*action);
                        }
                    }
                }
            }
        }
        (before, after)
    }
}

//! Whether a change of guardrails widens somebody's own access (rule 13), and whether it locks everybody out.
//!
//! As with roles, it is judged by what grants say, times and conditions aside. Of a guardrail that goes or changes, all counts that it
//! may forbid under any circumstances; of what remains, only what is forbidden under all. So nothing is missed; a guardrail that is
//! changed into a stricter one under other circumstances counts as widening, where adding the stricter one does not.

use crate::{
    bounds::Bound,
    effect::{broken, checked},
    engine::{EngineError, PolicyEngine},
    gain::Reach,
    guardrails::GuardrailChecker,
    looks::Looks,
    places::Places,
    question::{Caller, Circumstances},
    survey::Survey,
};
use claviger_model::{
    action::Action, conditions::GrantConditions, grant::Grant, guardrail::Guardrail,
    principal::PrincipalState, role::Role,
};
use std::collections::BTreeSet;

/// What guardrails took before a change and do not surely take after it.
pub struct Loosening {
    taken_before: PolicyEngine,
    taken_after: PolicyEngine,
    actions: BTreeSet<Action>,
}

impl Loosening {
    /// Of two states of the guardrails.
    ///
    /// # Errors
    /// Names the role or the enabled guardrail that cannot be used.
    pub fn of(roles: &[Role], before: &[Guardrail], after: &[Guardrail]) -> Result<Self, EngineError> {
        let checker = GuardrailChecker::new()?;
        let (before, after) = (checked(&checker, before)?, checked(&checker, after)?);
        let stays = |guardrail: &Guardrail| {
            after
                .iter()
                .any(|(other, _)| other.id == guardrail.id && other.text == guardrail.text)
        };
        let mut actions = BTreeSet::new();
        let mut gone = Vec::new();
        for (guardrail, checked) in before.iter().filter(|(guardrail, _)| !stays(guardrail)) {
            actions.extend(checked.actions.iter().copied());
            let form = checked.bounded(Bound::Possibly, Looks::ALL);
            gone.push((guardrail.id, form.map_err(|source| broken(guardrail, source))?));
        }
        let mut kept = Vec::new();
        for (guardrail, checked) in &after {
            let form = checked.bounded(Bound::Certainly, Looks::ALL);
            kept.push((guardrail.id, form.map_err(|source| broken(guardrail, source))?));
        }
        Ok(Self {
            taken_before: PolicyEngine::of_checked(roles.to_vec(), gone, 0)?,
            taken_after: PolicyEngine::of_checked(roles.to_vec(), kept, 0)?,
            actions,
        })
    }

    /// What somebody may come to do, of whom all grants are given that have not ended.
    pub fn widens(
        &self,
        caller: &Caller,
        grants: &[Grant],
        places: &Places,
        circumstances: &Circumstances,
    ) -> Reach {
        let mut found = Reach::new();
        if self.actions.is_empty() {
            return found;
        }
        let caller = Caller {
            state: PrincipalState::Active,
            ..caller.clone()
        };
        let said: Vec<Grant> = grants
            .iter()
            .filter(|grant| grant.ended.is_none())
            .map(|grant| Grant {
                not_before: None,
                expires_at: None,
                conditions: GrantConditions::default(),
                ..grant.clone()
            })
            .collect();
        let (mut before, mut after) = (
            Survey::new(&self.taken_before, *circumstances),
            Survey::new(&self.taken_after, *circumstances),
        );
        let named = before.named().union(after.named()).copied().collect();
        for alike in places.alike(&caller, &said, &named, &before) {
            for action in &self.actions {
                let allows = |survey: &mut Survey<'_>| {
                    survey
                        .ask(&caller, *action, &alike.resource, &alike.grants)
                        .allowed
                };
                if allows(&mut after) && !allows(&mut before) {
                    for scope in &alike.scopes {
                        found.entry(*scope).or_default().insert(*action);
                    }
                }
            }
        }
        found
    }
}

/// Guardrails that decide as they would at the worst hour and from the worst place, for somebody signed in as well as can be.
///
/// # Errors
/// Names the role or the enabled guardrail that cannot be used.
pub fn at_the_worst_hour(roles: &[Role], guardrails: &[Guardrail]) -> Result<PolicyEngine, EngineError> {
    let checker = GuardrailChecker::new()?;
    let unknown = Looks {
        now: true,
        source: true,
        ..Looks::default()
    };
    let mut forms = Vec::new();
    for (guardrail, checked) in checked(&checker, guardrails)? {
        let form = checked.bounded(Bound::Possibly, unknown);
        forms.push((guardrail.id, form.map_err(|source| broken(&guardrail, source))?));
    }
    PolicyEngine::of_checked(roles.to_vec(), forms, 0)
}

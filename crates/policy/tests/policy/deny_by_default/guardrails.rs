//! Guardrails override grants; one that fails denies.

use super::Case;
use crate::organization::{at, grant, person, scope, team};
use claviger_model::{
    builtin_roles::{self, EDITOR},
    scope::EnvironmentClass,
};
use claviger_policy::{
    builtin_guardrails,
    decision::Reason,
    engine::{EngineError, PolicyEngine},
    explain::Missing,
};

#[test]
fn guardrails_override_grants() {
    let mut case = Case::new();
    case.grants.push(grant(2, person(1), EDITOR, scope(0)));
    let id = case.own_guardrail(&format!(
        "forbid (principal in Team::\"{}\", action, resource);",
        team(1)
    ));
    let decision = case.decide();
    assert_eq!((decision.allowed, decision.reason), (false, Reason::Guardrail));
    assert_eq!(decision.guardrails, [id]);
    assert!(decision.grants.is_empty());
    assert_eq!(
        case.engine().explain(&case.question()).missing,
        Missing::NoGrantHelps
    );
    case.guardrails.last_mut().unwrap().enabled = false;
    assert!(case.decide().allowed);
}

#[test]
fn production_values_need_a_multi_factor_sign_in_from_the_first_start() {
    let mut case = Case::new();
    assert!(case.decide().allowed);
    case.guardrails = builtin_guardrails::all();
    assert_eq!(
        case.decide().guardrails,
        [builtin_guardrails::PRODUCTION_WITH_MULTI_FACTOR]
    );
    case.how.multi_factor_at = Some(at(0));
    assert!(case.decide().allowed);
    case.how.multi_factor_at = None;
    case.resource.class = Some(EnvironmentClass::Staging);
    assert!(case.decide().allowed);
}

#[test]
fn a_guardrail_that_fails_to_evaluate_denies_and_is_a_finding() {
    let mut case = Case::new();
    // Valid under the schema, but overflows from the second second on; Cedar alone would skip it and allow.
    let id = case.own_guardrail(
        "forbid (principal, action, resource) when { context has multi_factor_age && context.multi_factor_age * 9223372036854775807 == 1 };",
    );
    assert!(case.decide().allowed);
    case.how.multi_factor_at = Some(at(990_000));
    let decision = case.decide();
    assert_eq!((decision.allowed, decision.reason), (false, Reason::PolicyError));
    assert_eq!(decision.guardrails, [id]);
    assert!(decision.is_finding() && !decision.cacheable && !decision.leasable);
}

#[test]
fn a_guardrail_that_is_not_valid_makes_no_engine() {
    for text in [
        "permit (principal, action, resource);",
        "forbid (principal, action, resource) when { context.moon };",
    ] {
        let mut case = Case::new();
        let id = case.own_guardrail(text);
        let made = PolicyEngine::new(builtin_roles::all(), &case.guardrails, 1);
        assert!(
            matches!(made, Err(EngineError::Guardrail { id: named, .. }) if named == id),
            "{text}"
        );
    }
}

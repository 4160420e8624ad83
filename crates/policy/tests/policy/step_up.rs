//! A step-up is offered exactly where a fresh multi-factor sign-in alone would do.

use crate::organization::{SCOPES, actors, at, circumstances, grant, organizations, person, scope};
use claviger_model::{
    action::Action,
    builtin_roles::{self, READER},
    conditions::Conditions,
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_policy::{
    builtin_guardrails,
    engine::PolicyEngine,
    question::{Caller, Circumstances, Question, Resource},
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn it_is_offered_where_it_would_do_and_nowhere_else(org in organizations(), how in circumstances()) {
        let engine = org.engine();
        let fresh = Circumstances { multi_factor_at: Some(how.now), ..how };
        for who in actors() {
            let caller = org.caller(who);
            for place in (0..SCOPES).map(scope) {
                let resource = org.resource(place);
                let question = Question { caller: &caller, action: Action::SecretReveal, resource: &resource, grants: &org.grants, circumstances: &how };
                let allowed = org.allows(&engine, who, Action::SecretReveal, place, &how);
                let would = org.allows(&engine, who, Action::SecretReveal, place, &fresh);
                prop_assert_eq!(engine.step_up(&question).is_some(), !allowed && would, "{} {}", who, place);
            }
        }
    }
}

#[test]
fn the_longest_age_that_would_do_is_asked_for() {
    let engine = PolicyEngine::new(builtin_roles::all(), &builtin_guardrails::all(), 1).unwrap();
    let caller = Caller {
        id: person(1),
        state: PrincipalState::Active,
        nature: Nature::Person { outside: false },
        teams: vec![],
    };
    let within = |number, seconds| {
        let mut grant = grant(number, person(1), READER, scope(0));
        grant.conditions = Conditions {
            multi_factor_within: Some(seconds),
            ..Conditions::default()
        }
        .into();
        grant
    };
    let grants = [within(1, 300), within(2, 900)];
    let asked = |class, multi_factor_at, grants: &[claviger_model::grant::Grant]| {
        let circumstances = Circumstances {
            now: at(5_000_000),
            multi_factor_at,
            enrolled_device: true,
            source: None,
        };
        let resource = Resource {
            secret: None,
            chain: vec![scope(0)],
            class: Some(class),
        };
        engine.step_up(&Question {
            caller: &caller,
            action: Action::SecretReveal,
            resource: &resource,
            grants,
            circumstances: &circumstances,
        })
    };
    let staging = EnvironmentClass::Staging;
    assert_eq!(asked(staging, Some(at(1_000_000)), &grants), Some(900));
    assert_eq!(asked(staging, None, &grants), Some(0));
    assert_eq!(asked(staging, Some(at(4_900_000)), &grants), None, "fresh enough");
    let plain = [grant(3, person(1), READER, scope(0))];
    assert_eq!(
        asked(EnvironmentClass::Production, None, &plain),
        Some(0),
        "the guardrail asks for it"
    );
    assert_eq!(asked(EnvironmentClass::Production, Some(at(1)), &plain), None);
    assert_eq!(asked(staging, None, &[]), None, "no grant, no step-up");
}

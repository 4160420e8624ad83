//! The preview of a grant is its outcome.

use crate::organization::{
    SCOPES, TEAMS, actors, at, circumstances, grant, organizations, person, scope, service, team,
};
use claviger_model::{
    action::Action,
    builtin_roles::{self, READER, VIEWER},
    conditions::Conditions,
    grant::Grant,
    ids::GrantId,
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_policy::{
    builtin_guardrails,
    engine::PolicyEngine,
    gain::{Gain, beyond},
    question::{Caller, Circumstances},
    tree::{ScopeNode, ScopeTree},
};
use proptest::{prelude::*, sample::select};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_before_is_what_is_had_after(
        org in organizations(),
        how in circumstances(),
        place in 0..SCOPES,
        to_team in prop::option::of(0..TEAMS),
        end in prop::option::of(9_001i64..9_900),
        role in select(builtin_roles::all()),
    ) {
        let (engine, tree) = (org.engine(), org.tree());
        for who in actors() {
            let caller = org.caller(who);
            let holder = to_team.map_or(who, team);
            let new = Grant { expires_at: end.map(at), ..grant(200, holder, role.id, scope(place)) };
            let gain = engine.gain(&caller, &org.grants, &new, &tree, &how);
            let before = engine.entitled(&caller, &org.grants, &tree, &how, Action::ALL);
            let mut grants = org.grants.clone();
            grants.push(new);
            let after = engine.entitled(&caller, &grants, &tree, &how, Action::ALL);
            prop_assert_eq!(gain.newly, beyond(&after, &before), "{}", who);
            prop_assert!(beyond(&before, &after).is_empty(), "a grant took something from {}", who);
        }
    }
}

/// The organization 0, environments 1 (production) and 2 (staging).
fn tree() -> ScopeTree {
    let node = |number, parent: Option<u8>, class| {
        (
            scope(number),
            ScopeNode {
                parent: parent.map(scope),
                class,
            },
        )
    };
    [
        node(0, None, None),
        node(1, Some(0), Some(EnvironmentClass::Production)),
        node(2, Some(0), Some(EnvironmentClass::Staging)),
    ]
    .into_iter()
    .collect()
}

fn gained(caller: &Caller, had: &[Grant], new: &Grant) -> Gain {
    let engine = PolicyEngine::new(builtin_roles::all(), &builtin_guardrails::all(), 1).unwrap();
    let how = Circumstances {
        now: at(5_000),
        multi_factor_at: Some(at(5_000)),
        enrolled_device: true,
        source: None,
    };
    engine.gain(caller, had, new, &tree(), &how)
}

#[test]
fn a_later_start_and_conditions_are_looked_through() {
    let caller = Caller {
        id: person(1),
        state: PrincipalState::Active,
        nature: Nature::Person { outside: false },
        teams: vec![],
    };
    let had = [grant(1, person(1), VIEWER, scope(0))];
    let mut new = grant(2, person(1), READER, scope(2));
    new.not_before = Some(at(9_000));
    new.conditions = Conditions {
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..Conditions::default()
    }
    .into();
    let gain = gained(&caller, &had, &new);
    let expected = [Action::SecretUse, Action::SecretReveal, Action::RotationRequest];
    assert_eq!(gain.newly, [(scope(2), expected.into())].into());
    assert!(gain.held_back_by.is_empty());
    let again = [new.clone()];
    let twice = Grant {
        id: GrantId::from_bytes([3; 16]),
        not_before: None,
        ..new
    };
    assert!(
        !gained(&caller, &again, &twice).newly.is_empty(),
        "the first has not begun"
    );
}

#[test]
fn what_a_guardrail_keeps_back_is_named() {
    let caller = Caller {
        id: service(1),
        state: PrincipalState::Active,
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner: team(1),
        },
        teams: vec![],
    };
    let gain = gained(&caller, &[], &grant(1, service(1), READER, scope(0)));
    assert_eq!(
        gain.held_back_by,
        [
            builtin_guardrails::PRODUCTION_FOR_ITS_OWN_SERVICES,
            builtin_guardrails::SERVICES_IN_THEIR_CLASS,
        ]
        .into()
    );
    assert!(!gain.newly[&scope(1)].contains(&Action::SecretUse));
    assert!(gain.newly[&scope(2)].contains(&Action::SecretUse));
}

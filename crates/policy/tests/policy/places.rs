//! Lists where neighbouring places differ by one thing only.

use crate::organization::{at, grant, name, scope, service, team};
use claviger_model::{
    action::Action,
    builtin_roles::{self, EDITOR},
    conditions::Conditions,
    grant::Grant,
    guardrail::Guardrail,
    ids::{PolicyId, ScopeId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_policy::{
    builtin_guardrails,
    engine::PolicyEngine,
    entitled::Entitlements,
    question::{Caller, Circumstances},
    tree::{ScopeNode, ScopeTree},
};

/// The organization 0, project 1 with environments 2 (production) and 3 (staging), and 4 and 5 below those.
fn tree() -> ScopeTree {
    let node = |number, parent: u8, class| {
        (
            scope(number),
            ScopeNode {
                parent: Some(scope(parent)),
                class,
            },
        )
    };
    [
        (
            scope(0),
            ScopeNode {
                parent: None,
                class: None,
            },
        ),
        node(1, 0, None),
        node(2, 1, Some(EnvironmentClass::Production)),
        node(3, 1, Some(EnvironmentClass::Staging)),
        node(4, 2, None),
        node(5, 3, None),
    ]
    .into_iter()
    .collect()
}

fn list(grants: &[Grant], own: Option<String>) -> Entitlements {
    let nature = Nature::Service {
        class: EnvironmentClass::Staging,
        owner: team(1),
    };
    let caller = Caller {
        id: service(1),
        state: PrincipalState::Active,
        nature,
        teams: vec![],
    };
    let guardrail = |text| Guardrail {
        id: PolicyId::from_bytes([5; 16]),
        name: name("Own"),
        text,
        builtin: false,
        enabled: true,
    };
    let guardrails: Vec<_> = builtin_guardrails::all()
        .into_iter()
        .chain(own.map(guardrail))
        .collect();
    let engine = PolicyEngine::new(builtin_roles::all(), &guardrails, 1).unwrap();
    let how = Circumstances {
        now: at(5_000),
        multi_factor_at: Some(at(4_000)),
        enrolled_device: false,
        source: None,
    };
    engine.entitled(
        &caller,
        grants,
        &tree(),
        &how,
        &[Action::SecretView, Action::SecretUse, Action::SecretCreate],
    )
}

fn where_allowed(list: &Entitlements, action: Action) -> Vec<ScopeId> {
    list.scopes
        .iter()
        .filter(|(_, rights)| rights.actions.contains(&action))
        .map(|(scope, _)| *scope)
        .collect()
}

#[test]
fn the_class_around_a_place_counts_below_it_too() {
    let list = list(&[grant(1, service(1), EDITOR, scope(0))], None);
    assert_eq!(
        where_allowed(&list, Action::SecretView),
        [0, 1, 2, 3, 4, 5].map(scope)
    );
    assert_eq!(where_allowed(&list, Action::SecretUse), [3, 5].map(scope));
}

#[test]
fn a_guardrail_that_names_a_scope_counts_there_and_below() {
    let below = format!("forbid (principal, action, resource in Scope::\"{}\");", scope(3));
    let list_below = list(&[grant(1, service(1), EDITOR, scope(1))], Some(below));
    assert_eq!(
        where_allowed(&list_below, Action::SecretView),
        [1, 2, 4].map(scope)
    );
    // Named itself, it counts for the scope alone, and not for the secrets in it.
    let only = format!("forbid (principal, action, resource == Scope::\"{}\");", scope(3));
    let list_only = list(&[grant(1, service(1), EDITOR, scope(1))], Some(only));
    assert_eq!(where_allowed(&list_only, Action::SecretCreate), [scope(5)]);
    assert_eq!(where_allowed(&list_only, Action::SecretUse), [3, 5].map(scope));
}

#[test]
fn a_list_holds_until_the_first_boundary_in_it() {
    let mut until = grant(1, service(1), EDITOR, scope(3));
    until.expires_at = Some(at(9_000));
    let mut fresh = grant(2, service(1), EDITOR, scope(5));
    fresh.conditions = Conditions {
        multi_factor_within: Some(3),
        ..Conditions::default()
    }
    .into();
    fresh.expires_at = Some(at(8_000));
    let list = list(&[until, fresh], None);
    assert_eq!((list.valid_until, list.cacheable), (Some(at(7_001)), true));
}

//! "Deny by default", sentence by sentence: each test fails when its sentence is broken.

use crate::organization::{at, grant, name, person, scope, service, team};
use claviger_model::{
    action::{Action, Plane},
    builtin_roles::{self, CONSUMER, EDITOR, LEAD, OWNER, READER},
    conditions::{Conditions, GrantConditions},
    grant::{Ended, Grant},
    guardrail::Guardrail,
    ids::PolicyId,
    principal::{Nature, Principal, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_policy::{
    builtin_guardrails,
    decision::{Decision, Reason},
    engine::{EngineError, PolicyEngine},
    explain::Missing,
    question::{Caller, Circumstances, Membership, Question, Resource},
    standing::{Standing, Unmet},
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

#[test]
fn a_grant_gives_what_its_role_says_there_and_below() {
    let mut case = Case::new();
    let decision = case.decide();
    assert!(decision.allowed && decision.cacheable && decision.leasable);
    assert_eq!(
        (decision.reason, decision.grants),
        (Reason::Granted, vec![case.grants[0].id])
    );
    case.action = Action::SecretWrite;
    assert_eq!(case.decide().reason, Reason::NoGrant);
    case.action = Action::SecretView;
    assert!(case.decide().allowed && !case.decide().leasable);
}

#[test]
fn no_grant_no_access() {
    let mut case = Case::new();
    case.grants.clear();
    for action in Action::ALL {
        case.action = *action;
        let decision = case.decide();
        assert!(!decision.allowed, "{action}");
        assert_eq!(decision.reason, Reason::NoGrant);
    }
}

#[test]
fn grants_to_others_or_elsewhere_give_nothing() {
    for (to, place) in [
        (person(2), scope(1)),
        (team(2), scope(1)),
        (person(1), scope(3)),
        (team(1), scope(3)),
    ] {
        let mut case = Case::new();
        case.grants = vec![grant(1, to, READER, place)];
        assert_eq!(case.decide().reason, Reason::NoGrant, "{to} {place}");
    }
    let mut nowhere = Case::new();
    nowhere.resource.chain.clear();
    assert!(!nowhere.decide().allowed);
}

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
fn those_who_are_suspended_or_disabled_do_nothing() {
    let mut case = Case::new();
    for (state, reason) in [
        (PrincipalState::Suspended, Reason::PrincipalSuspended),
        (PrincipalState::Disabled, Reason::PrincipalDisabled),
    ] {
        case.caller.state = state;
        assert_eq!(
            case.decide(),
            Decision {
                cacheable: false,
                ..case.decide()
            }
        );
        assert_eq!((case.decide().allowed, case.decide().reason), (false, reason));
    }
}

#[test]
fn emergency_access_is_never_leased_and_named_where_nothing_else_would_do() {
    let mark = Conditions {
        emergency: true,
        ..Conditions::default()
    };
    let mut case = Case::new().under(mark);
    let decision = case.decide();
    assert_eq!(
        (decision.allowed, decision.leasable, decision.emergency),
        (true, false, Some(case.grants[0].id))
    );
    let mut other = grant(2, person(1), CONSUMER, scope(2));
    other.conditions = Conditions {
        enrolled_device: true,
        ..Conditions::default()
    }
    .into();
    case.grants.push(other);
    case.action = Action::SecretUse;
    assert!(case.decide().emergency.is_some(), "the other does not count here");
    case.how.enrolled_device = true;
    let decision = case.decide();
    assert_eq!((decision.leasable, decision.emergency), (true, None));
}

#[test]
fn teams_do_not_act() {
    let mut case = Case::new();
    case.caller = Caller::new(
        &Principal {
            id: team(1),
            name: name("x"),
            state: PrincipalState::Active,
            nature: Nature::Team,
        },
        vec![],
    );
    assert_eq!(case.decide().reason, Reason::NotAnActor);
}

#[test]
fn grants_count_only_within_their_time() {
    let with = |change: fn(&mut Grant)| {
        let mut case = Case::new();
        change(&mut case.grants[0]);
        case.decide()
    };
    let early = with(|grant| grant.not_before = Some(at(1_000_001)));
    assert_eq!(
        (early.reason, early.valid_until),
        (Reason::ConditionsUnmet, Some(at(1_000_001)))
    );
    assert_eq!(
        with(|grant| grant.expires_at = Some(at(1_000_000))).reason,
        Reason::NoGrant
    );
    let last = with(|grant| grant.expires_at = Some(at(1_000_001)));
    assert_eq!((last.allowed, last.valid_until), (true, Some(at(1_000_001))));
    let ended = |grant: &mut Grant| {
        grant.ended = Some(Ended {
            at: at(2_000_000),
            by: person(2),
            reason: "left".to_owned(),
        });
    };
    assert_eq!(with(ended).reason, Reason::NoGrant);
}

#[test]
fn conditions_that_do_not_hold_deny() {
    let fresh = Conditions {
        multi_factor_within: Some(10),
        ..Conditions::default()
    };
    let mut case = Case::new().under(fresh);
    assert_eq!(case.decide().reason, Reason::ConditionsUnmet);
    case.how.multi_factor_at = Some(at(990_000));
    let decision = case.decide();
    assert_eq!(
        (decision.allowed, decision.leasable, decision.valid_until),
        (true, true, Some(at(1_000_001)))
    );
    case.how.multi_factor_at = Some(at(989_999));
    assert_eq!(case.decide().reason, Reason::ConditionsUnmet);

    let device = Conditions {
        enrolled_device: true,
        ..Conditions::default()
    };
    let mut case = Case::new().under(device);
    assert!(!case.decide().allowed);
    case.how.enrolled_device = true;
    assert!(case.decide().allowed);
}

#[test]
fn what_depends_on_the_place_is_neither_cached_nor_leased() {
    let near = Conditions {
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..Conditions::default()
    };
    let mut case = Case::new().under(near);
    assert_eq!(
        (case.decide().reason, case.decide().cacheable),
        (Reason::ConditionsUnmet, false)
    );
    case.how.source = Some("203.0.113.1".parse().unwrap());
    assert_eq!(
        (case.decide().reason, case.decide().cacheable),
        (Reason::ConditionsUnmet, false)
    );
    case.how.source = Some("10.1.2.3".parse().unwrap());
    let decision = case.decide();
    assert_eq!(
        (decision.allowed, decision.cacheable, decision.leasable),
        (true, false, false)
    );
    // Another grant without that condition makes the value leasable.
    case.grants.push(grant(2, person(1), CONSUMER, scope(2)));
    case.action = Action::SecretUse;
    assert!(case.decide().leasable);

    let mut case = Case::new();
    case.own_guardrail("forbid (principal, action in Action::\"read\", resource) when { context has source && context.source.isLoopback() };");
    let decision = case.decide();
    assert_eq!(
        (decision.allowed, decision.cacheable, decision.leasable),
        (true, false, false)
    );
    case.how.source = Some("::1".parse().unwrap());
    assert_eq!(case.decide().reason, Reason::Guardrail);
}

#[test]
fn hours_open_and_close_and_cannot_be_leased() {
    let hours = r#"{"hours":{"zone":"UTC","from":"00:00","until":"00:17"}}"#;
    let mut case = Case::new();
    case.grants[0].conditions = GrantConditions::from_stored(hours);
    let decision = case.decide();
    assert_eq!((decision.allowed, decision.leasable), (true, false));
    assert_eq!(decision.valid_until, Some(at(17 * 60_000)));
    case.how.now = at(17 * 60_000);
    assert_eq!(case.decide().reason, Reason::ConditionsUnmet);
    let shown = case.engine().explain(&case.question());
    assert_eq!(
        shown.grants[0].standing,
        Standing::Unmet(vec![Unmet::Hours(Some(at(24 * 3_600_000)))])
    );
}

#[test]
fn conditions_that_cannot_be_read_deny() {
    for stored in [
        r#"{"moon":"full"}"#,
        r#"{"hours":{"zone":"Moon/Sea","from":"00:00","until":"24:00"}}"#,
        "",
    ] {
        let mut case = Case::new();
        case.grants[0].conditions = GrantConditions::from_stored(stored);
        assert!(!case.decide().allowed, "{stored}");
    }
}

#[test]
fn an_unknown_role_gives_nothing() {
    let mut case = Case::new();
    case.grants[0].role = claviger_model::ids::RoleId::from_bytes([9; 16]);
    assert_eq!(case.decide().reason, Reason::NoGrant);
}

#[test]
fn services_touch_values_of_their_own_class_only() {
    for action in Action::ALL.iter().filter(|action| action.plane() == Plane::Data) {
        for (own, place, allowed) in [
            (
                EnvironmentClass::Staging,
                Some(EnvironmentClass::Production),
                false,
            ),
            (EnvironmentClass::Staging, None, false),
            (EnvironmentClass::Staging, Some(EnvironmentClass::Staging), true),
            (
                EnvironmentClass::Production,
                Some(EnvironmentClass::Production),
                true,
            ),
            (EnvironmentClass::Production, None, true),
            // Nor does a service leave the one class that it is of in the other direction.
            (
                EnvironmentClass::Production,
                Some(EnvironmentClass::Staging),
                false,
            ),
            (
                EnvironmentClass::Testing,
                Some(EnvironmentClass::Development),
                false,
            ),
        ] {
            let mut case = Case::service(own);
            case.action = *action;
            case.resource.class = place;
            case.grants = vec![grant(1, service(1), EDITOR, scope(0))];
            assert_eq!(case.decide().allowed, allowed, "{action} {own:?} {place:?}");
        }
    }
}

#[test]
fn services_never_hold_power_over_access_even_through_teams() {
    for role in [LEAD, builtin_roles::OFFBOARDER, OWNER] {
        let mut case = Case::service(EnvironmentClass::Production);
        case.grants = vec![
            grant(1, team(1), role, scope(0)),
            grant(2, service(1), role, scope(0)),
        ];
        for action in Action::ALL {
            case.action = *action;
            assert_eq!(case.decide().reason, Reason::NoGrant, "{action}");
        }
    }
}

#[test]
fn people_from_outside_need_a_grant_with_an_end() {
    let mut case = Case::new();
    case.caller.nature = Nature::Person { outside: true };
    let decision = case.decide();
    assert_eq!(decision.reason, Reason::Guardrail);
    assert_eq!(
        decision.guardrails,
        [builtin_guardrails::OUTSIDE_PEOPLE_WITH_AN_END]
    );
    // A grant with an end somewhere else does not help.
    let mut elsewhere = grant(2, person(1), READER, scope(3));
    elsewhere.expires_at = Some(at(2_000_000));
    case.grants.push(elsewhere);
    assert_eq!(case.decide().reason, Reason::Guardrail);
    case.grants[0].expires_at = Some(at(2_000_000));
    assert!(case.decide().allowed);
    case.grants[0].expires_at = None;
    case.action = Action::SecretView;
    assert!(case.decide().allowed);
}

/// The built-in guardrails for questions that turn on something else than how somebody signed in.
fn without_multi_factor() -> Vec<Guardrail> {
    let mut guardrails = builtin_guardrails::all();
    guardrails.retain(|guardrail| guardrail.id != builtin_guardrails::PRODUCTION_WITH_MULTI_FACTOR);
    guardrails
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

#[test]
fn an_explanation_names_the_least_role_that_would_do() {
    let mut case = Case::new();
    case.grants.clear();
    let missing = case.engine().explain(&case.question()).missing;
    assert_eq!(
        missing,
        Missing::Role {
            roles: vec![READER, EDITOR]
        }
    );
    case.action = Action::GrantAssign;
    assert_eq!(
        case.engine().explain(&case.question()).missing,
        Missing::Role {
            roles: vec![LEAD, OWNER]
        }
    );
}

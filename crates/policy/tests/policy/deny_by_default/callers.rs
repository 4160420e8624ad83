//! Who asks: the suspended, teams, services, people from outside.

use super::Case;
use crate::organization::{at, grant, name, person, scope, service, team};
use claviger_model::{
    action::{Action, Plane},
    builtin_roles::{self, EDITOR, LEAD, OWNER, READER},
    principal::{Nature, Principal, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_policy::{
    builtin_guardrails,
    decision::{Decision, Reason},
    question::Caller,
};

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

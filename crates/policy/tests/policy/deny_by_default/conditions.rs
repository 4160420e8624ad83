//! Conditions that do not hold, or cannot be read, deny; what depends on where and when is not kept.

use super::Case;
use crate::organization::{at, grant, person, scope};
use claviger_model::{
    action::Action,
    builtin_roles::CONSUMER,
    conditions::{Conditions, GrantConditions},
};
use claviger_policy::{
    decision::Reason,
    standing::{Standing, Unmet},
};

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

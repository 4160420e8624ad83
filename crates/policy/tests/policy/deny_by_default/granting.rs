//! What a grant gives, to whom, where, and when.

use super::Case;
use crate::organization::{at, grant, person, scope, team};
use claviger_model::{
    action::Action,
    builtin_roles::{EDITOR, LEAD, OWNER, READER},
    grant::{Ended, Grant},
};
use claviger_policy::{decision::Reason, explain::Missing};

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
fn an_unknown_role_gives_nothing() {
    let mut case = Case::new();
    case.grants[0].role = claviger_model::ids::RoleId::from_bytes([9; 16]);
    assert_eq!(case.decide().reason, Reason::NoGrant);
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

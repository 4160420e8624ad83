//! Who may give what: each refusal, and over random histories that nobody gains what nobody who may grant it gave.

use crate::organization::{
    CUSTOM, Organization, SCOPES, TEAMS, actors, at, grant, name, organizations, person, scope, service, team,
};
use claviger_model::{
    action::Action,
    builtin_roles::{self, CONSUMER, EDITOR, LEAD, OFFBOARDER, OWNER, READER, VIEWER},
    grant::{Ended, Grant},
    ids::{GrantId, PrincipalId, RoleId, ScopeId},
    principal::{Nature, Principal, PrincipalState},
    role::{MayGrant, Role},
    scope::EnvironmentClass,
};
use claviger_policy::{
    assign::{AssignRefusal, Assignment, Giver, MayAssign},
    builtin_guardrails,
    decision::Reason,
    engine::PolicyEngine,
    question::Circumstances,
    tree::ScopeNode,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use std::sync::OnceLock;

const NOW: Circumstances = Circumstances {
    now: at(5_000),
    multi_factor_at: None,
    enrolled_device: false,
    source: None,
};

fn assign_by(
    org: &Organization,
    engine: &PolicyEngine,
    giver: PrincipalId,
    role: RoleId,
    to: PrincipalId,
    place: ScopeId,
    end: Option<i64>,
) -> Result<MayAssign, AssignRefusal> {
    let (caller, resource) = (org.caller(giver), org.resource(place));
    let giver = Giver {
        caller: &caller,
        grants: &org.grants,
        circumstances: &NOW,
    };
    let assignment = Assignment {
        role,
        receiver: org.principal(to),
        scope: &resource,
        not_before: None,
        expires_at: end.map(at),
    };
    engine.may_assign(&giver, &assignment)
}

fn assign(
    org: &Organization,
    giver: PrincipalId,
    role: RoleId,
    to: PrincipalId,
    place: ScopeId,
    end: Option<i64>,
) -> Result<MayAssign, AssignRefusal> {
    static MADE: OnceLock<PolicyEngine> = OnceLock::new();
    // All small organizations have the same roles, but for the one that says what it makes.
    let usual = org.roles == small().roles;
    let own = (!usual).then(|| org.engine());
    let engine = own.as_ref().unwrap_or_else(|| MADE.get_or_init(|| org.engine()));
    assign_by(org, engine, giver, role, to, place, end)
}

// The organization 0 with projects 1 and 2; person 0 owns it, person 1 leads project 1 and is in team 0, which is
// nested in team 1; person 2 and team 2 are others; service 0 belongs to team 1, service 1 to team 2; person 3 is
// from outside; person 4 is suspended.
fn small() -> Organization {
    let make = |id, state, nature| Principal {
        id,
        name: name("x"),
        state,
        nature,
    };
    let inside = Nature::Person { outside: false };
    let of = |owner| Nature::Service {
        class: EnvironmentClass::Staging,
        owner: team(owner),
    };
    let mut principals: Vec<_> = (0..3)
        .map(|number| make(person(number), PrincipalState::Active, inside))
        .collect();
    principals.push(make(
        person(3),
        PrincipalState::Active,
        Nature::Person { outside: true },
    ));
    principals.push(make(person(4), PrincipalState::Suspended, inside));
    principals.push(make(service(0), PrincipalState::Active, of(1)));
    principals.push(make(service(1), PrincipalState::Active, of(2)));
    principals.extend((0..TEAMS).map(|number| make(team(number), PrincipalState::Active, Nature::Team)));
    let delegator = Role::custom(
        CUSTOM,
        name("Delegator"),
        [Action::GrantAssign].into(),
        MayGrant::Roles([VIEWER, LEAD].into()),
    );
    let mut roles = builtin_roles::all();
    roles.push(delegator.unwrap());
    Organization {
        principals,
        members: vec![(person(1), team(0)), (team(0), team(1))],
        nodes: (0..3)
            .map(|number| {
                (
                    scope(number),
                    ScopeNode {
                        parent: (number > 0).then(|| scope(0)),
                        class: None,
                    },
                )
            })
            .collect(),
        roles,
        guardrails: builtin_guardrails::all(),
        grants: vec![
            grant(1, person(0), OWNER, scope(0)),
            grant(2, person(1), LEAD, scope(1)),
        ],
    }
}

#[test]
fn a_lead_grants_the_lesser_roles_within_the_scope() {
    let org = small();
    for role in [VIEWER, CONSUMER, READER, EDITOR] {
        let given = assign(&org, person(1), role, person(2), scope(1), None).unwrap();
        assert_eq!(given.by, [GrantId::from_bytes([2; 16])]);
    }
    for role in [LEAD, builtin_roles::AUDITOR, OFFBOARDER, CUSTOM] {
        let refused = assign(&org, person(1), role, person(2), scope(1), None);
        assert_eq!(refused, Err(AssignRefusal::RoleNotGrantable), "{role}");
    }
    for elsewhere in [scope(0), scope(2)] {
        let Err(AssignRefusal::NotAllowed(decision)) =
            assign(&org, person(1), VIEWER, person(2), elsewhere, None)
        else {
            panic!("a Lead granted outside of the scope");
        };
        assert_eq!(decision.reason, Reason::NoGrant);
    }
}

#[test]
fn those_without_the_right_grant_nothing() {
    let mut org = small();
    org.grants.push(grant(3, person(2), EDITOR, scope(0)));
    org.grants.push(grant(4, person(2), OFFBOARDER, scope(0)));
    assert!(matches!(
        assign(&org, person(2), VIEWER, person(0), scope(1), None),
        Err(AssignRefusal::NotAllowed(_))
    ));
}

#[test]
fn nobody_grants_to_themselves_to_their_teams_or_to_their_services() {
    let org = small();
    assert_eq!(
        assign(&org, person(1), VIEWER, person(1), scope(1), None),
        Err(AssignRefusal::ToOneself)
    );
    assert_eq!(
        assign(&org, person(0), OWNER, person(0), scope(0), None),
        Err(AssignRefusal::ToOneself)
    );
    assert_eq!(
        assign(&org, person(1), VIEWER, team(0), scope(1), None),
        Err(AssignRefusal::ToOwnTeam)
    );
    assert_eq!(
        assign(&org, person(1), VIEWER, team(1), scope(1), None),
        Err(AssignRefusal::ToOwnTeam)
    );
    assert_eq!(
        assign(&org, person(1), CONSUMER, service(0), scope(1), None),
        Err(AssignRefusal::ToOwnService)
    );
    assert!(assign(&org, person(1), VIEWER, team(2), scope(1), None).is_ok());
    assert!(assign(&org, person(1), CONSUMER, service(1), scope(1), None).is_ok());
    assert!(assign(&org, person(0), CONSUMER, service(0), scope(1), None).is_ok());
}

#[test]
fn only_owners_make_owners() {
    let mut org = small();
    assert!(assign(&org, person(0), OWNER, person(2), scope(0), None).is_ok());
    assert_eq!(
        assign(&org, person(1), OWNER, person(2), scope(1), None),
        Err(AssignRefusal::OwnerByOther)
    );
    // A role that somehow says it may grant everything still makes no Owner.
    for role in org.roles.iter_mut().filter(|role| role.id == CUSTOM) {
        role.may_grant = MayGrant::Every;
    }
    org.grants.push(grant(3, person(2), CUSTOM, scope(0)));
    assert_eq!(
        assign(&org, person(2), OWNER, person(1), scope(0), None),
        Err(AssignRefusal::OwnerByOther)
    );
    assert!(assign(&org, person(2), LEAD, person(1), scope(0), None).is_ok());
}

#[test]
fn receivers_must_fit_the_role() {
    let org = small();
    assert_eq!(
        assign(
            &org,
            person(0),
            builtin_roles::POLICY_FILES,
            service(1),
            scope(1),
            None
        ),
        Err(AssignRefusal::ByDelegation),
        "not by hand, be it an Owner's"
    );
    for role in [LEAD, OFFBOARDER, OWNER, CUSTOM] {
        assert_eq!(
            assign(&org, person(0), role, service(1), scope(1), None),
            Err(AssignRefusal::NotForServices)
        );
    }
    for role in builtin_roles::FOR_SERVICES {
        for giver in [person(0), person(1)] {
            assert!(assign(&org, giver, role, service(1), scope(1), None).is_ok());
        }
        for to in [person(2), team(2)] {
            assert_eq!(
                assign(&org, person(0), role, to, scope(1), None),
                Err(AssignRefusal::ForServicesOnly)
            );
        }
    }
    assert_eq!(
        assign(&org, person(0), VIEWER, person(4), scope(1), None),
        Err(AssignRefusal::ReceiverInactive)
    );
    assert_eq!(
        assign(&org, person(0), CONSUMER, person(3), scope(1), None),
        Err(AssignRefusal::EndNeeded)
    );
    assert!(assign(&org, person(0), CONSUMER, person(3), scope(1), Some(9_000)).is_ok());
    assert!(assign(&org, person(0), VIEWER, person(3), scope(1), None).is_ok());
    assert_eq!(
        assign(&org, person(0), VIEWER, person(2), scope(1), Some(5_000)),
        Err(AssignRefusal::EndBeforeStart)
    );
    let unknown = RoleId::from_bytes([0xdd; 16]);
    assert_eq!(
        assign(&org, person(0), unknown, person(2), scope(1), None),
        Err(AssignRefusal::UnknownRole)
    );
}

/// A part of each role, since all of the actions take too long.
const WATCHED: [Action; 7] = [
    Action::SecretView,
    Action::SecretUse,
    Action::SecretReveal,
    Action::SecretWrite,
    Action::GrantAssign,
    Action::PrincipalDisable,
    Action::RoleManage,
];

/// A wish to give or to end, by dice.
#[derive(Debug, Clone)]
enum Step {
    Assign {
        giver: Index,
        to: Index,
        role: Index,
        place: u8,
        end: Option<i64>,
    },
    Revoke {
        which: Index,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let assign = (
        any::<Index>(),
        any::<Index>(),
        any::<Index>(),
        0..SCOPES,
        proptest::option::of(4_000i64..9_000),
    )
        .prop_map(|(giver, to, role, place, end)| Step::Assign {
            giver,
            to,
            role,
            place,
            end,
        });
    let revoke = any::<Index>().prop_map(|which| Step::Revoke { which });
    vec(prop_oneof![5 => assign, 1 => revoke], 1..30)
}

/// Whether, by a plain reading, the giver of a new grant held one whose role may grant it, here and now.
fn was_theirs_to_give(org: &Organization, new: &Grant) -> bool {
    org.giving(new.granted_by, Action::GrantAssign, new.scope, &NOW)
        .iter()
        .any(|held| {
            let role = org.roles.iter().find(|role| role.id == held.role).unwrap();
            role.may_grant.includes(new.role) && (new.role != OWNER || role.id == OWNER)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gains_what_nobody_who_may_grant_it_gave(mut org in organizations(), steps in steps()) {
        // Without anybody who may grant, nothing would happen.
        org.grants.push(grant(98, person(0), OWNER, scope(0)));
        org.grants.push(grant(99, person(1), LEAD, scope(0)));
        let engine = org.engine();
        let everybody: Vec<_> = org.principals.iter().map(|principal| principal.id).collect();
        let actors: Vec<_> = actors().collect();
        let roles: Vec<_> = org.roles.iter().map(|role| role.id).collect();
        let rights = |org: &Organization| -> Vec<(PrincipalId, ScopeId, Action)> {
            let tree = org.tree();
            let of = |who: &PrincipalId| {
                let list = engine.entitled(&org.caller(*who), &org.grants, &tree, &NOW, &WATCHED);
                let who = *who;
                list.scopes.into_iter().flat_map(move |(place, rights)| {
                    rights.actions.into_iter().map(move |action| (who, place, action))
                }).collect::<Vec<_>>()
            };
            actors.iter().flat_map(of).collect()
        };
        let mut before = rights(&org);
        for (number, step) in (100u8..).zip(steps) {
            match step {
                Step::Assign { giver, to, role, place, end } => {
                    let (giver, to) = (*giver.get(&actors), *to.get(&everybody));
                    let role = *role.get(&roles);
                    let asked = assign_by(&org, &engine, giver, role, to, scope(place), end);
                    let new = Grant { granted_by: giver, expires_at: end.map(at), ..grant(number, to, role, scope(place)) };
                    let theirs = was_theirs_to_give(&org, &new);
                    prop_assert!(asked.is_err() || theirs, "{:?} by {:?}", new, asked);
                    if asked.is_ok() {
                        org.grants.push(new);
                        let after = rights(&org);
                        let gained: Vec<_> = after.iter().filter(|right| !before.contains(right)).collect();
                        for (who, place, action) in &gained {
                            prop_assert_ne!(*who, giver, "{} gained {} by their own grant", who, action);
                            let now = org.giving(*who, *action, *place, &NOW);
                            prop_assert!(now.iter().any(|grant| grant.id == GrantId::from_bytes([number; 16])));
                        }
                        before = after;
                    }
                }
                Step::Revoke { which } if !org.grants.is_empty() => {
                    let at_index = which.index(org.grants.len());
                    if let Some(grant) = org.grants.get_mut(at_index) {
                        grant.ended = Some(Ended { at: NOW.now, by: person(0), reason: "over".to_owned() });
                    }
                    let after = rights(&org);
                    prop_assert!(after.iter().all(|right| before.contains(right)), "an end gave a right");
                    before = after;
                }
                Step::Revoke { .. } => {}
            }
        }
    }
}

#[test]
fn an_owner_is_a_person_never_a_team() {
    let org = small();
    let refused = assign(&org, person(0), OWNER, team(2), scope(0), None);
    assert!(
        matches!(refused, Err(AssignRefusal::OwnerIsAPerson)),
        "{refused:?}"
    );
    assert!(assign(&org, person(0), OWNER, person(2), scope(0), None).is_ok());
}

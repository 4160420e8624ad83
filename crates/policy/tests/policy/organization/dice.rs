//! Organizations and circumstances by dice.

use super::{
    CUSTOM, Organization, PEOPLE, SCOPES, SERVICES, TEAMS, at, freeze, grant, name, person, scope, service,
    team,
};
use claviger_model::{
    action::Action,
    builtin_roles,
    conditions::{Conditions, GrantConditions},
    grant::{Ended, Grant},
    guardrail::Guardrail,
    ids::{PrincipalId, RoleId, ScopeId},
    principal::{Nature, Principal, PrincipalState},
    role::{MayGrant, Role},
    scope::EnvironmentClass,
};
use claviger_policy::{builtin_guardrails, question::Circumstances, tree::ScopeNode};
use proptest::{collection::vec, option, prelude::*, sample::select};

const CLASSES: [EnvironmentClass; 3] = [
    EnvironmentClass::Production,
    EnvironmentClass::Staging,
    EnvironmentClass::Development,
];

pub fn principals() -> impl Strategy<Value = Vec<Principal>> {
    let state = || {
        prop_oneof![
            8 => Just(PrincipalState::Active),
            1 => Just(PrincipalState::Suspended),
            1 => Just(PrincipalState::Disabled),
        ]
    };
    let people = vec((state(), prop::bool::weighted(0.3)), usize::from(PEOPLE));
    let services = vec(
        (state(), select(CLASSES.to_vec()), 0..TEAMS),
        usize::from(SERVICES),
    );
    (people, services).prop_map(|(people, services)| {
        let make = |id, state, nature| Principal {
            id,
            name: name("somebody"),
            state,
            nature,
        };
        let people = (0u8..)
            .zip(people)
            .map(|(number, (state, outside))| make(person(number), state, Nature::Person { outside }));
        let services = (0u8..).zip(services).map(|(number, (state, class, owner))| {
            make(
                service(number),
                state,
                Nature::Service {
                    class,
                    owner: team(owner),
                },
            )
        });
        let teams = (0..TEAMS).map(|number| make(team(number), PrincipalState::Active, Nature::Team));
        people.chain(services).chain(teams).collect()
    })
}

fn members() -> impl Strategy<Value = Vec<(PrincipalId, PrincipalId)>> {
    // Nesting goes anywhere, circles included.
    let member = prop_oneof![
        3 => (0..PEOPLE).prop_map(person),
        1 => (0..SERVICES).prop_map(service),
        2 => (0..TEAMS).prop_map(team),
    ];
    vec((member, (0..TEAMS).prop_map(team)), 0..9)
}

fn nodes() -> impl Strategy<Value = Vec<(ScopeId, ScopeNode)>> {
    let node = (any::<u8>(), option::weighted(0.4, select(CLASSES.to_vec())));
    vec(node, usize::from(SCOPES)).prop_map(|dice| {
        let node = |(number, (die, class)): (u8, (u8, _))| {
            // Two shelves of parents keep the tree within its depth.
            let parent = (number > 0).then(|| scope(die % number.min(6)));
            (scope(number), ScopeNode { parent, class })
        };
        (0u8..).zip(dice).map(node).collect()
    })
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    let actions = proptest::sample::subsequence(Action::ALL.to_vec(), 1..6);
    let grantable = proptest::sample::subsequence(builtin_roles::all(), 0..4);
    (actions, grantable).prop_map(|(actions, grantable)| {
        let mut roles = builtin_roles::all();
        let grantable: Vec<_> = grantable.into_iter().map(|role| role.id).collect();
        let wishes = [
            MayGrant::Roles(grantable.into_iter().collect()),
            MayGrant::nothing(),
        ];
        let made = wishes.into_iter().find_map(|may_grant| {
            Role::custom(
                CUSTOM,
                name("Custom"),
                actions.iter().copied().collect(),
                may_grant,
            )
            .ok()
        });
        roles.extend(made);
        roles
    })
}

fn conditions() -> impl Strategy<Value = GrantConditions> {
    let networks = select(vec![
        vec![],
        vec!["10.0.0.0/8"],
        vec!["192.0.2.0/24", "10.1.0.0/16"],
    ]);
    let known = (
        option::weighted(0.3, 1u32..4),
        networks,
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(within, networks, device, emergency)| {
            GrantConditions::from(Conditions {
                multi_factor_within: within,
                networks: networks
                    .into_iter()
                    .map(|network| network.parse().unwrap())
                    .collect(),
                enrolled_device: device,
                hours: None,
                emergency,
            })
        });
    prop_oneof![6 => Just(GrantConditions::default()), 3 => known, 1 => Just(GrantConditions::from_stored("{\"moon\":1}"))]
}

type Dice = (
    PrincipalId,
    RoleId,
    ScopeId,
    GrantConditions,
    (Option<i64>, Option<i64>, bool),
);

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let holder = prop_oneof![
        (0..PEOPLE).prop_map(person),
        (0..SERVICES).prop_map(service),
        (0..TEAMS).prop_map(team),
    ];
    let mut roles: Vec<_> = builtin_roles::all().into_iter().map(|role| role.id).collect();
    roles.extend([CUSTOM, RoleId::from_bytes([0xdd; 16])]);
    let times = (
        option::weighted(0.3, 0i64..9_000),
        option::weighted(0.4, 0i64..9_000),
        prop::bool::weighted(0.1),
    );
    let one = (
        holder,
        select(roles),
        (0..SCOPES).prop_map(scope),
        conditions(),
        times,
    );
    vec(one, 0..16).prop_map(|dice| {
        let numbered = (1u8..).zip(dice);
        let make = |(number, (to, role, place, conditions, (start, end, ended))): (u8, Dice)| {
            let plain: Grant = grant(number, to, role, place);
            Grant {
                conditions,
                not_before: start.map(at),
                expires_at: end.map(at),
                ended: ended.then(|| Ended {
                    at: at(1),
                    by: person(0),
                    reason: "over".to_owned(),
                }),
                ..plain
            }
        };
        numbered.map(make).collect()
    })
}

pub fn organizations() -> impl Strategy<Value = Organization> {
    let switches = any::<[bool; 5]>();
    (principals(), members(), nodes(), roles(), switches, grants()).prop_map(
        |(principals, members, nodes, roles, switches, grants)| {
            let all = builtin_guardrails::all().into_iter().chain([freeze(true)]);
            let guardrails = all
                .zip(switches)
                .map(|(guardrail, enabled)| Guardrail { enabled, ..guardrail })
                .collect();
            Organization {
                principals,
                members,
                nodes,
                roles,
                guardrails,
                grants,
            }
        },
    )
}

pub fn circumstances() -> impl Strategy<Value = Circumstances> {
    let source = select(vec![
        None,
        Some("10.1.2.3"),
        Some("10.9.0.1"),
        Some("192.0.2.9"),
        Some("203.0.113.1"),
    ]);
    (
        0i64..9_000,
        option::weighted(0.6, 0i64..9_000),
        any::<bool>(),
        source,
    )
        .prop_map(|(now, factor, device, source)| Circumstances {
            now: at(now),
            multi_factor_at: factor.map(|factor| at(factor.min(now))),
            enrolled_device: device,
            source: source.map(|source| source.parse().unwrap()),
        })
}

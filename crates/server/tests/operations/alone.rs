//! One Owner alone, calling whatever they like in whatever order, never comes to a value: not themselves, not through a
//! team, a role, a moved place or a service identity that they answer for (rule 13).

use crate::{
    assigning::{allowed, given, principal, put_in},
    dice::Dice,
    house::{Actor, House, name},
};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    builtin_roles::{self, OWNER, READER},
    ids::{GrantId, PrincipalId, ProposalId, RoleId, ScopeId},
    principal::{Nature, PrincipalKind},
    scope::EnvironmentClass,
};
use claviger_policy::question::{Caller, Membership};
use claviger_protocol::{
    roles::{ProposalsReply, canonical_role},
    route,
    wire::Bytes,
};
use claviger_storage::{principals::PrincipalFilter, scopes::ScopeSettings};
use serde_json::{Value, json};

const STEPS: usize = 70;

/// What the Owner reaches for.
struct Pool {
    everyone: Vec<PrincipalId>,
    teams: Vec<PrincipalId>,
    roles: Vec<RoleId>,
    scopes: Vec<ScopeId>,
    proposals: Vec<ProposalId>,
}

async fn pool(house: &House, owner: &Actor, dice: &Dice) -> Pool {
    let friend = house.actor(&[(READER, house.places.production)]).await.principal;
    let stranger = house.actor(&[]).await.principal;
    let mut teams = Vec::new();
    for _ in 0..3 {
        teams.push(principal(house, Nature::Team).await);
    }
    // The first is the Owner's own, the second holds values, the third answers for a service that does.
    put_in(house, teams[0], owner.principal).await;
    put_in(house, teams[1], friend).await;
    given(house, teams[1], READER, house.places.payments).await;
    let class = EnvironmentClass::Production;
    let mut everyone = vec![owner.principal, friend, stranger];
    for team in [teams[0], teams[2]] {
        everyone.push(principal(house, Nature::Service { class, owner: team }).await);
    }
    given(house, everyone[4], READER, house.places.production).await;
    everyone.extend(&teams);
    let (project, place) = (ScopeId::random(dice), ScopeId::random(dice));
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let settings = ScopeSettings::default();
    for (id, parent, text) in [
        (project, house.places.root, "ledger"),
        (place, house.places.staging, "stripe"),
    ] {
        locked
            .insert_scope(id, Some(parent), &name(text), &settings, now)
            .await
            .unwrap();
    }
    locked.commit().await.unwrap();
    given(house, friend, READER, project).await;
    let places = house.places;
    let mut roles: Vec<_> = builtin_roles::all().into_iter().map(|role| role.id).collect();
    roles.extend([RoleId::random(dice), RoleId::random(dice)]);
    Pool {
        everyone,
        teams,
        roles,
        scopes: vec![
            places.root,
            places.payments,
            places.production,
            places.staging,
            project,
            place,
        ],
        proposals: vec![ProposalId::random(dice), ProposalId::random(dice)],
    }
}

async fn step(house: &House, owner: &Actor, pool: &mut Pool, dice: &Dice) -> u16 {
    let call = async |route: &route::Route, at: &[&dyn std::fmt::Display], body: Value| {
        house.call(Some(owner), route, at, &body).await.status
    };
    let team = *dice.pick(&pool.teams);
    let member = json!({"member": *dice.pick(&pool.everyone)});
    let proposal = *dice.pick(&pool.proposals);
    match dice.below(9) {
        0 | 1 => {
            let body = json!({
                "id": GrantId::random(dice), "principal": *dice.pick(&pool.everyone), "role": *dice.pick(&pool.roles),
                "scope": *dice.pick(&pool.scopes), "reason": "why not",
            });
            call(&route::GIVE_GRANT, &[], body).await
        }
        2 => {
            let id = *dice.pick(&pool.roles);
            let current = house.app.store.reader().await.unwrap().role(id).await.unwrap();
            let replaces: Option<Bytes> = current.map(|role| sha256(&canonical_role(&role).unwrap()).into());
            let some = |all: &[Action]| (0..3).map(|_| *dice.pick(all)).collect::<Vec<_>>();
            let actions = if dice.below(2) == 0 {
                some(&[
                    Action::SecretUse,
                    Action::SecretReveal,
                    Action::SecretView,
                    Action::SecretWrite,
                ])
            } else {
                some(&[
                    Action::GrantAssign,
                    Action::TeamManage,
                    Action::ScopeMove,
                    Action::ScopeView,
                ])
            };
            let form = json!({
                "name": id.to_string(), "actions": actions, "may_grant": {"roles": []}, "replaces": replaces,
            });
            call(
                &route::PUT_ROLE,
                &[&id],
                json!({"role": form, "reason": "why not", "proposal": proposal}),
            )
            .await
        }
        3 | 4 => call(&route::ADD_MEMBER, &[&team], member).await,
        5 => call(&route::REMOVE_MEMBER, &[&team], member).await,
        6 => {
            let body = json!({"group": "everyone", "reason": "why not", "proposal": proposal});
            call(&route::MAP_GROUP, &[&team], body).await
        }
        7 => {
            let list = house.call(Some(owner), &route::PROPOSALS, &[], &json!({})).await;
            let list: ProposalsReply = list.parse();
            pool.proposals.push(ProposalId::random(dice));
            match list.proposals.first() {
                Some(made) => {
                    call(
                        &route::APPROVE_PROPOSAL,
                        &[&made.id],
                        json!({"digest": made.digest}),
                    )
                    .await
                }
                None => 404,
            }
        }
        _ => {
            let (scope, parent) = (*dice.pick(&pool.scopes), *dice.pick(&pool.scopes));
            call(&route::MOVE_SCOPE, &[&scope], json!({"parent": parent})).await
        }
    }
}

/// The Owner and the service identities that they answer for.
async fn own(house: &House, owner: &Actor) -> Vec<PrincipalId> {
    let mut reader = house.app.store.reader().await.unwrap();
    let row = reader.principal(owner.principal).await.unwrap().unwrap();
    let teams = reader.team_closure(row.id).await.unwrap();
    let caller = Caller {
        id: row.id,
        state: row.state,
        nature: row.nature,
        teams: teams
            .into_iter()
            .map(|team| Membership { team, through: None })
            .collect(),
    };
    let services = PrincipalFilter {
        kind: Some(PrincipalKind::Service),
        state: None,
    };
    let services = reader.principals_page(services, None, 99).await.unwrap();
    let mine = services.into_iter().filter(|row| match row.nature {
        Nature::Service { owner, .. } => caller.answers_to(owner),
        _ => false,
    });
    std::iter::once(row.id).chain(mine.map(|row| row.id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_alone_never_comes_to_a_value() {
    let (mut done, mut refused) = (0, 0);
    for seed in 1..=5 {
        let (house, dice) = (House::new().await, Dice::new(seed));
        let owner = house.actor(&[(OWNER, house.places.root)]).await;
        let mut pool = pool(&house, &owner, &dice).await;
        for number in 0..STEPS {
            let status = step(&house, &owner, &mut pool, &dice).await;
            assert_ne!(status, 500, "seed {seed}, step {number}");
            if status >= 300 {
                refused += 1;
                continue;
            }
            done += 1;
            for who in own(&house, &owner).await {
                for scope in &pool.scopes {
                    for action in [Action::SecretUse, Action::SecretReveal, Action::SecretWrite] {
                        let has = allowed(&house, who, action, *scope).await;
                        assert!(!has, "seed {seed}, step {number}: {who} may {action} at {scope}");
                    }
                }
            }
        }
    }
    assert!(
        done > 60 && refused > 60,
        "{done} done, {refused} refused: the dice are loaded"
    );
}

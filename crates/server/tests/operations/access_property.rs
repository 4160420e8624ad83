//! Over random organizations: what a plan says is what carrying it out does, and what is shown is what is decided.

use crate::access_changes::{carry_out, plan};
use crate::house::{Actor, House, grant, name};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    grant::Grant,
    ids::{GrantId, PrincipalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    time::{Clock, Timestamp},
};
use claviger_protocol::{
    access::{AccessAtReply, AccessMatrixReply, CellStands},
    grant_change::GrantPlan,
    route,
};
use claviger_server::entitlement::{Circumstances, Entitlements, Epoch};
use claviger_storage::{
    principals::{MemberSource, Principal, TeamMember},
    scopes::ScopeSettings,
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const HOUR: Duration = Duration::from_secs(3600);

/// Everything that somebody may do, by person and place.
type Rights = BTreeMap<(PrincipalId, ScopeId), BTreeSet<Action>>;

struct Company {
    house: House,
    owner: Actor,
    people: Vec<Principal>,
    scopes: Vec<ScopeId>,
    grants: Vec<Grant>,
}

fn below(sides: usize) -> usize {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes);
    usize::try_from(u64::from_le_bytes(bytes) % sides as u64).unwrap()
}

fn pick<T>(of: &[T]) -> &T {
    &of[below(of.len())]
}

impl Company {
    async fn random() -> Self {
        let house = House::new().await;
        let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
        house.actor(&[(roles::OWNER, house.places.root)]).await;
        let now = house.clock.now();
        let mut company = Self {
            scopes: vec![house.places.root, house.places.payments, house.places.production],
            people: Vec::new(),
            grants: Vec::new(),
            owner,
            house,
        };
        let mut locked = company.house.app.store.locked().await.unwrap();
        for number in 0..7 {
            let parent = *pick(&company.scopes);
            let id = ScopeId::random(&SystemEntropy);
            let settings = ScopeSettings {
                class: [None, Some(EnvironmentClass::Staging)][below(2)],
                ..ScopeSettings::default()
            };
            let made = locked
                .insert_scope(id, Some(parent), &name(&format!("s{number}")), &settings, now)
                .await;
            if made.is_ok() {
                company.scopes.push(id);
            }
        }
        for number in 0..12 {
            let nature = match number % 4 {
                0 => Nature::Team,
                1 => Nature::Person {
                    outside: below(2) == 0,
                },
                _ => Nature::Person { outside: false },
            };
            let row = Principal {
                id: PrincipalId::random(&SystemEntropy),
                name: name(&format!("p{number}")),
                state: if below(8) == 0 {
                    PrincipalState::Suspended
                } else {
                    PrincipalState::Active
                },
                nature,
                email: None,
                created_at: now,
            };
            locked.insert_principal(&row).await.unwrap();
            company.people.push(row);
        }
        let teams: Vec<_> = company
            .people
            .iter()
            .filter(|row| row.nature == Nature::Team)
            .map(|row| row.id)
            .collect();
        for row in &company.people {
            for _ in 0..below(3) {
                let (team, member, source) = (*pick(&teams), row.id, MemberSource::Local);
                if team != member {
                    locked
                        .add_team_member(TeamMember { team, member, source })
                        .await
                        .unwrap();
                }
            }
        }
        let ordinary = [
            roles::VIEWER,
            roles::CONSUMER,
            roles::READER,
            roles::EDITOR,
            roles::LEAD,
            roles::AUDITOR,
        ];
        for _ in 0..26 {
            let mut given = grant(
                pick(&company.people).id,
                *pick(&ordinary),
                *pick(&company.scopes),
                now,
            );
            match below(5) {
                0 => given.not_before = Some(now.plus(HOUR)),
                1 => given.expires_at = Some(now.plus(HOUR * 3)),
                2 => {
                    let strict = claviger_model::conditions::Conditions {
                        multi_factor_within: Some(600),
                        ..Default::default()
                    };
                    given.conditions = strict.into();
                }
                _ => {}
            }
            locked.insert_grant(&given).await.unwrap();
            company.grants.push(given);
        }
        locked.commit().await.unwrap();
        company
    }

    /// Read anew, by the lists that are themselves held against decisions elsewhere.
    async fn rights(&self, at: Timestamp) -> Rights {
        let mut reader = self.house.app.store.snapshot().await.unwrap();
        let epoch = Epoch::Committed(reader.committed_epoch().await.unwrap());
        let circumstances = Circumstances {
            now: at,
            multi_factor_at: Some(at),
            enrolled_device: true,
            source: None,
        };
        let entitlements = Entitlements::default();
        let mut rights = Rights::new();
        for row in self.people.iter().filter(|row| row.nature != Nature::Team) {
            let listed = entitlements
                .listed_at(&mut *reader, epoch, row, &circumstances)
                .await
                .unwrap();
            for (scope, found) in &listed.rights.scopes {
                rights.insert((row.id, *scope), found.actions.clone());
            }
        }
        rights
    }
}

fn said(plan: &GrantPlan) -> Rights {
    let mut lost = Rights::new();
    for group in &plan.losses {
        for person in &group.people {
            for loss in &group.scopes {
                lost.insert((*person, loss.scope), loss.actions.iter().copied().collect());
            }
        }
    }
    lost
}

fn lost(before: &Rights, after: &Rights) -> Rights {
    let mut lost = Rights::new();
    for (key, actions) in before {
        let kept = after.get(key).cloned().unwrap_or_default();
        let gone: BTreeSet<_> = actions.difference(&kept).copied().collect();
        if !gone.is_empty() {
            lost.insert(*key, gone);
        }
    }
    lost
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_what_happens() {
    let company = Company::random().await;
    let now = company.house.clock.now();
    let (mut carried_out, mut takes) = (0, 0);
    for held in company.grants.iter().take(16) {
        let narrower: RoleId = *pick(&[roles::VIEWER, roles::CONSUMER, roles::READER]);
        let (change, at) = match below(3) {
            0 => (json!({"do": "revoke"}), held.not_before.unwrap_or(now)),
            1 => {
                let end = now.plus(HOUR * 2);
                (json!({"do": "shorten", "expires_at": end}), end)
            }
            _ => (
                json!({"do": "narrow", "role": narrower, "scope": pick(&company.scopes)}),
                held.not_before.unwrap_or(now),
            ),
        };
        let shown = plan(&company.house, &company.owner, held.id, &change).await;
        if shown.status >= 300 {
            // No lesser grant, or nobody who may hold it.
            assert!(
                ["bad_request", "wrong_state"].contains(&shown.code().as_str()),
                "{:?}",
                shown.json()
            );
            continue;
        }
        let shown: GrantPlan = shown.parse();
        let before = company.rights(at).await;
        let new = change["do"].as_str().filter(|what| *what == "narrow");
        let new = new.map(|_| GrantId::random(&SystemEntropy));
        let done = carry_out(&company.house, &company.owner, held.id, &change, &shown, new).await;
        assert_eq!(done.code(), "ok", "{change} {:?}", done.json());
        let after = company.rights(at).await;
        assert_eq!(said(&shown), lost(&before, &after), "{change} of {held:?}");
        assert!(
            lost(&after, &before).is_empty(),
            "taking gives nobody anything: {change} of {held:?}"
        );
        carried_out += 1;
        takes += usize::from(!shown.losses.is_empty());
    }
    assert!(carried_out >= 4 && takes >= 1, "{carried_out} {takes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_what_is_decided() {
    let company = Company::random().await;
    let rights = company.rights(company.house.clock.now()).await;
    let all: BTreeMap<RoleId, _> = roles::all().into_iter().map(|role| (role.id, role)).collect();
    let known: BTreeSet<_> = company.people.iter().map(|row| row.id).collect();
    let mut allowed = 0;
    for scope in &company.scopes {
        let body = json!({"scope": scope});
        let reply: AccessAtReply = company
            .house
            .call(Some(&company.owner), &route::ACCESS_AT, &[], &body)
            .await
            .parse();
        for person in company.people.iter().filter(|row| row.nature != Nature::Team) {
            let may = rights.get(&(person.id, *scope)).cloned().unwrap_or_default();
            let Some(row) = reply.rows.iter().find(|row| row.principal == person.id) else {
                assert!(may.is_empty(), "{} has {may:?} and is not shown", person.name);
                continue;
            };
            // What the roles on the ways that count give, guardrails aside, and nothing beyond it.
            let counting = row
                .paths
                .iter()
                .filter(|path| path.stands == claviger_protocol::access::Stands::Counts);
            let ways: BTreeSet<Action> = counting
                .flat_map(|path| all[&path.role].actions.clone())
                .collect();
            assert!(may.is_subset(&ways), "{may:?} by {ways:?}");
            if row.now.allowed {
                allowed += 1;
                assert!(all[&row.role].actions.iter().any(|action| may.contains(action)));
            } else if person.state == PrincipalState::Active && row.now.reason != "guardrail" {
                assert!(may.is_empty(), "{may:?} {:?}", row.now);
            }
        }
        let matrix: AccessMatrixReply = company
            .house
            .call(
                Some(&company.owner),
                &route::ACCESS_MATRIX,
                &[],
                &json!({"top": scope, "places": 1}),
            )
            .await
            .parse();
        assert_eq!(matrix.places[0].id, *scope);
        for row in matrix.rows.iter().filter(|row| known.contains(&row.principal.id)) {
            let shown = reply
                .rows
                .iter()
                .find(|shown| shown.principal == row.principal.id)
                .unwrap();
            let cell = &row.cells[0];
            assert_eq!(cell.role, shown.role);
            assert_eq!(
                cell.stands == CellStands::Counts,
                shown.now.allowed,
                "{cell:?} {:?}",
                shown.now
            );
            assert_eq!(cell.more as usize + 1, shown.paths.len());
        }
    }
    assert!(allowed > 5, "the organization gives somebody something");
}

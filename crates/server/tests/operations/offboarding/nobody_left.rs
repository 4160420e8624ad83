//! Teams in which a leaver was the last one: told until somebody is in them again, and filled with the heir by whoever opens the case,
//! where that person may put them there themself.

use super::{
    approve, obey, offboarders, open, opened, record, release,
    report::{Left, parsed},
    set_brake, settle_steps,
};
use crate::{
    access::team,
    assigning::role,
    house::{Actor, House, name},
    services::{given, made},
};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::SystemEntropy,
    guardrail::Guardrail,
    ids::{PolicyId, PrincipalId, RoleId},
    offboarding::{CaseState, EffectKind},
    principal::PrincipalState,
};
use claviger_protocol::{
    offboarding::{
        cases::{CaseRecord, Rehearsal},
        report::Report,
    },
    route,
};
use claviger_server::report::verify::{Fault, verify};
use claviger_storage::principals::{MemberSource, TeamMember};
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn put_in(house: &House, team: PrincipalId, member: PrincipalId, source: MemberSource) {
    let mut locked = house.app.store.locked().await.unwrap();
    let membership = TeamMember { team, member, source };
    locked.add_team_member(membership).await.unwrap();
    locked.commit().await.unwrap();
}

async fn members(house: &House, team: PrincipalId) -> Vec<PrincipalId> {
    let mut reader = house.app.store.reader().await.unwrap();
    let members = reader.team_members(team).await.unwrap();
    members.iter().map(|one| one.member).collect()
}

fn teams_of(case: &CaseRecord) -> Vec<PrincipalId> {
    case.left.iter().map(|one| one.team).collect()
}

fn effects(case: &CaseRecord) -> BTreeMap<EffectKind, u64> {
    case.effects.iter().map(|of| (of.kind, of.all)).collect()
}

async fn add(house: &House, by: &Actor, team: PrincipalId, member: PrincipalId) -> String {
    let body = json!({"member": member});
    let answer = house.call(Some(by), &route::ADD_MEMBER, &[&team], &body).await;
    answer.code()
}

async fn rehearsed(house: &House, by: &Actor, person: PrincipalId, heir: Option<PrincipalId>) -> Rehearsal {
    let body = json!({"person": person, "heir": heir});
    let answer = house.call(Some(by), &route::REHEARSE_CASE, &[], &body).await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    answer.parse()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_without_anybody_stands_in_the_case_until_somebody_is_in_it_again() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[(roles::LEAD, production)]).await;
    let other = house.actor(&[]).await;
    let inner = team(&house, "inner", &[leaver.principal]).await;
    let outer = team(&house, "outer", &[inner]).await;
    let by_group = team(&house, "by group", &[]).await;
    put_in(&house, by_group, leaver.principal, MemberSource::Provider).await;
    team(&house, "shared", &[leaver.principal, other.principal]).await;
    let service = made(&house, &leaver, inner, production, "production").await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    // Nobody who is active is in them from the moment at which it begins.
    assert_eq!(teams_of(&case).len(), 3);
    settle_steps(&house).await;
    let waiting = record(&house, &admin, case.id).await;
    let mut expected = vec![inner, outer, by_group];
    expected.sort_unstable();
    assert_eq!(teams_of(&waiting), expected);
    assert_eq!(effects(&waiting)[&EffectKind::TeamLeft], 3);
    for one in &waiting.left {
        let own: &[PrincipalId] = if one.team == inner { &[service] } else { &[] };
        assert_eq!((&one.services[..], one.more_services), (own, 0));
        let mut named = waiting.principals.iter();
        assert!(named.any(|known| known.id == one.team));
    }
    assert!(waiting.principals.iter().any(|known| known.id == service));
    // It holds up nothing of the rest.
    obey(&house, &leaver).await;
    let done = record(&house, &admin, case.id).await;
    assert_eq!((done.state, teams_of(&done)), (CaseState::Done, expected));
    // Who is in the inner team is in the outer one; only who manages teams puts somebody there.
    assert_eq!(add(&house, &admin, inner, other.principal).await, "forbidden");
    assert_eq!(add(&house, &owner, inner, other.principal).await, "ok");
    assert_eq!(teams_of(&record(&house, &admin, case.id).await), [by_group]);
    // Whoever is in it and leaves too: both cases say so.
    let second = opened(&house, &admin, other.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(teams_of(&record(&house, &admin, case.id).await).len(), 3);
    let mut expected = teams_of(&record(&house, &admin, second.id).await);
    expected.retain(|team| [inner, outer].contains(team));
    assert_eq!(expected.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_conducts_offboarding_alone_hands_no_team_over_and_an_owner_does() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let heir = house.actor(&[]).await;
    let secret = house.secret(production, "DB", b"1").await;
    for (by, may) in [(&admin, false), (&owner, true)] {
        let leaver = house.actor(&[]).await;
        let held = team(&house, &format!("held {may}"), &[leaver.principal]).await;
        given(&house, held, roles::READER, production).await;
        let told = rehearsed(&house, by, leaver.principal, Some(heir.principal)).await;
        assert_eq!(told.teams.len(), 1);
        let lonely = &told.teams[0];
        assert_eq!((lonely.team, lonely.heir_may), (held, may));
        let holds: Vec<_> = lonely.holds.iter().map(|one| (one.role, one.scope)).collect();
        assert_eq!(holds, [(roles::READER, production)]);
        assert!(told.principals.iter().any(|one| one.id == held));
        assert!(told.scopes.iter().any(|one| one.id == production));
        assert_eq!(
            members(&house, held).await,
            [leaver.principal],
            "a rehearsal does nothing"
        );
        // Without an heir, nobody is put anywhere.
        let alone = rehearsed(&house, by, leaver.principal, None).await;
        assert!(!alone.teams[0].heir_may);

        let more = json!({"heir": heir.principal, "teams": [held]});
        let case = opened(&house, by, leaver.principal, more).await;
        assert_eq!(effects(&case).get(&EffectKind::HeirTeam), may.then_some(&1));
        assert_eq!(members(&house, held).await.contains(&heir.principal), may);
        settle_steps(&house).await;
        let after = record(&house, by, case.id).await;
        let left: &[PrincipalId] = if may { &[] } else { &[held] };
        assert_eq!(teams_of(&after), left);
        assert_eq!(effects(&after).get(&EffectKind::TeamLeft), (!may).then_some(&1));
        let body = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
        let read = house.call(Some(&heir), &route::RELEASES, &[], &body).await;
        let refused = !read.json()["results"][0]["problem"].is_null();
        assert_eq!(refused, !may, "{:?}", read.json());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_handed_over_exactly_where_the_route_lets_its_caller_put_the_heir_in() {
    let house = House::new().await;
    let (root, production, staging) = (house.places.root, house.places.production, house.places.staging);
    let conducts = [Action::OffboardingConduct, Action::ScopeView];
    let manager = role(&house, &[&conducts[..], &[Action::TeamManage]].concat())
        .await
        .id;
    let held: [&[(RoleId, _)]; 5] = [
        &[],
        &[(roles::VIEWER, staging)],
        &[(roles::READER, production)],
        &[(roles::VIEWER, staging), (roles::EDITOR, production)],
        &[(roles::OWNER, root)],
    ];
    let openers: [&[(RoleId, _)]; 4] = [
        &[(roles::OFFBOARDER, root)],
        &[(manager, root)],
        &[(manager, root), (roles::LEAD, staging)],
        &[(roles::OWNER, root)],
    ];
    // So that an Owner may leave a team that holds that; and all of them begin at once.
    let first = house.actor(&[(roles::OWNER, root)]).await;
    assert_eq!(set_brake(&house, &first, 200, &[]).await, "ok");
    let (mut given_over, mut kept) = (0, 0);
    for holds in held {
        for rights in openers {
            for own in [false, true] {
                let opener = house.actor(rights).await;
                let (leaver, twin) = (house.actor(&[]).await, house.actor(&[]).await);
                // The one who opens the case may be the heir themself.
                let heir = if own {
                    opener.principal
                } else {
                    house.actor(&[]).await.principal
                };
                let id = team(&house, &format!("team {}", leaver.principal), &[]).await;
                for (role, scope) in holds {
                    given(&house, id, *role, *scope).await;
                }
                // What the route says, of somebody like the heir; and then all of it is as it was.
                let asked = if own { heir } else { twin.principal };
                let code = add(&house, &opener, id, asked).await;
                let mut locked = house.app.store.locked().await.unwrap();
                let membership = TeamMember {
                    team: id,
                    member: asked,
                    source: MemberSource::Local,
                };
                locked.remove_team_member(membership).await.unwrap();
                locked.commit().await.unwrap();
                put_in(&house, id, leaver.principal, MemberSource::Local).await;

                let told = rehearsed(&house, &opener, leaver.principal, Some(heir)).await;
                assert_eq!(
                    told.teams[0].heir_may,
                    code == "ok",
                    "{holds:?} {rights:?} {own}: {code}"
                );
                let more = json!({"heir": heir, "teams": [id]});
                let answer = open(&house, &opener, leaver.principal, more).await;
                assert_eq!(answer.code(), "ok", "{:?}", answer.json());
                let inside = members(&house, id).await.contains(&heir);
                assert_eq!(inside, code == "ok", "{holds:?} {rights:?} {own}: {code}");
                if inside { given_over += 1 } else { kept += 1 }
            }
        }
    }
    assert!(given_over > 5 && kept > 10, "{given_over} {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heir_comes_only_into_teams_that_are_named_and_would_be_empty() {
    let house = House::new().await;
    let root = house.places.root;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let (heir, other, leaver) = (
        house.actor(&[]).await,
        house.actor(&[]).await,
        house.actor(&[]).await,
    );
    let named = team(&house, "named", &[leaver.principal]).await;
    let not_named = team(&house, "not named", &[leaver.principal]).await;
    let shared = team(&house, "shared", &[leaver.principal, other.principal]).await;
    let of_others = team(&house, "of others", &[]).await;
    let above = team(&house, "above", &[named]).await;
    let id = claviger_model::ids::CaseId::random(&SystemEntropy);
    let more = json!({"id": id, "heir": heir.principal, "teams": [named, named, shared, of_others, above, heir.principal]});
    let case = opened(&house, &owner, leaver.principal, more.clone()).await;
    assert_eq!(effects(&case)[&EffectKind::HeirTeam], 1);
    for (team, inside) in [
        (named, true),
        (not_named, false),
        (shared, false),
        (of_others, false),
        (above, false),
    ] {
        assert_eq!(members(&house, team).await.contains(&heir.principal), inside);
    }
    // The same call again is the same case, and puts nobody anywhere: not even where somebody was taken out again.
    let mut locked = house.app.store.locked().await.unwrap();
    let membership = TeamMember {
        team: named,
        member: heir.principal,
        source: MemberSource::Local,
    };
    locked.remove_team_member(membership).await.unwrap();
    locked.commit().await.unwrap();
    let again = opened(&house, &owner, leaver.principal, more).await;
    assert_eq!(effects(&again)[&EffectKind::HeirTeam], 1);
    assert_eq!(members(&house, named).await, [leaver.principal]);
    // What becomes of it afterwards is no matter of this case; where nobody ever came, it says so.
    settle_steps(&house).await;
    assert_eq!(teams_of(&record(&house, &owner, case.id).await), [not_named]);

    // No more than a call may name.
    let many: Vec<_> = (0..101).map(|_| PrincipalId::random(&SystemEntropy)).collect();
    let body = json!({"heir": heir.principal, "teams": many});
    assert_eq!(
        open(&house, &owner, other.principal, body).await.code(),
        "bad_request"
    );
    // An heir who leaves too takes over nothing.
    assert_eq!(open(&house, &owner, heir.principal, json!({})).await.code(), "ok");
    let body = json!({"heir": heir.principal, "teams": [shared]});
    assert_eq!(
        open(&house, &owner, other.principal, body).await.code(),
        "unfit_heir"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardrail_that_forbids_giving_holds_in_a_case_too() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let (heir, leaver) = (house.actor(&[]).await, house.actor(&[]).await);
    let held = team(&house, "held", &[leaver.principal]).await;
    given(&house, held, roles::READER, production).await;
    let guardrail = Guardrail {
        id: PolicyId::random(&SystemEntropy),
        name: name("nothing is given here"),
        text: format!(
            "forbid (principal, action == Action::\"grant.assign\", resource in Scope::\"{production}\");"
        ),
        builtin: false,
        enabled: true,
    };
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_guardrail(&guardrail).await.unwrap();
    locked.commit().await.unwrap();
    assert_eq!(add(&house, &owner, held, heir.principal).await, "forbidden");
    let told = rehearsed(&house, &owner, leaver.principal, Some(heir.principal)).await;
    assert!(!told.teams[0].heir_may);
    let more = json!({"heir": heir.principal, "teams": [held]});
    opened(&house, &owner, leaver.principal, more).await;
    assert_eq!(members(&house, held).await, [leaver.principal]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_begins_later_or_waits_for_somebody_else_puts_nobody_anywhere() {
    let house = House::new().await;
    let root = house.places.root;
    let (owner, second) = (
        house.actor(&[(roles::OWNER, root)]).await,
        house.actor(&[(roles::OWNER, root)]).await,
    );
    let heir = house.actor(&[]).await;
    let (planned, braked) = (house.actor(&[]).await, house.actor(&[]).await);
    let of_planned = team(&house, "of planned", &[planned.principal]).await;
    let of_braked = team(&house, "of braked", &[braked.principal]).await;
    assert_eq!(set_brake(&house, &owner, 10, &[braked.principal]).await, "ok");
    let more = json!({
        "heir": heir.principal, "teams": [of_planned], "start": {"local": "2026-06-01T18:00:00", "zone": "UTC"},
    });
    let first = opened(&house, &owner, planned.principal, more).await;
    let more = json!({"heir": heir.principal, "teams": [of_braked]});
    let other = opened(&house, &owner, braked.principal, more.clone()).await;
    assert_eq!(
        (first.state, other.state),
        (CaseState::Planned, CaseState::Braked)
    );
    // Joining a case is not opening it, though it begins by that.
    let more = json!({"heir": heir.principal, "teams": [of_planned]});
    opened(&house, &second, planned.principal, more).await;
    assert_eq!(approve(&house, &second, &other).await, "ok");
    settle_steps(&house).await;
    for (case, team) in [(first.id, of_planned), (other.id, of_braked)] {
        let after = record(&house, &owner, case).await;
        assert_eq!(
            (teams_of(&after), members(&house, team).await),
            (vec![team], vec![])
        );
    }
    let mut reader = house.app.store.reader().await.unwrap();
    let row = reader.principal(planned.principal).await.unwrap().unwrap();
    assert_eq!(row.state, PrincipalState::Disabled);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_names_both_and_is_held_to_what_the_log_says_of_them() {
    let house = House::new().await;
    let root = house.places.root;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let (heir, leaver) = (
        house.actor(&[]).await,
        house.actor(&[(roles::LEAD, house.places.production)]).await,
    );
    let handed = team(&house, "handed over", &[leaver.principal]).await;
    let lonely = team(&house, "lonely <one>", &[leaver.principal]).await;
    let service = made(&house, &leaver, lonely, house.places.production, "production").await;
    let secret = house.secret(house.places.production, "DB", b"1").await;
    release(
        &house,
        &house.actor(&[(roles::READER, house.places.production)]).await,
        secret,
        "use",
    )
    .await;
    let more = json!({"heir": heir.principal, "teams": [handed]});
    let case = opened(&house, &owner, leaver.principal, more).await.id;
    settle_steps(&house).await;
    let left = Left {
        house,
        admin: owner,
        leaver,
        case,
        secrets: [secret; 3],
    };
    let (report, keys) = (left.report().await, left.keys().await);
    for file in [&report.json, &report.html] {
        verify(file, &keys).unwrap();
    }
    assert!(
        report.html.contains("lonely &lt;one&gt;") && report.html.contains(&format!("service {service}"))
    );
    let honest = parsed(&report.json);
    let of = |report: &Report, kind| report.effects.iter().position(|one| one.kind == kind).unwrap();
    let (came, gone) = (
        of(&honest, EffectKind::HeirTeam),
        of(&honest, EffectKind::TeamLeft),
    );
    assert_eq!(honest.effects[came].object.array(), Some(*handed.as_bytes()));
    assert_eq!(honest.effects[gone].object.array(), Some(*lonely.as_bytes()));
    for number in [came, gone] {
        // Neither left out, nor claimed of another team.
        let fault = left.forged(|report| drop(report.effects.remove(number))).await;
        assert!(matches!(fault, Fault::Claim(_)), "{number}: {fault:?}");
        let other = if number == came { lonely } else { handed };
        let fault = left
            .forged(|report| report.effects[number].object = (*other.as_bytes()).into())
            .await;
        assert!(matches!(fault, Fault::Claim(_)), "{number}: {fault:?}");
    }
    // A place in a team that was lost is not proved by somebody's coming into it.
    let fault = left
        .forged(|report| report.effects[came].kind = EffectKind::LocalTeam)
        .await;
    assert!(matches!(fault, Fault::Claim(_)), "{fault:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_conduct_it_are_told_once_that_nobody_is_left() {
    let house = House::new().await;
    let (first, second) = offboarders(&house).await;
    let leaver = house.actor(&[]).await;
    let bystander = house.actor(&[(roles::LEAD, house.places.production)]).await;
    for called in ["one", "two"] {
        team(&house, called, &[leaver.principal]).await;
    }
    let case = opened(&house, &first, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    settle_steps(&house).await;
    // A case that left nobody alone says nothing.
    let quiet = house.actor(&[]).await;
    opened(&house, &first, quiet.principal, json!({})).await;
    settle_steps(&house).await;
    house.catch_up().await;
    let mut reader = house.app.store.reader().await.unwrap();
    for (who, told) in [(&first, 1), (&second, 1), (&bystander, 0), (&leaver, 0)] {
        let notices = reader.notices_of(who.principal, None, false, 500).await.unwrap();
        let mut of_kind = notices
            .iter()
            .filter(|one| one.kind.code() == "offboarding.teams-left");
        assert_eq!(of_kind.clone().count(), told);
        if let Some(one) = of_kind.next() {
            assert_eq!((one.about.case, one.about.count), (Some(case.id), Some(2)));
        }
    }
    drop(reader);
    let me = house.call(Some(&first), &route::ME, &[], &Value::Null).await;
    assert_eq!(me.code(), "ok");
}

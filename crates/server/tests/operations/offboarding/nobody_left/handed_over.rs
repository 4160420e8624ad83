//! The heir comes into them, where whoever opens the case may put the heir there.

use super::*;

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

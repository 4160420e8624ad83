use crate::ground::{Ground, name};
use claviger_model::{
    builtin_roles,
    conditions::GrantConditions,
    grant::Grant,
    ids::{GrantId, PrincipalId, ScopeId},
    principal::PrincipalState,
};
use claviger_storage::{
    Locked,
    principals::{MemberSource, Principal, TeamMember},
    reach::AfterName,
};

contract!(
    people_are_reached_through_teams_in_the_order_of_names,
    edges_go_up_through_active_teams_only,
);

/// Ada is in `a`, which is in `b`, which is in `a` again; Bo is in `b`; Cy is in `off`, which is suspended and in `b`.
struct Company {
    bo: Principal,
    cy: Principal,
    a: Principal,
    b: Principal,
    off: Principal,
}

async fn company(ground: &Ground) -> Company {
    let person = |called| ground.person(PrincipalId::random(&ground.entropy), called);
    let company = Company {
        bo: person("Bo"),
        cy: person("Cy"),
        a: ground.team("a"),
        b: ground.team("b"),
        off: Principal {
            state: PrincipalState::Suspended,
            ..ground.team("off")
        },
    };
    let mut locked = ground.locked().await;
    for role in builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
    let Company { bo, cy, a, b, off } = &company;
    for row in [bo, cy, a, b, off] {
        locked.insert_principal(row).await.unwrap();
    }
    for (member, team) in [
        (ground.ada, a.id),
        (a.id, b.id),
        (b.id, a.id),
        (bo.id, b.id),
        (cy.id, off.id),
        (off.id, b.id),
    ] {
        let source = MemberSource::Local;
        locked
            .add_team_member(TeamMember { team, member, source })
            .await
            .unwrap();
    }
    locked.commit().await.unwrap();
    company
}

async fn give(locked: &mut dyn Locked, ground: &Ground, to: PrincipalId, scope: ScopeId, over: bool) {
    let grant = Grant {
        id: GrantId::random(&ground.entropy),
        principal: to,
        role: builtin_roles::READER,
        scope,
        reason: "on call".to_owned(),
        granted_by: ground.ada,
        granted_at: ground.now(),
        not_before: None,
        expires_at: over.then(|| ground.now()),
        conditions: GrantConditions::default(),
        ended: None,
    };
    locked.insert_grant(&grant).await.unwrap();
}

async fn people_are_reached_through_teams_in_the_order_of_names(ground: Ground) {
    let company = company(&ground).await;
    let mut locked = ground.locked().await;
    let db = &mut *locked;
    give(db, &ground, company.b.id, ground.payments, false).await;
    give(db, &ground, company.bo.id, ground.production, false).await;
    give(db, &ground, company.cy.id, ground.root, true).await;
    let now = ground.now();
    let scopes = [ground.root, ground.payments];
    let names = |people: &[Principal]| people.iter().map(|row| row.name.to_string()).collect::<Vec<_>>();
    let all = db.reached(&scopes, now, None, 10).await.unwrap();
    assert_eq!(
        names(&all),
        ["Ada", "Bo"],
        "neither through a suspended team nor by what is over"
    );
    let first = db.reached(&scopes, now, None, 1).await.unwrap();
    assert_eq!(names(&first), ["Ada"]);
    let rest = db
        .reached(&scopes, now, Some(&AfterName::of(&first[0])), 10)
        .await
        .unwrap();
    assert_eq!(names(&rest), ["Bo"]);
    assert!(
        db.reached(&[ground.root], now, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        names(&db.people_in(company.b.id, None, 10).await.unwrap()),
        ["Ada", "Bo"]
    );
    assert_eq!(
        names(&db.people_in(company.bo.id, None, 10).await.unwrap()),
        ["Bo"]
    );
    assert!(db.people_in(company.off.id, None, 10).await.unwrap().is_empty());
    // Namesakes come one after the other, none is left out.
    let twin = Principal {
        name: name("ada"),
        ..ground.person(PrincipalId::random(&ground.entropy), "Ada")
    };
    db.insert_principal(&twin).await.unwrap();
    give(db, &ground, twin.id, ground.root, false).await;
    let mut found = Vec::new();
    while let Some(next) = db
        .reached(&scopes, now, found.last().map(AfterName::of).as_ref(), 1)
        .await
        .unwrap()
        .pop()
    {
        found.push(next);
    }
    assert_eq!(found.len(), 3);
}

async fn edges_go_up_through_active_teams_only(ground: Ground) {
    let company = company(&ground).await;
    let mut locked = ground.locked().await;
    let Company { cy, a, b, .. } = &company;
    let mut expected = vec![(ground.ada, a.id), (a.id, b.id), (b.id, a.id)];
    expected.sort();
    assert_eq!(locked.team_edges(&[ground.ada, cy.id]).await.unwrap(), expected);
    assert!(locked.team_edges(&[cy.id]).await.unwrap().is_empty());
    assert!(locked.team_edges(&[]).await.unwrap().is_empty());
}

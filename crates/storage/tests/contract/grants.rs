use crate::ground::{Ground, name};
use claviger_model::{
    action::Action,
    builtin_roles,
    conditions::{Conditions, GrantConditions},
    grant::{Ended, Grant},
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, PrincipalId, RoleId, ScopeId},
    role::{MayGrant, Role},
};
use claviger_storage::{
    Conflict, Locked, StorageError,
    guardrails::GuardrailNote,
    principals::{MemberSource, TeamMember},
};

contract!(
    roles_read_back,
    a_role_in_use_cannot_be_deleted,
    guardrails_read_back,
    conditions_and_ends_read_back,
    only_live_grants_count,
    grants_under_a_scope_come_in_pages,
    a_grant_ends_once,
    a_grant_gets_an_earlier_end_and_no_later_one,
    an_owner_is_found_through_teams,
);

async fn with_roles(locked: &mut dyn Locked) {
    for role in builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
}

fn grant(ground: &Ground, principal: PrincipalId, scope: ScopeId) -> Grant {
    Grant {
        id: GrantId::random(&ground.entropy),
        principal,
        role: builtin_roles::READER,
        scope,
        reason: "on call".to_owned(),
        granted_by: ground.ada,
        granted_at: ground.now(),
        not_before: None,
        expires_at: None,
        conditions: GrantConditions::default(),
        ended: None,
    }
}

fn ended(ground: &Ground) -> Ended {
    Ended {
        at: ground.now(),
        by: ground.ada,
        reason: "left".to_owned(),
    }
}

async fn roles_read_back(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    for role in builtin_roles::all() {
        assert_eq!(locked.role(role.id).await.unwrap(), Some(role));
    }
    let mine = Role {
        id: RoleId::random(&ground.entropy),
        name: name("Mine"),
        actions: [Action::SecretView].into(),
        may_grant: MayGrant::nothing(),
        builtin: false,
    };
    locked.put_role(&mine).await.unwrap();
    assert_eq!(
        locked.roles().await.unwrap().len(),
        builtin_roles::all().len() + 1
    );
    locked.commit().await.unwrap();
    let mut locked = ground.locked().await;
    let same = Role {
        id: RoleId::random(&ground.entropy),
        name: name("MINE"),
        ..mine.clone()
    };
    let error = locked.put_role(&same).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::NameTaken)),
        "{error:?}"
    );
    drop(locked);
    let mut locked = ground.locked().await;
    assert!(locked.delete_role(mine.id).await.unwrap());
    assert!(
        !locked.delete_role(builtin_roles::VIEWER).await.unwrap(),
        "built-in roles stay"
    );
}

async fn a_role_in_use_cannot_be_deleted(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    let role = Role {
        id: RoleId::random(&ground.entropy),
        name: name("x"),
        builtin: false,
        ..builtin_roles::all()[0].clone()
    };
    locked.put_role(&role).await.unwrap();
    locked
        .insert_grant(&Grant {
            role: role.id,
            ..grant(&ground, ground.ada, ground.root)
        })
        .await
        .unwrap();
    let error = locked.delete_role(role.id).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::Referred)),
        "{error:?}"
    );
}

async fn guardrails_read_back(ground: Ground) {
    let mut locked = ground.locked().await;
    let guardrail = Guardrail {
        id: PolicyId::random(&ground.entropy),
        name: name("no services"),
        text: "forbid (principal, action, resource);".to_owned(),
        builtin: true,
        enabled: true,
    };
    locked.put_guardrail(&guardrail).await.unwrap();
    let off = Guardrail {
        enabled: false,
        ..guardrail
    };
    locked.put_guardrail(&off).await.unwrap();
    assert_eq!(locked.guardrails().await.unwrap(), vec![off.clone()]);
    let (now, epoch) = (ground.now(), locked.epoch().await.unwrap());
    assert_eq!(locked.guardrail_notes().await.unwrap(), []);
    assert!(locked.note_guardrail_failures(off.id, 2, now).await.unwrap());
    assert!(
        locked
            .note_guardrail_failures(off.id, 3, ground.later(1))
            .await
            .unwrap()
    );
    let mut note = GuardrailNote {
        guardrail: off.id,
        changed: None,
        failures: 5,
        failed_at: Some(ground.later(1)),
    };
    assert_eq!(locked.guardrail_notes().await.unwrap(), vec![note.clone()]);
    locked
        .note_guardrail_change(off.id, ground.ada, now)
        .await
        .unwrap();
    note = GuardrailNote {
        changed: Some((ground.ada, now)),
        failures: 0,
        failed_at: None,
        ..note
    };
    assert_eq!(locked.guardrail_notes().await.unwrap(), vec![note]);
    assert_eq!(locked.epoch().await.unwrap(), epoch, "nothing decides by a note");
    let gone = PolicyId::random(&ground.entropy);
    assert!(!locked.note_guardrail_failures(gone, 1, now).await.unwrap());
    assert!(locked.delete_guardrail(off.id).await.unwrap());
    assert!(!locked.delete_guardrail(off.id).await.unwrap());
    assert_eq!(locked.guardrail_notes().await.unwrap(), []);
}

async fn conditions_and_ends_read_back(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    let strict = Conditions {
        multi_factor_within: Some(900),
        ..Conditions::default()
    };
    let one = Grant {
        conditions: strict.into(),
        not_before: Some(ground.later(5)),
        ended: Some(ended(&ground)),
        ..grant(&ground, ground.ada, ground.root)
    };
    let unreadable = GrantConditions::from_stored(r#"{"phase_of_moon":"full"}"#);
    assert!(unreadable.known().is_none());
    let two = Grant {
        conditions: unreadable,
        ..grant(&ground, ground.ada, ground.root)
    };
    locked.insert_grants(&[one.clone(), two.clone()]).await.unwrap();
    assert_eq!(locked.grant(one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(locked.grant(two.id).await.unwrap(), Some(two));
    assert_eq!(locked.grant_history(ground.ada, 10).await.unwrap().len(), 2);
    let nobody = grant(&ground, PrincipalId::random(&ground.entropy), ground.root);
    let error = locked.insert_grant(&nobody).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::Missing)),
        "{error:?}"
    );
}

async fn only_live_grants_count(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    let now = ground.now();
    let live = grant(&ground, ground.ada, ground.payments);
    let later = Grant {
        not_before: Some(ground.later(60)),
        ..grant(&ground, ground.ada, ground.production)
    };
    let over = Grant {
        expires_at: Some(now),
        ..grant(&ground, ground.ada, ground.payments)
    };
    let taken = Grant {
        ended: Some(ended(&ground)),
        ..grant(&ground, ground.ada, ground.payments)
    };
    locked
        .insert_grants(&[live.clone(), later.clone(), over, taken])
        .await
        .unwrap();
    let ids = |grants: Vec<Grant>| grants.iter().map(|grant| grant.id).collect::<Vec<_>>();
    let mut both = vec![live.id, later.id];
    both.sort();
    assert_eq!(ids(locked.scope_index(&[ground.ada], now).await.unwrap()), both);
    let chain = [ground.production, ground.payments, ground.root];
    assert_eq!(
        ids(locked.grants_for(&[ground.ada], &chain, now).await.unwrap()),
        both
    );
    assert_eq!(
        ids(locked
            .grants_for(&[ground.ada], &[ground.payments], now)
            .await
            .unwrap()),
        [live.id]
    );
    assert!(locked.grants_for(&[], &chain, now).await.unwrap().is_empty());
    // So many pairs are read another way, and are the same.
    let mut everybody: Vec<_> = (0..1_000).map(|_| PrincipalId::random(&ground.entropy)).collect();
    assert!(
        locked
            .grants_for(&everybody, &chain, now)
            .await
            .unwrap()
            .is_empty()
    );
    everybody.push(ground.ada);
    assert_eq!(
        ids(locked.grants_for(&everybody, &chain, now).await.unwrap()),
        both
    );
    assert_eq!(
        ids(locked
            .grants_for(
                &everybody,
                &[ground.payments, ground.payments, ground.payments],
                now
            )
            .await
            .unwrap()),
        [live.id]
    );
    assert_eq!(
        ids(locked.grants_at(&[ground.payments], now, None, 10).await.unwrap()),
        [live.id]
    );
}

async fn grants_under_a_scope_come_in_pages(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    let grants: Vec<_> = (0..5)
        .map(|n| {
            grant(
                &ground,
                ground.ada,
                [ground.root, ground.payments, ground.production][n % 3],
            )
        })
        .collect();
    locked.insert_grants(&grants).await.unwrap();
    let mut expected: Vec<_> = grants
        .iter()
        .filter(|grant| grant.scope != ground.root)
        .map(|grant| grant.id)
        .collect();
    expected.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    for _ in 0..100 {
        let page = locked
            .grants_under(ground.payments, ground.now(), after, 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|grant| grant.id));
    }
    assert_eq!(seen, expected);
}

async fn a_grant_ends_once(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    let (one, two) = (
        grant(&ground, ground.ada, ground.root),
        grant(&ground, ground.ada, ground.payments),
    );
    locked.insert_grants(&[one.clone(), two.clone()]).await.unwrap();
    locked.end_grant(one.id, &ended(&ground)).await.unwrap();
    let error = locked.end_grant(one.id, &ended(&ground)).await.unwrap_err();
    assert!(matches!(error, StorageError::Conflict(Conflict::Changed)));
    assert_eq!(
        locked.grant(one.id).await.unwrap().unwrap().ended,
        Some(ended(&ground))
    );
    assert_eq!(
        locked.end_grants_of(ground.ada, &ended(&ground)).await.unwrap(),
        vec![two]
    );
    assert!(
        locked
            .scope_index(&[ground.ada], ground.now())
            .await
            .unwrap()
            .is_empty()
    );
}

async fn an_owner_is_found_through_teams(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    let team = ground.team("owners");
    locked.insert_principal(&team).await.unwrap();
    let owner = Grant {
        role: builtin_roles::OWNER,
        ..grant(&ground, team.id, ground.root)
    };
    locked.insert_grant(&owner).await.unwrap();
    let now = ground.now();
    let holds = |scope| (builtin_roles::OWNER, scope, now);
    let (role, scope, at) = holds(ground.root);
    assert!(
        !locked.anyone_holds(role, scope, at).await.unwrap(),
        "an empty team is nobody"
    );
    let member = TeamMember {
        team: team.id,
        member: ground.ada,
        source: MemberSource::Local,
    };
    locked.add_team_member(member).await.unwrap();
    assert!(locked.anyone_holds(role, scope, at).await.unwrap());
    assert!(!locked.anyone_holds(role, ground.payments, at).await.unwrap());
    let suspended = claviger_storage::principals::Principal {
        state: claviger_model::principal::PrincipalState::Suspended,
        ..ground.person(ground.ada, "Ada")
    };
    locked.update_principal(&suspended).await.unwrap();
    assert!(!locked.anyone_holds(role, scope, at).await.unwrap());
}

async fn a_grant_gets_an_earlier_end_and_no_later_one(ground: Ground) {
    let mut locked = ground.locked().await;
    with_roles(&mut *locked).await;
    let open = grant(&ground, ground.ada, ground.payments);
    let over = Grant {
        ended: Some(ended(&ground)),
        ..grant(&ground, ground.ada, ground.payments)
    };
    locked.insert_grants(&[open.clone(), over.clone()]).await.unwrap();
    let before = locked.epoch().await.unwrap();
    locked.shorten_grant(open.id, ground.later(60)).await.unwrap();
    assert!(locked.epoch().await.unwrap() > before);
    locked.shorten_grant(open.id, ground.later(30)).await.unwrap();
    let shortened = Grant {
        expires_at: Some(ground.later(30)),
        ..open.clone()
    };
    assert_eq!(locked.grant(open.id).await.unwrap(), Some(shortened));
    for (id, end) in [
        (open.id, 30),
        (open.id, 31),
        (over.id, 5),
        (GrantId::random(&ground.entropy), 5),
    ] {
        let error = locked.shorten_grant(id, ground.later(end)).await.unwrap_err();
        assert!(
            matches!(error, StorageError::Conflict(Conflict::Changed)),
            "{error:?}"
        );
    }
}

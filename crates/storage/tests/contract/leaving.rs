use crate::{
    ground::{Ground, described},
    offboarding::planned,
};
use claviger_model::{
    builtin_roles::{self, READER},
    ids::{KeyId, PrincipalId, ProposalId, RequestId, SecretId},
    name::Name,
    offboarding::{Effect, EffectKind},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    secret::Description,
};
use claviger_storage::{
    Locked,
    approvals::{Step, Terms},
    principals::{MemberSource, Principal, TeamMember},
    proposals::{Proposal, ProposalState},
    requests::{Asked, Request, RequestState},
    services::{KeyEnded, Service, ServiceKey},
};

contract!(
    what_somebody_began_is_found_until_it_is_over,
    approvals_of_open_requests_are_taken_back,
    what_they_own_comes_in_pages,
    keys_that_they_made_are_found_until_they_end,
    a_team_is_alone_with_its_last_active_person,
    a_team_that_a_case_left_is_told_until_somebody_is_in_it,
);

fn access(ground: &Ground, by: PrincipalId) -> Request {
    Request {
        id: RequestId::random(&ground.entropy),
        asked: Asked::Access {
            role: READER,
            secret: None,
            seconds: 60,
            extends: None,
        },
        scope: ground.production,
        asked_by: by,
        asked_at: ground.now(),
        reason: "on call".to_owned(),
        state: RequestState::Open,
        answer: None,
    }
}

async fn somebody(ground: &Ground, locked: &mut dyn Locked, called: &str) -> PrincipalId {
    let row = ground.person(PrincipalId::random(&ground.entropy), called);
    locked.insert_principal(&row).await.unwrap();
    row.id
}

async fn team(
    ground: &Ground,
    locked: &mut dyn Locked,
    called: &str,
    members: &[PrincipalId],
) -> PrincipalId {
    let row = ground.team(called);
    locked.insert_principal(&row).await.unwrap();
    for member in members {
        let member = TeamMember {
            team: row.id,
            member: *member,
            source: MemberSource::Local,
        };
        locked.add_team_member(member).await.unwrap();
    }
    row.id
}

async fn what_somebody_began_is_found_until_it_is_over(ground: Ground) {
    let mut locked = ground.locked().await;
    let request = access(&ground, ground.ada);
    locked.insert_request(&request).await.unwrap();
    let proposal = Proposal {
        id: ProposalId::random(&ground.entropy),
        kind: "role".to_owned(),
        content: "{}".to_owned(),
        widens: serde_json::json!({}),
        reason: "for me".to_owned(),
        author: ground.ada,
        proposed_at: ground.now(),
        expires_at: ground.later(60),
        state: ProposalState::Open,
        answer: None,
    };
    locked.insert_proposal(&proposal).await.unwrap();
    assert_eq!(
        locked.open_requests_by(ground.ada).await.unwrap(),
        std::slice::from_ref(&request)
    );
    assert_eq!(locked.open_proposals_by(ground.ada).await.unwrap(), [proposal.id]);
    let other = somebody(&ground, &mut *locked, "Ben").await;
    assert_eq!(locked.open_requests_by(other).await.unwrap(), []);
    assert_eq!(locked.open_proposals_by(other).await.unwrap(), []);
    let answer = claviger_storage::requests::Answer {
        by: ground.ada,
        at: ground.now(),
        word: String::new(),
        version: None,
    };
    locked
        .answer_request(request.id, RequestState::Withdrawn, &answer)
        .await
        .unwrap();
    let answer = claviger_storage::proposals::ProposalAnswer {
        by: ground.ada,
        at: ground.now(),
        word: String::new(),
    };
    locked
        .answer_proposal(proposal.id, ProposalState::Withdrawn, &answer)
        .await
        .unwrap();
    assert_eq!(locked.open_requests_by(ground.ada).await.unwrap(), []);
    assert_eq!(locked.open_proposals_by(ground.ada).await.unwrap(), []);
}

async fn approvals_of_open_requests_are_taken_back(ground: Ground) {
    let mut locked = ground.locked().await;
    for role in builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
    let asker = somebody(&ground, &mut *locked, "Ben").await;
    let (open, closed) = (access(&ground, asker), access(&ground, asker));
    for request in [&open, &closed] {
        locked.insert_request(request).await.unwrap();
        for by in [ground.ada, asker] {
            let step = Step {
                request: request.id,
                by,
                at: ground.now(),
                terms: Some(Terms {
                    role: READER,
                    scope: ground.production,
                    seconds: 60,
                }),
                word: String::new(),
            };
            locked.insert_step(&step).await.unwrap();
        }
    }
    let answer = claviger_storage::requests::Answer {
        by: ground.ada,
        at: ground.now(),
        word: String::new(),
        version: None,
    };
    locked
        .answer_request(closed.id, RequestState::Refused, &answer)
        .await
        .unwrap();
    assert_eq!(locked.open_approvals_by(ground.ada).await.unwrap(), [open.id]);
    assert_eq!(locked.withdraw_approvals_of(ground.ada).await.unwrap(), [open.id]);
    assert_eq!(locked.withdraw_approvals_of(ground.ada).await.unwrap(), []);
    let left = locked.steps_of(&[open.id, closed.id]).await.unwrap();
    let mut left: Vec<_> = left
        .iter()
        .map(|step| (step.request == open.id, step.by))
        .collect();
    left.sort_unstable();
    let mut expected = [(true, asker), (false, asker), (false, ground.ada)];
    expected.sort_unstable();
    assert_eq!(left, expected, "what is over stays as it was");
}

async fn what_they_own_comes_in_pages(ground: Ground) {
    let mut locked = ground.locked().await;
    let mut own = Vec::new();
    for number in 0..3 {
        let id = SecretId::random(&ground.entropy);
        let description = Description {
            owner: Some(ground.ada),
            ..described(&format!("own {number}"))
        };
        locked
            .insert_secret(id, ground.production, &description, None, ground.now())
            .await
            .unwrap();
        own.push(id);
    }
    let id = SecretId::random(&ground.entropy);
    locked
        .insert_secret(id, ground.production, &described("none"), None, ground.now())
        .await
        .unwrap();
    own.sort_unstable();
    locked
        .delete_secret(own[1], ground.ada, ground.now())
        .await
        .unwrap();
    let page = locked.secrets_owned_by(ground.ada, None, 2).await.unwrap();
    let found: Vec<_> = page.iter().map(|secret| secret.id).collect();
    assert_eq!(found, own[..2]);
    let rest = locked
        .secrets_owned_by(ground.ada, Some(own[1]), 2)
        .await
        .unwrap();
    assert_eq!(rest.iter().map(|secret| secret.id).collect::<Vec<_>>(), own[2..]);
}

async fn keys_that_they_made_are_found_until_they_end(ground: Ground) {
    let mut locked = ground.locked().await;
    let owner = team(&ground, &mut *locked, "builders", &[ground.ada]).await;
    let service = Principal {
        id: PrincipalId::random(&ground.entropy),
        name: Name::parse("ci").unwrap(),
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner,
        },
        email: None,
        ..ground.person(ground.ada, "ci")
    };
    locked.insert_principal(&service).await.unwrap();
    let row = Service {
        principal: service.id,
        kind: claviger_model::service::ServiceKind::CiJob,
        home: ground.production,
        made_by: None,
        made_at: ground.now(),
    };
    locked.insert_service(&row).await.unwrap();
    let key = |jkt: u8, seconds| ServiceKey {
        id: KeyId::random(&ground.entropy),
        service: service.id,
        name: Name::parse("key").unwrap(),
        jkt: [jkt; 32],
        networks: Vec::new(),
        made_by: ground.ada,
        made_at: ground.now(),
        ends_at: ground.later(seconds),
        last_used_at: None,
        ended: None,
    };
    let (short, long) = (key(1, 5), key(2, 500));
    locked.insert_service_key(&short).await.unwrap();
    locked.insert_service_key(&long).await.unwrap();
    let now = ground.now();
    assert_eq!(locked.live_keys_made_by(ground.ada, now).await.unwrap().len(), 2);
    assert_eq!(
        locked
            .live_keys_made_by(ground.ada, ground.later(5))
            .await
            .unwrap(),
        std::slice::from_ref(&long)
    );
    let ended = KeyEnded {
        at: now,
        by: ground.ada,
    };
    locked.end_service_key(long.id, ended).await.unwrap();
    assert_eq!(
        locked
            .live_keys_made_by(ground.ada, ground.later(5))
            .await
            .unwrap(),
        []
    );
    assert_eq!(locked.services_of_teams(&[owner]).await.unwrap(), [service.id]);
    assert_eq!(locked.services_of_teams(&[ground.ada]).await.unwrap(), []);
}

async fn a_team_is_alone_with_its_last_active_person(ground: Ground) {
    let mut locked = ground.locked().await;
    let ben = somebody(&ground, &mut *locked, "Ben").await;
    let alone = team(&ground, &mut *locked, "alone", &[ground.ada]).await;
    let both = team(&ground, &mut *locked, "both", &[ground.ada, ben]).await;
    // Ada is in it through another team, and so is nobody else.
    let above = team(&ground, &mut *locked, "above", &[alone]).await;
    let without = team(&ground, &mut *locked, "without", &[ben]).await;
    let mut expected = vec![alone, above];
    expected.sort_unstable();
    assert_eq!(locked.teams_alone(ground.ada).await.unwrap(), expected);
    assert_eq!(locked.teams_alone(ben).await.unwrap(), [without]);
    let mut row = locked.principal(ben).await.unwrap().unwrap();
    row.state = PrincipalState::Disabled;
    locked.update_principal(&row).await.unwrap();
    expected.push(both);
    expected.sort_unstable();
    assert_eq!(locked.teams_alone(ground.ada).await.unwrap(), expected);
}

async fn a_team_that_a_case_left_is_told_until_somebody_is_in_it(ground: Ground) {
    let mut locked = ground.locked().await;
    let ben = somebody(&ground, &mut *locked, "Ben").await;
    let inner = team(&ground, &mut *locked, "inner", &[]).await;
    let outer = team(&ground, &mut *locked, "outer", &[inner]).await;
    let other = team(&ground, &mut *locked, "other", &[]).await;
    let case = planned(&ground, ground.ada);
    locked.insert_case(&case).await.unwrap();
    let left = |team: PrincipalId, kind| Effect {
        case: case.id,
        kind,
        object: *team.as_bytes(),
        detail: None,
        at: ground.later(3),
        restored: None,
    };
    let effects = [
        left(inner, EffectKind::TeamLeft),
        left(outer, EffectKind::TeamLeft),
        left(other, EffectKind::TeamLeft),
        // That they were in a team says nothing of who else is.
        left(ben, EffectKind::LocalTeam),
    ];
    locked.insert_effects(&effects).await.unwrap();
    let mut expected = vec![
        (inner, ground.later(3)),
        (outer, ground.later(3)),
        (other, ground.later(3)),
    ];
    expected.sort_unstable();
    assert_eq!(locked.teams_left(case.id, 9).await.unwrap(), expected);
    assert_eq!(locked.teams_left(case.id, 2).await.unwrap(), expected[..2]);
    let nobody = planned(&ground, ben);
    assert_eq!(locked.teams_left(nobody.id, 9).await.unwrap(), []);
    // Whoever is in the inner team is in the outer one; somebody who is not active is nobody.
    let member = TeamMember {
        team: inner,
        member: ben,
        source: MemberSource::Local,
    };
    locked.add_team_member(member).await.unwrap();
    assert_eq!(
        locked.teams_left(case.id, 9).await.unwrap(),
        [(other, ground.later(3))]
    );
    let mut row = locked.principal(ben).await.unwrap().unwrap();
    row.state = PrincipalState::Suspended;
    locked.update_principal(&row).await.unwrap();
    assert_eq!(locked.teams_left(case.id, 9).await.unwrap(), expected);
    // A team that is switched off needs nobody.
    let mut row = locked.principal(other).await.unwrap().unwrap();
    row.state = PrincipalState::Disabled;
    locked.update_principal(&row).await.unwrap();
    expected.retain(|(team, _)| *team != other);
    assert_eq!(locked.teams_left(case.id, 9).await.unwrap(), expected);
}

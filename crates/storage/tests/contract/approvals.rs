use crate::ground::Ground;
use claviger_model::{
    approval::{ApprovalRule, Approves, RequestSettings},
    builtin_roles::{self, READER, VIEWER},
    conditions::GrantConditions,
    grant::{Ended, Grant},
    ids::{GrantId, PolicyId, PrincipalId, RequestId},
    name::Name,
    scope::Discoverable,
};
use claviger_storage::{
    Conflict, Locked, StorageError,
    approvals::{Given, Step, Terms},
    requests::{Answer, Asked, Request, RequestState},
    scopes::ScopeSettings,
};

contract!(
    approvals_read_back_and_each_person_approves_once,
    an_end_of_the_grant_closes_what_was_given_and_tells_the_feed,
    what_ended_by_itself_waits_to_be_seen_to,
    a_shortened_grant_ends_what_was_given_sooner,
    settings_move_the_epoch_and_read_back,
    the_open_ones_are_counted_and_history_goes_by_its_time_only,
    discoverable_scopes_are_found,
);

fn access(ground: &Ground) -> Request {
    Request {
        id: RequestId::random(&ground.entropy),
        asked: Asked::Access {
            role: READER,
            secret: None,
            seconds: 3600,
            extends: Some(RequestId::random(&ground.entropy)),
        },
        scope: ground.production,
        asked_by: ground.ada,
        asked_at: ground.now(),
        reason: "on call".to_owned(),
        state: RequestState::Open,
        answer: None,
    }
}

async fn asked(ground: &Ground, locked: &mut dyn Locked) -> Request {
    for role in builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
    let request = access(ground);
    locked.insert_request(&request).await.unwrap();
    assert_eq!(locked.request(request.id).await.unwrap().as_ref(), Some(&request));
    request
}

async fn given(ground: &Ground, locked: &mut dyn Locked, request: &Request) -> Given {
    let grant = Grant {
        id: GrantId::random(&ground.entropy),
        principal: ground.ada,
        role: READER,
        scope: ground.production,
        reason: request.reason.clone(),
        granted_by: ground.ada,
        granted_at: ground.now(),
        not_before: None,
        expires_at: Some(ground.later(3600)),
        conditions: GrantConditions::default(),
        ended: None,
    };
    locked.insert_grant(&grant).await.unwrap();
    let given = Given {
        request: request.id,
        grant: grant.id,
        rule: Some(PolicyId::random(&ground.entropy)),
        ends_at: ground.later(3600),
        closed_at: None,
    };
    locked.insert_given(&given).await.unwrap();
    let answer = Answer {
        by: ground.ada,
        at: ground.now(),
        word: String::new(),
        version: None,
    };
    locked
        .answer_request(request.id, RequestState::Done, &answer)
        .await
        .unwrap();
    assert_eq!(locked.grants(&[grant.id]).await.unwrap(), [grant]);
    given
}

async fn approvals_read_back_and_each_person_approves_once(ground: Ground) {
    let mut locked = ground.locked().await;
    let request = asked(&ground, &mut *locked).await;
    let step = Step {
        request: request.id,
        by: ground.ada,
        at: ground.now(),
        terms: Some(Terms {
            role: VIEWER,
            scope: ground.production,
            seconds: 600,
        }),
        word: "less will do".to_owned(),
    };
    let before = locked.head().sync_cursor;
    locked.insert_step(&step).await.unwrap();
    assert!(locked.head().sync_cursor > before, "the feed tells of it");
    assert_eq!(
        locked.steps_of(&[request.id]).await.unwrap(),
        std::slice::from_ref(&step)
    );
    let again = locked.insert_step(&step).await.unwrap_err();
    assert!(
        matches!(again, StorageError::Conflict(Conflict::IdTaken)),
        "{again:?}"
    );
}

async fn an_end_of_the_grant_closes_what_was_given_and_tells_the_feed(ground: Ground) {
    let mut locked = ground.locked().await;
    let request = asked(&ground, &mut *locked).await;
    let given = given(&ground, &mut *locked, &request).await;
    assert_eq!(locked.given_by(&[request.id]).await.unwrap(), [given]);
    let before = locked.head().sync_cursor;
    let end = Ended {
        at: ground.now(),
        by: ground.ada,
        reason: "handed back".to_owned(),
    };
    locked.end_grant(given.grant, &end).await.unwrap();
    let closed = locked.given_by(&[request.id]).await.unwrap()[0].closed_at;
    assert_eq!(closed, Some(ground.now()));
    let told = locked
        .principal_changes_since(
            &[ground.ada],
            &[claviger_storage::changes::ChangeKind::Request],
            before,
            9,
        )
        .await
        .unwrap();
    assert_eq!(told.len(), 1);
    assert!(!locked.close_given(given.grant, ground.now()).await.unwrap());
}

async fn what_ended_by_itself_waits_to_be_seen_to(ground: Ground) {
    let mut locked = ground.locked().await;
    let request = asked(&ground, &mut *locked).await;
    let given = given(&ground, &mut *locked, &request).await;
    let just_before = ground.later(3600).minus(std::time::Duration::from_millis(1));
    assert!(locked.given_and_over(just_before, 9).await.unwrap().is_empty());
    assert_eq!(
        locked.given_and_over(ground.later(3600), 9).await.unwrap(),
        [given]
    );
    assert!(locked.close_given(given.grant, ground.later(3600)).await.unwrap());
    assert!(
        locked
            .given_and_over(ground.later(9999), 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_shortened_grant_ends_what_was_given_sooner(ground: Ground) {
    let mut locked = ground.locked().await;
    let request = asked(&ground, &mut *locked).await;
    let given = given(&ground, &mut *locked, &request).await;
    let (sooner, before) = (ground.later(1800), locked.head().sync_cursor);
    locked.shorten_grant(given.grant, sooner).await.unwrap();
    let found = locked.given_and_over(sooner, 9).await.unwrap();
    assert_eq!(
        found,
        [Given {
            ends_at: sooner,
            ..given
        }]
    );
    let told = locked
        .principal_changes_since(
            &[ground.ada],
            &[claviger_storage::changes::ChangeKind::Request],
            before,
            9,
        )
        .await
        .unwrap();
    assert_eq!(told.len(), 1, "whoever asked hears of it");
}

async fn settings_move_the_epoch_and_read_back(ground: Ground) {
    let mut locked = ground.locked().await;
    let rule = ApprovalRule {
        id: PolicyId::random(&ground.entropy),
        name: Name::parse("on call").unwrap(),
        approves: Approves::Access {
            role: READER,
            most_seconds: 3600,
        },
        teams: [PrincipalId::random(&ground.entropy)].into(),
        classes: [claviger_model::scope::EnvironmentClass::Staging].into(),
        conditions: claviger_model::conditions::Conditions::default(),
        author: ground.ada,
    };
    let mut settings = RequestSettings {
        steps: Some(2),
        rotations_need_approval: Some(true),
        rules: vec![rule],
    };
    let now = locked.now();
    for steps in [Some(2), None] {
        settings.steps = steps;
        let before = locked.epoch().await.unwrap();
        assert!(
            locked
                .put_request_settings(ground.production, &settings, now)
                .await
                .unwrap()
        );
        assert!(locked.epoch().await.unwrap() > before);
        let found = locked
            .request_settings(&[ground.root, ground.production])
            .await
            .unwrap();
        assert_eq!(found, [(ground.production, settings.clone())]);
    }
    let nowhere = claviger_model::ids::ScopeId::random(&ground.entropy);
    assert!(
        !locked
            .put_request_settings(nowhere, &settings, now)
            .await
            .unwrap()
    );
}

async fn the_open_ones_are_counted_and_history_goes_by_its_time_only(ground: Ground) {
    let mut locked = ground.locked().await;
    let closed = asked(&ground, &mut *locked).await;
    let open = access(&ground);
    locked.insert_request(&open).await.unwrap();
    let long_ago = ground.now().minus(std::time::Duration::from_secs(1));
    assert_eq!(locked.open_requests_of(ground.ada, long_ago).await.unwrap(), 2);
    assert_eq!(
        locked.open_requests_of(ground.ada, ground.now()).await.unwrap(),
        0
    );
    let given = given(&ground, &mut *locked, &closed).await;
    assert_eq!(locked.open_requests_of(ground.ada, long_ago).await.unwrap(), 1);
    let scopes = [ground.production];
    assert_eq!(
        locked
            .access_requests_since(&scopes, ground.now(), 9)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        locked
            .requests_by_at(ground.ada, ground.production, 9)
            .await
            .unwrap()
            .len(),
        2
    );

    let later = ground.later(100_000);
    assert_eq!(
        locked.delete_requests_before(later, 9).await.unwrap(),
        0,
        "its access lives"
    );
    locked.close_given(given.grant, ground.later(3600)).await.unwrap();
    assert_eq!(
        locked
            .delete_requests_before(ground.later(3600), 9)
            .await
            .unwrap(),
        0
    );
    assert_eq!(locked.delete_requests_before(later, 9).await.unwrap(), 1);
    assert_eq!(locked.request(closed.id).await.unwrap(), None);
    assert!(
        locked.request(open.id).await.unwrap().is_some(),
        "what is open stays"
    );
}

async fn discoverable_scopes_are_found(ground: Ground) {
    ground.secret("db").await;
    let mut locked = ground.locked().await;
    assert!(locked.discoverable_scopes(None, 9).await.unwrap().is_empty());
    for discoverable in [Discoverable::Everyone, Discoverable::Teams(vec![ground.ada])] {
        let settings = ScopeSettings {
            discoverable,
            ..ScopeSettings::default()
        };
        let now = locked.now();
        locked.set_scope(ground.production, &settings, now).await.unwrap();
        let found = locked.discoverable_scopes(None, 9).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].discoverable, settings.discoverable);
        assert!(
            locked
                .discoverable_scopes(Some(ground.production), 9)
                .await
                .unwrap()
                .is_empty()
        );
    }
    assert_eq!(locked.secrets_under(ground.root).await.unwrap(), 1);
    assert_eq!(locked.last_release_under(ground.root, None).await.unwrap(), None);
    assert_eq!(
        locked
            .last_release_under(ground.root, Some(ground.ada))
            .await
            .unwrap(),
        None
    );
}

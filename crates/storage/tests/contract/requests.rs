use crate::ground::Ground;
use claviger_model::{
    builtin_roles,
    ids::{PrincipalId, RequestId, SecretId},
};
use claviger_storage::{
    Conflict, StorageError,
    requests::{Answer, Asked, Request, RequestPlace, RequestState},
};

contract!(
    both_kinds_read_back,
    one_open_rotation_a_person_and_secret,
    a_request_is_answered_once,
    a_new_version_fulfils_all,
    a_leavers_requests_are_withdrawn,
    pages_have_each_request_once_newest_first,
    the_feed_names_the_request,
);

fn rotation(ground: &Ground, by: PrincipalId, secret: SecretId) -> Request {
    Request {
        id: RequestId::random(&ground.entropy),
        asked: Asked::Rotation { secret },
        scope: ground.production,
        asked_by: by,
        asked_at: ground.now(),
        reason: "it leaked".to_owned(),
        state: RequestState::Open,
        answer: None,
    }
}

fn answer(ground: &Ground, version: Option<u64>) -> Answer {
    Answer {
        by: ground.ada,
        at: ground.now(),
        word: "done".to_owned(),
        version,
    }
}

async fn both_kinds_read_back(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let asked = Asked::Access {
        role: builtin_roles::READER,
        secret: None,
        seconds: 7200,
        extends: None,
    };
    let access = Request {
        asked,
        scope: ground.payments,
        ..rotation(&ground, ground.ada, secret)
    };
    let rotation = rotation(&ground, ground.ada, secret);
    for request in [&access, &rotation] {
        locked.insert_request(request).await.unwrap();
        assert_eq!(locked.request(request.id).await.unwrap().as_ref(), Some(request));
    }
    assert_eq!(
        locked.requests_of_secret(secret, 9).await.unwrap(),
        vec![rotation.clone()]
    );
    assert_eq!(
        locked.open_requests_in(&[ground.payments], 9).await.unwrap(),
        vec![access.clone()]
    );
    assert_eq!(locked.requests_by(ground.ada, 9).await.unwrap().len(), 2);
    assert_eq!(
        locked
            .requests_in(&[ground.payments, ground.production], None, 9)
            .await
            .unwrap()
            .len(),
        2
    );
    assert!(
        locked
            .requests_in(&[ground.payments], Some(ground.now()), 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn one_open_rotation_a_person_and_secret(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    locked
        .insert_request(&rotation(&ground, ground.ada, secret))
        .await
        .unwrap();
    let error = locked
        .insert_request(&rotation(&ground, ground.ada, secret))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::AlreadyUsed)),
        "{error:?}"
    );
}

async fn a_request_is_answered_once(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let request = rotation(&ground, ground.ada, secret);
    locked.insert_request(&request).await.unwrap();
    locked
        .answer_request(request.id, RequestState::Refused, &answer(&ground, None))
        .await
        .unwrap();
    let again = locked
        .answer_request(request.id, RequestState::Done, &answer(&ground, None))
        .await
        .unwrap_err();
    assert!(matches!(again, StorageError::Conflict(Conflict::Changed)));
    let found = locked.request(request.id).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.answer),
        (RequestState::Refused, Some(answer(&ground, None)))
    );
    assert!(
        locked
            .open_requests_in(&[ground.production], 9)
            .await
            .unwrap()
            .is_empty()
    );
    locked
        .insert_request(&rotation(&ground, ground.ada, secret))
        .await
        .unwrap();
}

async fn a_new_version_fulfils_all(ground: Ground) {
    let (secret, other) = (ground.secret("db").await, ground.secret("other").await);
    let grace = ground.person(PrincipalId::random(&ground.entropy), "Grace");
    let mut locked = ground.locked().await;
    locked.insert_principal(&grace).await.unwrap();
    let (one, two) = (
        rotation(&ground, ground.ada, secret),
        rotation(&ground, grace.id, secret),
    );
    for request in [&one, &two, &rotation(&ground, ground.ada, other)] {
        locked.insert_request(request).await.unwrap();
    }
    assert_eq!(
        locked
            .fulfil_rotations(secret, &answer(&ground, Some(2)))
            .await
            .unwrap()
            .len(),
        2
    );
    for id in [one.id, two.id] {
        let request = locked.request(id).await.unwrap().unwrap();
        assert_eq!(request.state, RequestState::Done);
        assert_eq!(request.answer.unwrap().version, Some(2));
    }
    assert_eq!(
        locked
            .open_requests_in(&[ground.production], 9)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        locked
            .fulfil_rotations(secret, &answer(&ground, Some(3)))
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_leavers_requests_are_withdrawn(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let request = rotation(&ground, ground.ada, secret);
    locked.insert_request(&request).await.unwrap();
    let withdrawn = locked
        .withdraw_requests_of(ground.ada, &answer(&ground, None))
        .await
        .unwrap();
    assert_eq!(withdrawn, vec![request.clone()]);
    assert_eq!(
        locked.request(request.id).await.unwrap().unwrap().state,
        RequestState::Withdrawn
    );
}

async fn pages_have_each_request_once_newest_first(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let withdrawn = |scope, by, at| Request {
        scope,
        asked_by: by,
        asked_at: at,
        state: RequestState::Withdrawn,
        answer: Some(answer(&ground, None)),
        ..rotation(&ground, by, secret)
    };
    let start = ground.now();
    let other = ground.person(PrincipalId::random(&ground.entropy), "Ben");
    locked.insert_principal(&other).await.unwrap();
    let other = other.id;
    // Several in one moment; their own anywhere, those of others where they answer.
    for number in 0..9_u64 {
        let at = start.plus(std::time::Duration::from_millis(number / 4));
        let (scope, by) = match number % 3 {
            0 => (ground.production, ground.ada),
            1 => (ground.payments, ground.ada),
            _ => (ground.payments, other),
        };
        locked.insert_request(&withdrawn(scope, by, at)).await.unwrap();
    }
    for (scopes, expected) in [
        (vec![], 6),
        (vec![ground.payments], 9),
        (vec![ground.production], 6),
    ] {
        for limit in [1, 2, 4, 100] {
            let (mut found, mut after): (Vec<Request>, _) = (Vec::new(), None);
            loop {
                let page = locked
                    .requests_after(ground.ada, &scopes, after, limit)
                    .await
                    .unwrap();
                let Some(last) = page.last() else { break };
                after = Some(RequestPlace {
                    asked_at: last.asked_at,
                    id: last.id,
                });
                found.extend(page);
            }
            assert_eq!(found.len(), expected, "{limit}");
            assert!(found.is_sorted_by_key(|one| (std::cmp::Reverse(one.asked_at), one.id)));
        }
    }
    let before = start.minus(std::time::Duration::from_millis(1));
    assert_eq!(locked.requests_made_since(ground.ada, before).await.unwrap(), 6);
    assert_eq!(locked.requests_made_since(ground.ada, start).await.unwrap(), 3);
}

async fn the_feed_names_the_request(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let (start, _) = locked.cursor().await.unwrap();
    let request = rotation(&ground, ground.ada, secret);
    locked.insert_request(&request).await.unwrap();
    let state = RequestState::Refused;
    locked
        .answer_request(request.id, state, &answer(&ground, None))
        .await
        .unwrap();
    let told = locked.changes_since(start, 9).await.unwrap();
    let named: Vec<_> = told.iter().map(|change| change.change.request).collect();
    assert_eq!(named, [Some(request.id); 2]);
    let found = locked.requests(&[request.id]).await.unwrap();
    assert_eq!(found.iter().map(|one| one.state).collect::<Vec<_>>(), [state]);
    assert_eq!(locked.requests(&[]).await.unwrap(), []);
}

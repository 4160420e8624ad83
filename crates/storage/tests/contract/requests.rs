use crate::ground::Ground;
use claviger_model::{
    builtin_roles,
    ids::{PrincipalId, RequestId, SecretId},
};
use claviger_storage::{
    Conflict, StorageError,
    requests::{Answer, Asked, Request, RequestState},
};

contract!(
    both_kinds_read_back,
    one_open_rotation_a_person_and_secret,
    a_request_is_answered_once,
    a_new_version_fulfils_all,
    a_leavers_requests_are_withdrawn,
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

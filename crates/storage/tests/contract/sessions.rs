use crate::ground::Ground;
use claviger_model::ids::PrincipalId;
use claviger_storage::{
    Conflict, StorageError,
    sessions::{LogoutTarget, Session, SessionContext, SessionState},
};
use std::time::Duration;

contract!(
    a_token_finds_session_device_and_person,
    a_session_is_written_anew,
    an_access_token_belongs_to_one_session,
    each_target_ends_its_sessions_and_no_others,
    those_to_ask_again_come_oldest_first,
);

async fn a_token_finds_session_device_and_person(ground: Ground) {
    let device = ground.device(ground.ada);
    let session = ground.session(&device);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    locked.put_session(&session).await.unwrap();
    locked.commit().await.unwrap();

    let mut reader = ground.store.reader().await.unwrap();
    let principal = ground.person(ground.ada, "Ada");
    let expected = SessionContext {
        is_key_held: false,
        session: session.clone(),
        device,
        principal,
    };
    assert_eq!(
        reader.session_by_access_hash(&session.access_hash).await.unwrap(),
        Some(expected.clone())
    );
    assert_eq!(reader.session_by_access_hash(&[0; 32]).await.unwrap(), None);
    assert_eq!(
        reader.session_contexts(&[session.id]).await.unwrap(),
        vec![expected]
    );
    assert!(reader.session_contexts(&[]).await.unwrap().is_empty());
}

async fn a_session_is_written_anew(ground: Ground) {
    let device = ground.device(ground.ada);
    let session = ground.session(&device);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    locked.put_session(&session).await.unwrap();
    let next = Session {
        refresh_n: 2,
        refresh_used: true,
        access_hash: [3; 32],
        state: SessionState::Suspended,
        ..session.clone()
    };
    locked.put_session(&next).await.unwrap();
    assert_eq!(locked.session(session.id).await.unwrap(), Some(next));
    assert_eq!(
        locked.session_by_access_hash(&session.access_hash).await.unwrap(),
        None
    );
}

async fn an_access_token_belongs_to_one_session(ground: Ground) {
    let device = ground.device(ground.ada);
    let (first, second) = (ground.session(&device), ground.session(&device));
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    locked.put_session(&first).await.unwrap();
    let same = Session {
        access_hash: first.access_hash,
        ..second
    };
    let error = locked.put_session(&same).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::AlreadyUsed)),
        "{error:?}"
    );
}

async fn each_target_ends_its_sessions_and_no_others(ground: Ground) {
    let grace = ground.person(PrincipalId::random(&ground.entropy), "Grace");
    let (laptop, phone, hers) = (
        ground.device(ground.ada),
        ground.device(ground.ada),
        ground.device(grace.id),
    );
    let session = |device, sid: &str, subject: &str| Session {
        sid: Some(sid.to_owned()),
        subject: subject.to_owned(),
        ..ground.session(device)
    };
    let (one, two, three) = (
        session(&laptop, "s1", "ada"),
        session(&phone, "s2", "ada"),
        session(&hers, "s3", "grace"),
    );
    let issuer = one.issuer.clone();
    let targets = [
        (
            LogoutTarget::Sid {
                issuer: issuer.clone(),
                sid: "s1".to_owned(),
            },
            vec![one.id],
        ),
        (
            LogoutTarget::Sid {
                issuer: "https://other.example".to_owned(),
                sid: "s1".to_owned(),
            },
            vec![],
        ),
        (
            LogoutTarget::Subject {
                issuer,
                subject: "ada".to_owned(),
            },
            vec![one.id, two.id],
        ),
        (LogoutTarget::Principal(grace.id), vec![three.id]),
        (LogoutTarget::Device(phone.id), vec![two.id]),
        (LogoutTarget::Session(two.id), vec![two.id]),
        (LogoutTarget::All, vec![one.id, two.id, three.id]),
    ];
    for (target, mut expected) in targets {
        let mut locked = ground.locked().await;
        locked.insert_principal(&grace).await.unwrap();
        for device in [&laptop, &phone, &hers] {
            locked.insert_device(device).await.unwrap();
        }
        for session in [&one, &two, &three] {
            locked.put_session(session).await.unwrap();
        }
        let mut ended: Vec<_> = locked
            .end_sessions(&target, ground.now())
            .await
            .unwrap()
            .iter()
            .map(|s| s.id)
            .collect();
        ended.sort();
        expected.sort();
        assert_eq!(ended, expected, "{target:?}");
        for id in [one.id, two.id, three.id] {
            let session = locked.session(id).await.unwrap().unwrap();
            assert_eq!(
                session.state == SessionState::Ended,
                expected.contains(&id),
                "{target:?}"
            );
            assert_eq!(session.ended_at.is_some(), expected.contains(&id), "{target:?}");
        }
        assert!(
            locked
                .end_sessions(&target, ground.now())
                .await
                .unwrap()
                .is_empty(),
            "once is enough"
        );
    }
}

async fn those_to_ask_again_come_oldest_first(ground: Ground) {
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_device(&device).await.unwrap();
    let ago = |seconds| ground.now().minus(Duration::from_secs(seconds));
    let old = Session {
        asserted_at: ago(4000),
        ..ground.session(&device)
    };
    let older = Session {
        asserted_at: ago(5000),
        ..ground.session(&device)
    };
    let over = Session {
        asserted_at: ago(6000),
        state: SessionState::Ended,
        ..ground.session(&device)
    };
    let fresh = ground.session(&device);
    for session in [&old, &older, &over, &fresh] {
        locked.put_session(session).await.unwrap();
    }
    let due = locked.sessions_asserted_before(ago(3600), 10).await.unwrap();
    assert_eq!(
        due.iter().map(|s| s.id).collect::<Vec<_>>(),
        vec![older.id, old.id]
    );
    assert_eq!(locked.sessions_of(ground.ada).await.unwrap().len(), 3);
}

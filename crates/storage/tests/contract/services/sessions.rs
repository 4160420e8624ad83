//! Their sessions.

use super::*;

contract!(
    a_session_carries_its_key_and_ends_with_it,
    sessions_of_services_are_forgotten_and_devices_only_when_nothing_names_them,
);

async fn a_session_carries_its_key_and_ends_with_it(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, _) = made(&ground, &mut *locked, "ci").await;
    let (one, two) = (key(&ground, principal.id), key(&ground, principal.id));
    let mut sessions = Vec::new();
    for key in [&one, &two] {
        locked.insert_service_key(key).await.unwrap();
        let device = ground.device(principal.id);
        locked.insert_device(&device).await.unwrap();
        let session = Session {
            by_key: Some(SessionKey {
                key: key.id,
                networks: key.networks.clone(),
            }),
            ..ground.session(&device)
        };
        locked.put_session(&session).await.unwrap();
        sessions.push(session);
    }
    let token = &sessions[0].access_hash;
    let context = locked.session_by_access_hash(token).await.unwrap().unwrap();
    assert_eq!(context.session, sessions[0]);
    let ended = locked
        .end_sessions(&LogoutTarget::Key(one.id), ground.now())
        .await
        .unwrap();
    assert_eq!(ended, [sessions[0].clone()]);
    let left = locked.sessions_of(principal.id).await.unwrap();
    assert_eq!(left, [sessions[1].clone()]);
}

async fn sessions_of_services_are_forgotten_and_devices_only_when_nothing_names_them(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, _) = made(&ground, &mut *locked, "ci").await;
    let key = key(&ground, principal.id);
    locked.insert_service_key(&key).await.unwrap();
    let mut made = Vec::new();
    for (of, ends) in [(principal.id, 10), (principal.id, 1_000), (ground.ada, 10)] {
        let device = ground.device(of);
        locked.insert_device(&device).await.unwrap();
        let by_key = (of == principal.id).then(|| SessionKey {
            key: key.id,
            networks: Vec::new(),
        });
        let session = Session {
            ends_at: ground.later(ends),
            by_key,
            ..ground.session(&device)
        };
        locked.put_session(&session).await.unwrap();
        made.push((device.id, session.id));
    }
    let (now, far) = (ground.later(10), ground.later(100_000));
    assert!(!locked.service_session_over(ground.now()).await.unwrap());
    assert!(locked.service_session_over(now).await.unwrap());
    assert_eq!(
        locked.forget_service_sessions(now, ground.now()).await.unwrap(),
        1,
        "its device called lately"
    );
    assert_eq!(locked.forget_service_sessions(now, far).await.unwrap(), 1);
    assert_eq!(locked.forget_service_sessions(now, far).await.unwrap(), 0);
    let mut left = Vec::new();
    for (device, session) in made {
        left.push((
            locked.device(device).await.unwrap().is_some(),
            locked.session(session).await.unwrap().is_some(),
        ));
    }
    assert_eq!(left, [(false, false), (true, true), (true, true)]);
}

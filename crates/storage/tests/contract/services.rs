use crate::ground::{Ground, doubled, name};
use claviger_model::{
    ids::{KeyId, PrincipalId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    service::ServiceKind,
};
use claviger_storage::{
    Conflict, Locked, StorageError,
    principals::{NamePlace, Principal},
    services::{KeyEnded, Service, ServiceKey},
    sessions::{LogoutTarget, Session, SessionKey},
    usage::Day,
};
use std::time::Duration;

contract!(
    a_service_reads_back_and_is_listed_by_name,
    a_service_needs_its_principal_and_a_place,
    a_key_reads_back_ends_once_and_counts_once,
    uses_are_counted_by_day_and_old_days_go,
    who_made_a_live_key_is_found,
    services_that_somebody_answers_for_are_found_whatever_their_state,
    a_session_carries_its_key_and_ends_with_it,
    sessions_of_services_are_forgotten_and_devices_only_when_nothing_names_them,
    who_answers_for_a_service_moves_the_epoch,
);

const HOUR: Duration = Duration::from_secs(3600);

/// A team with a service, written but not committed.
async fn made(ground: &Ground, locked: &mut dyn Locked, called: &str) -> (Principal, Service) {
    let team = ground.team(&format!("{called} team"));
    locked.insert_principal(&team).await.unwrap();
    let principal = Principal {
        id: PrincipalId::random(&ground.entropy),
        name: name(called),
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner: team.id,
        },
        email: None,
        ..team
    };
    locked.insert_principal(&principal).await.unwrap();
    let service = Service {
        principal: principal.id,
        kind: ServiceKind::CiJob,
        home: ground.payments,
        made_by: Some(ground.ada),
        made_at: ground.now(),
    };
    locked.insert_service(&service).await.unwrap();
    (principal, service)
}

fn key(ground: &Ground, service: PrincipalId) -> ServiceKey {
    let id = KeyId::random(&ground.entropy);
    ServiceKey {
        id,
        service,
        name: name("first"),
        jkt: doubled(id.as_bytes()),
        networks: vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
        made_by: ground.ada,
        made_at: ground.now(),
        ends_at: ground.now().plus(HOUR),
        last_used_at: None,
        ended: None,
    }
}

fn conflict(error: &StorageError) -> Conflict {
    match error {
        StorageError::Conflict(conflict) => *conflict,
        other => panic!("{other:?}"),
    }
}

async fn a_service_reads_back_and_is_listed_by_name(ground: Ground) {
    let mut locked = ground.locked().await;
    let mut all = Vec::new();
    for called in ["Zebra", "ärmel", "alpha"] {
        all.push(made(&ground, &mut *locked, called).await);
    }
    locked.commit().await.unwrap();
    let mut reader = ground.store.reader().await.unwrap();
    for (principal, service) in &all {
        assert_eq!(reader.service(principal.id).await.unwrap(), Some(*service));
    }
    assert_eq!(reader.service(ground.ada).await.unwrap(), None);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = reader.services(after.as_ref(), 2).await.unwrap();
        let Some((_, last)) = page.last() else { break };
        after = Some(NamePlace {
            folded: last.name.folded(),
            id: last.id,
        });
        seen.extend(page);
    }
    all.sort_by_key(|(principal, _)| principal.name.folded());
    let expected: Vec<_> = all
        .into_iter()
        .map(|(principal, service)| (service, principal))
        .collect();
    assert_eq!(seen, expected);
}

async fn a_service_needs_its_principal_and_a_place(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, service) = made(&ground, &mut *locked, "ci").await;
    locked.commit().await.unwrap();
    let again = ground.locked().await.insert_service(&service).await.unwrap_err();
    assert_eq!(conflict(&again), Conflict::IdTaken);
    let nobody = Service {
        principal: PrincipalId::random(&ground.entropy),
        ..service
    };
    let missing = ground.locked().await.insert_service(&nobody).await.unwrap_err();
    assert_eq!(conflict(&missing), Conflict::Missing);
    let of_a_person = ServiceKey {
        service: ground.ada,
        ..key(&ground, principal.id)
    };
    let missing = ground
        .locked()
        .await
        .insert_service_key(&of_a_person)
        .await
        .unwrap_err();
    assert_eq!(conflict(&missing), Conflict::Missing, "people have no such keys");
}

async fn a_key_reads_back_ends_once_and_counts_once(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, _) = made(&ground, &mut *locked, "ci").await;
    let first = key(&ground, principal.id);
    locked.insert_service_key(&first).await.unwrap();
    locked.commit().await.unwrap();

    ground.clock.advance(Duration::from_secs(1));
    let second = ServiceKey {
        networks: Vec::new(),
        ..key(&ground, principal.id)
    };
    let same = ServiceKey {
        jkt: first.jkt,
        ..second.clone()
    };
    let known = ground.locked().await.insert_service_key(&same).await.unwrap_err();
    assert_eq!(conflict(&known), Conflict::AlreadyUsed);
    let taken = ServiceKey {
        id: first.id,
        ..second.clone()
    };
    let taken = ground
        .locked()
        .await
        .insert_service_key(&taken)
        .await
        .unwrap_err();
    assert_eq!(conflict(&taken), Conflict::IdTaken);

    let mut locked = ground.locked().await;
    locked.insert_service_key(&second).await.unwrap();
    let ended = KeyEnded {
        at: ground.now(),
        by: ground.ada,
    };
    locked.end_service_key(first.id, ended).await.unwrap();
    locked.commit().await.unwrap();
    let again = ground
        .locked()
        .await
        .end_service_key(first.id, ended)
        .await
        .unwrap_err();
    assert_eq!(conflict(&again), Conflict::Changed);

    let first = ServiceKey {
        ended: Some(ended),
        ..first
    };
    assert!(!first.is_live(ground.now()) && second.is_live(ground.now()));
    assert!(!second.is_live(second.ends_at));
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.service_key(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(
        reader.service_key_by_jkt(&second.jkt).await.unwrap(),
        Some(second.clone())
    );
    assert_eq!(reader.service_key_by_jkt(&[0; 32]).await.unwrap(), None);
    assert_eq!(reader.keys_of(&[principal.id]).await.unwrap(), [second, first]);
    assert!(reader.keys_of(&[ground.ada]).await.unwrap().is_empty());
}

async fn uses_are_counted_by_day_and_old_days_go(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, _) = made(&ground, &mut *locked, "ci").await;
    let (used, idle) = (key(&ground, principal.id), key(&ground, principal.id));
    locked.insert_service_key(&used).await.unwrap();
    locked.insert_service_key(&idle).await.unwrap();
    let day = HOUR * 24;
    let start = ground.now();
    for (after, times) in [(0, 2), (89, 3), (90, 1)] {
        for _ in 0..times {
            locked
                .note_key_use(used.id, start.plus(day * after))
                .await
                .unwrap();
        }
    }
    let last = start.plus(day * 90);
    let all = locked.key_uses(&[used.id, idle.id], Day(0)).await.unwrap();
    assert_eq!(all, [(used.id, 4)], "the first day is no longer recent");
    let today = locked.key_uses(&[used.id], Day::of(last)).await.unwrap();
    assert_eq!(today, [(used.id, 1)]);
    let row = locked.service_key(used.id).await.unwrap().unwrap();
    assert_eq!(row.last_used_at, Some(last));
    let unknown = locked
        .note_key_use(KeyId::random(&ground.entropy), last)
        .await
        .unwrap_err();
    assert_eq!(conflict(&unknown), Conflict::Missing);
}

async fn who_made_a_live_key_is_found(ground: Ground) {
    let grace = ground.person(PrincipalId::random(&ground.entropy), "Grace");
    let mut locked = ground.locked().await;
    locked.insert_principal(&grace).await.unwrap();
    let (one, _) = made(&ground, &mut *locked, "one").await;
    let (two, _) = made(&ground, &mut *locked, "two").await;
    let first = key(&ground, one.id);
    locked.insert_service_key(&first).await.unwrap();
    let hers = ServiceKey {
        made_by: grace.id,
        ..key(&ground, two.id)
    };
    locked.insert_service_key(&hers).await.unwrap();
    let both = [one.id, two.id];
    let now = ground.now();
    assert_eq!(
        locked.services_keyed_by(&both, ground.ada, now).await.unwrap(),
        [one.id]
    );
    assert_eq!(
        locked.services_keyed_by(&both, grace.id, now).await.unwrap(),
        [two.id]
    );
    assert!(
        locked
            .services_keyed_by(&[two.id], ground.ada, now)
            .await
            .unwrap()
            .is_empty()
    );
    let over = locked
        .services_keyed_by(&both, ground.ada, first.ends_at)
        .await
        .unwrap();
    assert!(over.is_empty());
    let ended = KeyEnded {
        at: now,
        by: ground.ada,
    };
    locked.end_service_key(first.id, ended).await.unwrap();
    assert!(
        locked
            .services_keyed_by(&both, ground.ada, now)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn services_that_somebody_answers_for_are_found_whatever_their_state(ground: Ground) {
    let mut locked = ground.locked().await;
    let mut services = Vec::new();
    for called in ["own", "keyed", "both", "neither"] {
        services.push(made(&ground, &mut *locked, called).await.0);
    }
    for at in [1, 2] {
        let key = key(&ground, services[at].id);
        locked.insert_service_key(&key).await.unwrap();
    }
    let suspended = PrincipalState::Suspended;
    locked
        .update_principal(&Principal {
            state: suspended,
            ..services[0].clone()
        })
        .await
        .unwrap();
    services[0].state = suspended;
    let owner = |at: usize| match services[at].nature {
        Nature::Service { owner, .. } => owner,
        _ => unreachable!("made as a service"),
    };
    let sorted = |chosen: &[usize]| {
        let mut rows: Vec<_> = chosen.iter().map(|at| services[*at].clone()).collect();
        rows.sort_by_key(|row| row.id);
        rows
    };
    let (owners, ada, now) = ([owner(0), owner(2)], Some(ground.ada), ground.now());
    for (owners, maker, now, expected) in [
        (&owners[..], ada, now, sorted(&[0, 1, 2])),
        (&owners[..], None, now, sorted(&[0, 2])),
        (&[], ada, now, sorted(&[1, 2])),
        (&[], ada, key(&ground, services[1].id).ends_at, Vec::new()),
        (&[], Some(owner(1)), now, Vec::new()),
    ] {
        let found = locked.services_answered_for(owners, maker, now).await.unwrap();
        assert_eq!(found, expected);
    }
}

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

async fn who_answers_for_a_service_moves_the_epoch(ground: Ground) {
    let mut locked = ground.locked().await;
    let (principal, _) = made(&ground, &mut *locked, "ci").await;
    let other = ground.team("others");
    locked.insert_principal(&other).await.unwrap();
    let before = locked.epoch().await.unwrap();
    let renamed = Principal {
        name: name("ci 2"),
        ..principal
    };
    locked.update_principal(&renamed).await.unwrap();
    assert_eq!(locked.epoch().await.unwrap(), before);
    let given = Principal {
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner: other.id,
        },
        ..renamed
    };
    locked.update_principal(&given).await.unwrap();
    assert!(locked.epoch().await.unwrap() > before);
    // So does who has a key of it.
    let (before, first) = (locked.epoch().await.unwrap(), key(&ground, given.id));
    locked.insert_service_key(&first).await.unwrap();
    let keyed = locked.epoch().await.unwrap();
    assert!(keyed > before);
    let ended = KeyEnded {
        at: ground.now(),
        by: ground.ada,
    };
    locked.end_service_key(first.id, ended).await.unwrap();
    assert!(locked.epoch().await.unwrap() > keyed);
}

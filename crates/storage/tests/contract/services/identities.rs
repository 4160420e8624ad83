//! Who they are, and who answers for them.

use super::*;

contract!(
    a_service_reads_back_and_is_listed_by_name,
    a_service_needs_its_principal_and_a_place,
    services_that_somebody_answers_for_are_found_whatever_their_state,
    who_answers_for_a_service_moves_the_epoch,
);

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

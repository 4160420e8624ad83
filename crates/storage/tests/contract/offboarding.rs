use crate::ground::Ground;
use claviger_model::{
    blast::{How, Numbers, Risk},
    ids::{CaseId, DeviceId, EventId, OrderId, PrincipalId, RequestId, SecretId},
    offboarding::{
        Approved, Begun, Brake, Case, CaseState, Cause, Closed, Counted, Effect, EffectKind, Restored,
        Rotation, RotationState, Settled, Start, Step, StepKind, StepState, Voice,
    },
};
use claviger_storage::{
    Conflict, Locked, StorageError,
    offboarding::{BeforeCase, Span},
    orders::{Acknowledged, Order},
    releases::Release,
};

contract!(
    a_case_reads_back_in_every_state,
    a_person_has_one_open_case,
    a_case_begins_without_numbers_and_gets_them_once,
    whoever_came_back_can_have_another_case,
    cases_come_newest_first_and_when_they_are_due,
    steps_are_written_anew_and_stand_in_their_order,
    an_effect_is_noted_once_and_restored_once,
    a_device_of_a_case_is_measured_by_its_acknowledgement,
    rotations_are_queued_once_settled_once_and_counted_by_owner,
    rotations_fall_due_once_or_again_and_again_while_they_are_open,
    what_is_held_and_not_queued_is_found,
);

fn planned(ground: &Ground, person: PrincipalId) -> Case {
    Case {
        id: CaseId::random(&ground.entropy),
        person,
        cause: Cause::Admin,
        state: CaseState::Planned,
        reason: "leaves".to_owned(),
        opened_by: Some(ground.ada),
        opened_at: ground.now(),
        heir: None,
        start: None,
        brake: None,
        approved: None,
        begun: None,
        closed: None,
        returned_at: None,
        look_at: None,
    }
}

fn begun(ground: &Ground, case: Case) -> Case {
    Case {
        state: CaseState::Running,
        begun: Some(Begun {
            clicked_at: ground.now(),
            at: ground.later(1),
            counted: Some(Counted {
                numbers: Numbers {
                    known: 3,
                    ..Numbers::default()
                },
                digest: [7; 32],
            }),
        }),
        look_at: Some(ground.later(1)),
        ..case
    }
}

async fn somebody(ground: &Ground, locked: &mut dyn Locked) -> PrincipalId {
    let row = ground.person(PrincipalId::random(&ground.entropy), "Ben");
    locked.insert_principal(&row).await.unwrap();
    row.id
}

fn is(error: &StorageError, conflict: Conflict) -> bool {
    matches!(error, StorageError::Conflict(found) if *found == conflict)
}

async fn a_case_reads_back_in_every_state(ground: Ground) {
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let mut case = Case {
        heir: Some(ground.ada),
        start: Some(Start {
            at: ground.later(60),
            local: "2026-11-27T18:00:00".to_owned(),
            zone: "Europe/Berlin".to_owned(),
        }),
        look_at: Some(ground.later(60)),
        ..planned(&ground, person)
    };
    locked.insert_case(&case).await.unwrap();
    assert_eq!(locked.case(case.id).await.unwrap(), Some(case.clone()));
    case.state = CaseState::Braked;
    case.brake = Some(Brake::Protected);
    case.look_at = None;
    assert!(locked.update_case(&case).await.unwrap());
    assert_eq!(locked.open_case_of(person).await.unwrap(), Some(case.clone()));
    case.approved = Some(Approved {
        by: ground.ada,
        at: ground.now(),
    });
    let mut case = begun(&ground, case);
    assert!(locked.update_case(&case).await.unwrap());
    assert_eq!(locked.case(case.id).await.unwrap(), Some(case.clone()));
    case.state = CaseState::Done;
    case.look_at = None;
    case.closed = Some(Closed {
        at: ground.later(9),
        by: None,
        reason: None,
    });
    assert!(locked.update_case(&case).await.unwrap());
    assert_eq!(locked.open_case_of(person).await.unwrap(), None);
    assert_eq!(locked.last_case_of(person).await.unwrap(), Some(case.clone()));
    let by_provider = Case {
        cause: Cause::Provider,
        opened_by: None,
        ..planned(&ground, person)
    };
    locked.insert_case(&by_provider).await.unwrap();
    assert_eq!(
        locked.case(by_provider.id).await.unwrap(),
        Some(by_provider.clone())
    );
    assert!(!locked.update_case(&planned(&ground, person)).await.unwrap());
    let voice = Voice {
        principal: person,
        at: ground.now(),
        reason: "me too".to_owned(),
        altered: false,
    };
    let again = Voice {
        reason: "again".to_owned(),
        ..voice.clone()
    };
    locked.insert_voice(case.id, &voice).await.unwrap();
    locked.insert_voice(case.id, &again).await.unwrap();
    assert_eq!(
        locked.voices_of(case.id).await.unwrap(),
        std::slice::from_ref(&voice)
    );
    // Whoever altered it once has altered it.
    for altered in [true, false] {
        let again = Voice {
            altered,
            ..voice.clone()
        };
        locked.insert_voice(case.id, &again).await.unwrap();
    }
    let altered = Voice {
        altered: true,
        ..voice
    };
    assert_eq!(locked.voices_of(case.id).await.unwrap(), [altered]);
}

async fn a_case_begins_without_numbers_and_gets_them_once(ground: Ground) {
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let mut case = begun(&ground, planned(&ground, person));
    let counted = case.begun.as_mut().unwrap().counted.take().unwrap();
    locked.insert_case(&case).await.unwrap();
    assert_eq!(locked.case(case.id).await.unwrap(), Some(case.clone()));
    locked.put_counted(case.id, &counted).await.unwrap();
    let other = Counted {
        digest: [8; 32],
        ..counted
    };
    locked.put_counted(case.id, &other).await.unwrap();
    case.begun.as_mut().unwrap().counted = Some(counted);
    assert_eq!(locked.case(case.id).await.unwrap(), Some(case));
}

async fn whoever_came_back_can_have_another_case(ground: Ground) {
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let mut first = begun(&ground, planned(&ground, person));
    first.state = CaseState::Waiting;
    locked.insert_case(&first).await.unwrap();
    first.returned_at = Some(ground.later(5));
    assert!(locked.update_case(&first).await.unwrap());
    assert_eq!(locked.case(first.id).await.unwrap(), Some(first));
    assert_eq!(locked.open_case_of(person).await.unwrap(), None);
    let second = planned(&ground, person);
    locked.insert_case(&second).await.unwrap();
    assert_eq!(locked.open_case_of(person).await.unwrap(), Some(second));
    let error = locked.insert_case(&planned(&ground, person)).await.unwrap_err();
    assert!(is(&error, Conflict::AlreadyUsed), "{error:?}");
}

async fn a_person_has_one_open_case(ground: Ground) {
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let first = planned(&ground, person);
    locked.insert_case(&first).await.unwrap();
    locked.commit().await.unwrap();
    let mut locked = ground.locked().await;
    let error = locked.insert_case(&planned(&ground, person)).await.unwrap_err();
    assert!(is(&error, Conflict::AlreadyUsed), "{error:?}");
    drop(locked);
    let mut locked = ground.locked().await;
    let error = locked.insert_case(&first).await.unwrap_err();
    assert!(matches!(error, StorageError::Conflict(_)), "{error:?}");
}

async fn cases_come_newest_first_and_when_they_are_due(ground: Ground) {
    let mut locked = ground.locked().await;
    let mut cases = Vec::new();
    for number in 0..3 {
        let person = somebody(&ground, &mut *locked).await;
        let case = Case {
            opened_at: ground.later(number),
            look_at: Some(ground.later(10 - number)),
            ..planned(&ground, person)
        };
        locked.insert_case(&case).await.unwrap();
        cases.push(case);
    }
    cases.reverse();
    let page = locked.cases(false, None, 2).await.unwrap();
    assert_eq!(page, cases[..2]);
    let before = BeforeCase {
        opened_at: page[1].opened_at,
        id: page[1].id,
    };
    assert_eq!(locked.cases(false, Some(before), 2).await.unwrap(), cases[2..]);
    assert_eq!(locked.cases_due(ground.later(7), None, 9).await.unwrap(), []);
    let due = locked.cases_due(ground.later(9), None, 9).await.unwrap();
    let ids: Vec<_> = due.iter().map(|due| due.id).collect();
    assert_eq!(ids, [cases[0].id, cases[1].id]);
    let first = locked.cases_due(ground.later(9), None, 1).await.unwrap();
    assert_eq!(first, due[..1]);
    let rest = locked
        .cases_due(ground.later(9), first.last().copied(), 9)
        .await
        .unwrap();
    assert_eq!(rest, due[1..]);
    let mut over = cases[0].clone();
    over.state = CaseState::Cancelled;
    over.look_at = None;
    over.closed = Some(Closed {
        at: ground.now(),
        by: Some(ground.ada),
        reason: Some("stays".to_owned()),
    });
    locked.update_case(&over).await.unwrap();
    assert_eq!(locked.cases(true, None, 9).await.unwrap(), cases[1..]);
    assert_eq!(locked.cases_begun_since(ground.now()).await.unwrap(), 0);
    let one = begun(&ground, cases[1].clone());
    locked.update_case(&one).await.unwrap();
    let other = Case {
        state: CaseState::Braked,
        brake: Some(Brake::Many),
        look_at: None,
        ..cases[2].clone()
    };
    locked.update_case(&other).await.unwrap();
    assert_eq!(locked.cases_begun_since(ground.now()).await.unwrap(), 2);
    assert_eq!(locked.cases_begun_since(ground.later(2)).await.unwrap(), 0);
    let span = Span {
        from: ground.now(),
        until: ground.later(1),
    };
    assert_eq!(locked.refusals_measured(ground.now(), 9).await.unwrap(), [span]);
}

async fn steps_are_written_anew_and_stand_in_their_order(ground: Ground) {
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let case = planned(&ground, person);
    locked.insert_case(&case).await.unwrap();
    for kind in StepKind::ALL.into_iter().rev() {
        let step = Step {
            case: case.id,
            kind,
            state: StepState::Open,
            attempts: 0,
            next_at: ground.now(),
            said: String::new(),
            done_at: None,
        };
        locked.put_step(&step).await.unwrap();
    }
    let failing = Step {
        case: case.id,
        kind: StepKind::Grants,
        state: StepState::Failing,
        attempts: 3,
        next_at: ground.later(4),
        said: "internal".to_owned(),
        done_at: None,
    };
    locked.put_step(&failing).await.unwrap();
    let steps = locked.case_steps(case.id).await.unwrap();
    let kinds: Vec<_> = steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, StepKind::ALL);
    assert_eq!(steps[1], failing);
}

async fn an_effect_is_noted_once_and_restored_once(ground: Ground) {
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let case = planned(&ground, person);
    locked.insert_case(&case).await.unwrap();
    let effect = |kind, object: u8| Effect {
        case: case.id,
        kind,
        object: [object; 16],
        detail: None,
        at: ground.now(),
        restored: None,
    };
    let device = Effect {
        detail: Some([9; 16]),
        ..effect(EffectKind::Device, 1)
    };
    let effects = [device, effect(EffectKind::Grant, 1), effect(EffectKind::Grant, 2)];
    locked.insert_effects(&effects).await.unwrap();
    let later = Effect {
        at: ground.later(5),
        ..effects[1]
    };
    locked.insert_effects(&[later]).await.unwrap();
    locked.insert_effects(&[]).await.unwrap();
    assert_eq!(locked.case_effects(case.id, None, 9).await.unwrap(), effects);
    let after = Some((EffectKind::Grant, [1; 16]));
    assert_eq!(
        locked.case_effects(case.id, after, 9).await.unwrap(),
        effects[2..]
    );
    let restored = Restored {
        by: ground.ada,
        at: ground.now(),
        as_grant: None,
    };
    let restore = (EffectKind::Grant, [2; 16]);
    locked
        .restore_effect(case.id, restore.0, restore.1, &restored)
        .await
        .unwrap();
    let found = locked.case_effect(case.id, restore.0, restore.1).await.unwrap();
    assert_eq!(found.and_then(|found| found.restored), Some(restored));
    let counts = locked.count_effects(case.id).await.unwrap();
    let counts: Vec<_> = counts.iter().map(|of| (of.kind, of.all, of.restored)).collect();
    assert_eq!(counts, [(EffectKind::Device, 1, 0), (EffectKind::Grant, 2, 1)]);
    let error = locked
        .restore_effect(case.id, restore.0, restore.1, &restored)
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::Changed));
}

async fn a_device_of_a_case_is_measured_by_its_acknowledgement(ground: Ground) {
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let case = begun(&ground, planned(&ground, person));
    locked.insert_case(&case).await.unwrap();
    let device = ground.device(person);
    locked.insert_device(&device).await.unwrap();
    let order = Order {
        id: OrderId::random(&ground.entropy),
        device: device.id,
        seq: 1,
        targets: serde_json::json!([]),
        signed: vec![1],
        issued_at: ground.now(),
        known_generation: 0,
        known_journal_seq: 0,
        acknowledged: None,
    };
    locked.insert_orders(std::slice::from_ref(&order)).await.unwrap();
    locked
        .insert_case_device(case.id, device.id, order.id, ground.later(99))
        .await
        .unwrap();
    let found = locked.case_devices(case.id).await.unwrap();
    assert_eq!((found[0].order, found[0].acknowledged_at), (order.id, None));
    assert_eq!(found[0].leased_until, ground.later(99));
    assert_eq!(locked.cases_of_device(device.id).await.unwrap(), [case.id]);
    assert_eq!(locked.purges_measured(ground.now(), 9).await.unwrap(), []);
    let word = Acknowledged {
        at: ground.later(3),
        signed: vec![2],
    };
    assert!(locked.acknowledge_order(order.id, &word).await.unwrap());
    let found = locked.case_devices(case.id).await.unwrap();
    assert_eq!(found[0].acknowledged_at, Some(ground.later(3)));
    let span = Span {
        from: ground.now(),
        until: ground.later(3),
    };
    assert_eq!(locked.purges_measured(ground.now(), 9).await.unwrap(), [span]);
}

async fn rotations_are_queued_once_settled_once_and_counted_by_owner(ground: Ground) {
    let (one, other) = (ground.secret("one").await, ground.secret("other").await);
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let case = planned(&ground, person);
    locked.insert_case(&case).await.unwrap();
    let rotation = |secret: SecretId, risk: u8, owner| Rotation {
        case: case.id,
        secret,
        version: 1,
        fingerprint: [1; 32],
        how: How::Copied,
        risk: Risk::from_number(risk),
        owner,
        due_at: ground.later(u64::from(risk)),
        request: None,
        state: RotationState::Open,
        settled: None,
    };
    let (high, low) = (rotation(one, 90, Some(ground.ada)), rotation(other, 30, None));
    locked
        .insert_rotations(&[low.clone(), high.clone()])
        .await
        .unwrap();
    locked.insert_rotations(&[rotation(one, 10, None)]).await.unwrap();
    let all = locked.case_rotations(case.id, None, 9).await.unwrap();
    assert_eq!(all, [high.clone(), low.clone()]);
    let after = Some((90, one));
    assert_eq!(
        locked.case_rotations(case.id, after, 9).await.unwrap(),
        std::slice::from_ref(&low)
    );
    assert_eq!(
        locked.open_rotations_of(one).await.unwrap(),
        std::slice::from_ref(&high)
    );
    let settled = Settled {
        at: ground.now(),
        by: Some(ground.ada),
        version: Some(2),
        words: None,
    };
    locked
        .settle_rotation(case.id, one, RotationState::Changed, &settled)
        .await
        .unwrap();
    let found = locked.case_rotation(case.id, one).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.settled),
        (RotationState::Changed, Some(settled.clone()))
    );
    assert_eq!(locked.open_rotations_of(one).await.unwrap(), []);
    assert_eq!(locked.count_open_rotations(case.id).await.unwrap(), 1);
    let progress = locked.rotation_progress(case.id).await.unwrap();
    let progress: Vec<_> = progress
        .iter()
        .map(|of| (of.owner, of.all, of.open, of.due_at))
        .collect();
    assert_eq!(
        progress,
        [(None, 1, 1, Some(low.due_at)), (Some(ground.ada), 1, 0, None)]
    );
    // One that had changed is opened again, with what is current now; one that is open is left as it is.
    let again = Rotation {
        version: 4,
        fingerprint: [4; 32],
        due_at: ground.later(500),
        ..high.clone()
    };
    assert!(locked.open_rotation_again(&again).await.unwrap());
    assert!(!locked.open_rotation_again(&high).await.unwrap());
    assert_eq!(locked.case_rotation(case.id, one).await.unwrap(), Some(again));
    locked
        .settle_rotation(case.id, one, RotationState::Gone, &settled)
        .await
        .unwrap();
    assert!(!locked.open_rotation_again(&high).await.unwrap());
    let error = locked
        .settle_rotation(case.id, one, RotationState::Accepted, &settled)
        .await
        .unwrap_err();
    assert!(is(&error, Conflict::Changed));
}

async fn what_is_held_and_not_queued_is_found(ground: Ground) {
    let secret = ground.secret("db").await;
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let case = begun(&ground, planned(&ground, person));
    locked.insert_case(&case).await.unwrap();
    let value = locked
        .sealed_version(secret, 1)
        .await
        .unwrap()
        .unwrap()
        .fingerprint;
    assert!(!locked.is_any_unqueued(case.id, person).await.unwrap());
    assert_eq!(locked.cases_holding(&value).await.unwrap(), []);
    let release = Release {
        event: EventId::random(&ground.entropy),
        principal: person,
        device: DeviceId::random(&ground.entropy),
        secret,
        version: 1,
        ciphertext_sha256: [5; 32],
        issued_at: ground.now(),
        max_age_ms: 0,
        ended_at: None,
    };
    locked.insert_releases(&[release]).await.unwrap();
    assert!(locked.is_any_unqueued(case.id, person).await.unwrap());
    assert_eq!(
        locked.cases_holding(&value).await.unwrap(),
        std::slice::from_ref(&case)
    );
    let rotation = Rotation {
        case: case.id,
        secret,
        version: 1,
        fingerprint: value,
        how: How::Copied,
        risk: Risk::from_number(50),
        owner: None,
        due_at: ground.now(),
        request: None,
        state: RotationState::Open,
        settled: None,
    };
    locked.insert_rotations(&[rotation]).await.unwrap();
    assert!(!locked.is_any_unqueued(case.id, person).await.unwrap());
}

async fn rotations_fall_due_once_or_again_and_again_while_they_are_open(ground: Ground) {
    let (one, other) = (ground.secret("one").await, ground.secret("other").await);
    let mut locked = ground.locked().await;
    let person = somebody(&ground, &mut *locked).await;
    let case = planned(&ground, person);
    locked.insert_case(&case).await.unwrap();
    let request = RequestId::random(&ground.entropy);
    let due = |secret, seconds, request| Rotation {
        case: case.id,
        secret,
        version: 1,
        fingerprint: [1; 32],
        how: How::Copied,
        risk: Risk::from_number(50),
        owner: None,
        due_at: ground.later(seconds),
        request,
        state: RotationState::Open,
        settled: None,
    };
    let (first, second) = (due(one, 10, Some(request)), due(other, 20, None));
    let both = [first.clone(), second.clone()];
    locked.insert_rotations(&both).await.unwrap();
    assert_eq!(
        locked.rotation_asked_by(request).await.unwrap(),
        Some(first.clone())
    );
    let unknown = RequestId::random(&ground.entropy);
    assert_eq!(locked.rotation_asked_by(unknown).await.unwrap(), None);

    // After one moment and until another; a due date that is over counts once, or once each so many seconds.
    let week = Some(std::time::Duration::from_secs(100));
    let found = async |locked: &mut dyn Locked, after, until, again, limit| {
        let (after, until) = (ground.later(after), ground.later(until));
        let found = locked.rotations_falling_due(after, until, again, limit).await;
        let due: Vec<_> = found.unwrap().into_iter().map(|one| one.secret).collect();
        due
    };
    for again in [None, week] {
        for (after, until, expected) in [
            (0, 9, vec![]),
            (9, 10, vec![one]),
            (10, 19, vec![]),
            (9, 30, vec![one, other]),
            (20, 109, vec![]),
        ] {
            assert_eq!(
                found(&mut *locked, after, until, again, 9).await,
                expected,
                "{after} {until}"
            );
        }
    }
    for (after, until, expected) in [
        (109, 110, vec![one]),
        (110, 119, vec![]),
        (109, 120, vec![one, other]),
        (30, 500, vec![one, other]),
        (510, 515, vec![]),
        (0, 500, vec![one, other]),
    ] {
        assert_eq!(
            found(&mut *locked, after, until, week, 9).await,
            expected,
            "{after} {until}"
        );
        let once = if after == 0 { 2 } else { 0 };
        assert_eq!(found(&mut *locked, after, until, None, 9).await.len(), once);
    }
    assert_eq!(found(&mut *locked, 0, 500, week, 1).await, [one]);
    let settled = Settled {
        at: ground.later(30),
        by: Some(ground.ada),
        version: Some(2),
        words: None,
    };
    locked
        .settle_rotation(case.id, one, RotationState::Changed, &settled)
        .await
        .unwrap();
    assert_eq!(found(&mut *locked, 0, 500, week, 9).await, [other]);
    let asked = locked.rotation_asked_by(request).await.unwrap().unwrap();
    assert_eq!(asked.state, RotationState::Changed);
}

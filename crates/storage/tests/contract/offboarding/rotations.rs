//! Rotations that a case asks for.

use super::{begun, is, planned, somebody};
use crate::ground::Ground;
use claviger_model::{
    blast::{How, Risk},
    ids::{DeviceId, EventId, RequestId, SecretId},
    offboarding::{Rotation, RotationState, Settled},
};
use claviger_storage::{Conflict, Locked, releases::Release};

contract!(
    rotations_are_queued_once_settled_once_and_counted_by_owner,
    rotations_fall_due_once_or_again_and_again_while_they_are_open,
    what_is_held_and_not_queued_is_found,
);

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

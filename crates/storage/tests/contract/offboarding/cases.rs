//! Cases: every state, one open for a person, and which is next.

use super::{begun, is, planned, somebody};
use crate::ground::Ground;
use claviger_model::offboarding::{Approved, Brake, Case, CaseState, Cause, Closed, Counted, Start, Voice};
use claviger_storage::{
    Conflict, StorageError,
    offboarding::{BeforeCase, Span},
};

contract!(
    a_case_reads_back_in_every_state,
    a_person_has_one_open_case,
    a_case_begins_without_numbers_and_gets_them_once,
    whoever_came_back_can_have_another_case,
    cases_come_newest_first_and_when_they_are_due,
);

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

//! What the steps of a case did, and its devices.

use super::{begun, is, planned, somebody};
use crate::ground::Ground;
use claviger_model::{
    ids::OrderId,
    offboarding::{Effect, EffectKind, Restored, Step, StepKind, StepState},
};
use claviger_storage::{
    Conflict,
    offboarding::Span,
    orders::{Acknowledged, Order},
};

contract!(
    steps_are_written_anew_and_stand_in_their_order,
    an_effect_is_noted_once_and_restored_once,
    a_device_of_a_case_is_measured_by_its_acknowledgement,
);

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

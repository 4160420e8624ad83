//! A case from its opening to its end: access, devices, grants, ownership, rotations.

use super::{obey, open, opened, record, release, settle_steps, write};
use crate::{
    house::{Actor, House},
    orders::{grant_of, orders},
    services::{crew, exchange, given, instance, keyed, signed_in, using},
};
use claviger_model::{
    blast::How,
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::CaseId,
    offboarding::{CaseState, EffectKind, RotationState, StepState},
    principal::PrincipalState,
};
use claviger_protocol::{
    offboarding::cases::{CaseRecord, OpenedCase, Rehearsal, RotationsReply},
    order::Target,
    route,
};
use claviger_storage::sessions::DeviceState;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

async fn admin(house: &House) -> Actor {
    house.actor(&[(roles::OFFBOARDER, house.places.root)]).await
}

async fn own(house: &House, actor: &Actor, secret: claviger_model::ids::SecretId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut description = locked.secret(secret).await.unwrap().unwrap().description;
    description.owner = Some(actor.principal);
    let now = locked.now();
    locked.describe_secret(secret, &description, now).await.unwrap();
    locked.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_action_refuses_everything_from_the_next_call_on() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let laptop = house.actor(&[(roles::READER, production)]).await;
    let phone = house.sign_in(laptop.principal).await;
    let secret = house.secret(production, "DB", b"1").await;
    release(&house, &laptop, secret, "lease").await;
    let begun = opened(&house, &admin, laptop.principal, json!({})).await;
    assert_eq!((begun.state, begun.devices.len()), (CaseState::Running, 2));
    for actor in [&laptop, &phone] {
        let body = json!({"items": [{"secret": secret, "purpose": "use"}]});
        let me = house.call(Some(actor), &route::ME, &[], &Value::Null).await;
        let read = house.call(Some(actor), &route::RELEASES, &[], &body).await;
        for answer in [me, read] {
            let code = answer.code();
            assert!(
                ["session_ended", "disabled", "device_ended"].contains(&code.as_str()),
                "{code}"
            );
        }
        let told: Vec<Target> = orders(&house, actor)
            .await
            .into_iter()
            .flat_map(|(order, _)| order.targets)
            .collect();
        assert_eq!(told, [Target::Everything]);
    }
    let mut reader = house.app.store.reader().await.unwrap();
    let row = reader.principal(laptop.principal).await.unwrap().unwrap();
    assert_eq!(row.state, PrincipalState::Disabled);
    let device = reader.device(laptop.device).await.unwrap().unwrap();
    assert_eq!(device.state, DeviceState::Ending);
    assert_eq!(
        begun
            .begun
            .and_then(|begun| begun.numbers)
            .map(|numbers| numbers.known),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_done_when_its_devices_and_its_values_are() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let heir = house.actor(&[(roles::VIEWER, production)]).await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let (shown, used) = (
        house.secret(production, "SHOWN", b"1").await,
        house.secret(production, "USED", b"2").await,
    );
    own(&house, &leaver, used).await;
    release(&house, &leaver, shown, "reveal").await;
    release(&house, &leaver, used, "use").await;
    let grant = grant_of(&house, &leaver).await;
    let case = opened(&house, &admin, leaver.principal, json!({"heir": heir.principal})).await;
    settle_steps(&house).await;

    let after = record(&house, &admin, case.id).await;
    assert_eq!(after.state, CaseState::Waiting);
    assert!(
        after.steps.iter().all(|step| step.state == StepState::Done),
        "{:?}",
        after.steps
    );
    let effects: BTreeMap<_, _> = after.effects.iter().map(|of| (of.kind, of.all)).collect();
    let expected = [
        (EffectKind::Session, 1),
        (EffectKind::Device, 1),
        (EffectKind::Grant, 1),
        (EffectKind::SecretOwner, 1),
    ];
    assert_eq!(effects, expected.into());
    let mut reader = house.app.store.reader().await.unwrap();
    let ended = reader.grant(grant).await.unwrap().unwrap().ended.unwrap();
    assert_eq!((ended.by, ended.reason.as_str()), (admin.principal, "leaves"));
    let secret = reader.secret(used).await.unwrap().unwrap();
    assert_eq!(secret.description.owner, Some(heir.principal));
    drop(reader);

    let list: RotationsReply = house
        .call(Some(&admin), &route::CASE_ROTATIONS, &[&case.id], &json!({}))
        .await
        .parse();
    let queued: Vec<_> = list.rotations.iter().map(|one| (one.secret, one.how)).collect();
    assert_eq!(queued, [(shown, How::Revealed), (used, How::Used)]);
    assert!(list.rotations.iter().all(|one| one.request.is_some()));
    assert!(list.rotations[0].due_at < list.rotations[1].due_at);

    // The device's word, then one value by another value; the same value again does not count.
    obey(&house, &leaver).await;
    write(&house, &editor, shown, 2, b"1").await;
    write(&house, &editor, used, 2, b"other").await;
    let later = record(&house, &admin, case.id).await;
    assert_eq!(later.state, CaseState::Waiting);
    assert_eq!(later.acknowledged.count, 1);
    let open: u64 = later.rotations.iter().map(|of| of.open).sum();
    assert_eq!(open, 1, "{:?}", later.rotations);
    write(&house, &editor, shown, 3, b"really new").await;
    let done = record(&house, &admin, case.id).await;
    assert_eq!(done.state, CaseState::Done);
    // Whoever asked for the rotation reads that it is done.
    let request = list.rotations[0].request.unwrap();
    let mut reader = house.app.store.reader().await.unwrap();
    let request = reader.request(request).await.unwrap().unwrap();
    assert_eq!(request.answer.and_then(|answer| answer.version), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_services_that_the_person_made_end_and_stay_ended() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let crew = crew(&house).await;
    let (_, key) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let running = signed_in(&house, crew.service, &key).await;
    let secret = house.secret(production, "DB", b"1").await;
    given(&house, crew.service, roles::CONSUMER, production).await;
    assert_eq!(using(&house, &running, secret).await, "released");
    let case = opened(&house, &admin, crew.lead.principal, json!({})).await;
    let effects: BTreeMap<_, _> = case.effects.iter().map(|of| (of.kind, of.all)).collect();
    assert_eq!(effects[&EffectKind::ServiceKey], 1);
    assert_eq!(effects[&EffectKind::Session], 2, "the person's and the service's");
    settle_steps(&house).await;
    let body = json!({"reason": "by mistake"});
    let back = house
        .call(
            Some(&admin),
            &route::ENABLE_PERSON,
            &[&crew.lead.principal],
            &body,
        )
        .await;
    assert_eq!(back.code(), "ok");
    assert_eq!(using(&house, &running, secret).await, "session_ended");
    assert_eq!(
        exchange(&house, &instance(crew.service), &key).await.code(),
        "key_ended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_away_counts_as_done_when_its_longest_lease_is_over() {
    let house = House::new().await;
    let admin = admin(&house).await;
    let leaver = house.actor(&[]).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let waiting = record(&house, &admin, case.id).await;
    assert_eq!(waiting.state, CaseState::Waiting);
    let until = waiting.devices[0].leased_until;
    house.clock.set(until);
    settle_steps(&house).await;
    let admin = house.sign_in(admin.principal).await;
    let done = record(&house, &admin, case.id).await;
    assert_eq!(
        (done.state, done.devices[0].acknowledged_at),
        (CaseState::Done, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_and_nobody_else_accepts_that_a_value_stays() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let secret = house.secret(production, "DB", b"1").await;
    release(&house, &leaver, secret, "use").await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    obey(&house, &leaver).await;
    let body = json!({"secret": secret, "reason": "the target is gone"});
    let accept = async |by: &Actor| {
        house
            .call(Some(by), &route::ACCEPT_ROTATION, &[&case.id], &body)
            .await
            .code()
    };
    assert_eq!(accept(&admin).await, "forbidden");
    assert_eq!(accept(&owner).await, "ok");
    assert_eq!(accept(&owner).await, "wrong_state");
    assert_eq!(record(&house, &admin, case.id).await.state, CaseState::Done);
    let list: RotationsReply = house
        .call(Some(&admin), &route::CASE_ROTATIONS, &[&case.id], &json!({}))
        .await
        .parse();
    assert_eq!(list.rotations[0].state, RotationState::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_a_code_of_its_own() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = admin(&house).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[]).await;
    let other = house.actor(&[]).await;
    let code = async |by: &Actor, person, more: Value| open(&house, by, person, more).await.code();
    assert_eq!(
        code(&admin, admin.principal, json!({})).await,
        "separation_of_duties"
    );
    assert_eq!(code(&admin, owner.principal, json!({})).await, "last_owner");
    assert_eq!(
        code(&admin, leaver.principal, json!({"heir": leaver.principal})).await,
        "unfit_heir"
    );
    let soon = json!({"start": {"local": "2099-01-01T18:00", "zone": "Europe/Berlin"}});
    assert_eq!(code(&admin, leaver.principal, soon).await, "bad_request");
    // An heir who leaves too.
    assert_eq!(code(&admin, other.principal, json!({})).await, "ok");
    assert_eq!(
        code(&admin, leaver.principal, json!({"heir": other.principal})).await,
        "unfit_heir"
    );
    settle_steps(&house).await;
    obey(&house, &other).await;
    assert_eq!(code(&admin, other.principal, json!({})).await, "already_left");
    assert_eq!(code(&leaver, other.principal, json!({})).await, "forbidden");
    // A second Owner, and the first one can go.
    house.actor(&[(roles::OWNER, root)]).await;
    assert_eq!(code(&admin, owner.principal, json!({})).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_on_one_leaver_share_one_case() {
    let house = House::new().await;
    let (first, second) = (admin(&house).await, admin(&house).await);
    let leaver = house.actor(&[]).await;
    let one: OpenedCase = open(&house, &first, leaver.principal, json!({})).await.parse();
    let two: OpenedCase = open(&house, &second, leaver.principal, json!({})).await.parse();
    assert_eq!((one.merged, two.merged, one.case.id), (false, true, two.case.id));
    let voices: Vec<_> = two.case.voices.iter().map(|voice| voice.principal).collect();
    assert_eq!(voices, [second.principal]);
    // The same call again is the same case, and no voice.
    let id = CaseId::random(&SystemEntropy);
    let other = house.actor(&[]).await;
    for _ in 0..2 {
        let again: OpenedCase = open(&house, &first, other.principal, json!({"id": id}))
            .await
            .parse();
        assert_eq!(
            (again.case.id, again.merged, again.case.voices.len()),
            (id, false, 0)
        );
    }
    let another = open(&house, &first, leaver.principal, json!({"id": id})).await;
    assert_eq!(another.code(), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_case_begins_at_its_time_and_not_before() {
    let house = House::new().await;
    let admin = admin(&house).await;
    let leaver = house.actor(&[]).await;
    // The clock of the house stands on 2026-01-05.
    let start = json!({"start": {"local": "2026-01-06T18:00:00", "zone": "UTC"}});
    let planned = opened(&house, &admin, leaver.principal, start).await;
    assert_eq!(planned.state, CaseState::Planned);
    let at = planned.start.as_ref().unwrap().at;
    settle_steps(&house).await;
    assert_eq!(
        house
            .call(Some(&leaver), &route::ME, &[], &Value::Null)
            .await
            .code(),
        "ok"
    );
    house.clock.set(at);
    settle_steps(&house).await;
    let admin = house.sign_in(admin.principal).await;
    let begun = record(&house, &admin, planned.id).await;
    assert!(begun.state.has_begun(), "{:?}", begun.state);
    assert_eq!(begun.begun.unwrap().at, at);

    // One that is called off never begins.
    let stays = house.actor(&[]).await;
    let start = json!({"start": {"local": "2026-01-09T18:00:00", "zone": "UTC"}});
    let other = opened(&house, &admin, stays.principal, start).await;
    let body = json!({"reason": "she stays"});
    let cancelled: CaseRecord = house
        .call(Some(&admin), &route::CANCEL_CASE, &[&other.id], &body)
        .await
        .parse();
    assert_eq!(cancelled.state, CaseState::Cancelled);
    house.clock.advance(Duration::from_secs(4 * 24 * 3600));
    settle_steps(&house).await;
    let row = house
        .app
        .store
        .reader()
        .await
        .unwrap()
        .principal(stays.principal)
        .await;
    assert_eq!(row.unwrap().unwrap().state, PrincipalState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_says_the_same_and_does_nothing() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = admin(&house).await;
    let crew = crew(&house).await;
    let leaver = crew.lead;
    given(&house, leaver.principal, roles::READER, production).await;
    let secret = house.secret(production, "DB", b"1").await;
    own(&house, &leaver, secret).await;
    release(&house, &leaver, secret, "copy").await;
    // What is in the bin stays as it is, and is no effect; a session by a key of theirs is one.
    let binned = house.secret(production, "OLD", b"2").await;
    own(&house, &leaver, binned).await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let deleted = house
        .call(Some(&editor), &route::DELETE_SECRET, &[&binned], &Value::Null)
        .await;
    assert_eq!(deleted.code(), "ok", "{:?}", deleted.json());
    let (_, key) = keyed(&house, &leaver, crew.service, json!({})).await;
    signed_in(&house, crew.service, &key).await;
    let before = house.head().await;
    let rehearsal: Rehearsal = house
        .call(
            Some(&admin),
            &route::REHEARSE_CASE,
            &[],
            &json!({"person": leaver.principal}),
        )
        .await
        .parse();
    assert_eq!(house.head().await, before, "nothing was written");
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let after = record(&house, &admin, case.id).await;
    assert_eq!(rehearsal.effects, after.effects.to_vec());
    assert_eq!(
        Some(rehearsal.numbers),
        after.begun.and_then(|begun| begun.numbers)
    );
    let queued: u64 = after.rotations.iter().map(|of| of.all).sum();
    assert_eq!(rehearsal.rotations, queued);
}

//! From a leaked value to the versions that had it and everyone who held it.

use super::{leaked, release, write};
use crate::house::{Actor, Answer, House};
use claviger_model::{
    blast::How,
    builtin_roles as roles,
    entropy::SystemEntropy,
    event::EventKind,
    ids::{DeviceId, EventId},
    secret::Stage,
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::leak::{LeakReply, MOST_HOLDINGS, MOST_IN_AN_HOUR},
    route,
};
use claviger_storage::{log::LogFilter, releases::Release};
use serde_json::json;
use std::time::Duration;

async fn look_up(house: &House, by: &Actor, value: &[u8]) -> Answer {
    let event = EventId::random(&SystemEntropy);
    let body = json!({"event": event, "value": leaked(house, by, event, value)});
    house.call(Some(by), &route::LOOK_UP_LEAK, &[], &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_value_leads_to_its_versions_and_to_everyone_who_held_it() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let (ada, ben) = (
        house.actor(&[(roles::READER, production)]).await,
        house.actor(&[(roles::READER, production)]).await,
    );
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let secret = house.secret(production, "DB", b"correct horse").await;
    let copy = house.secret(production, "COPY", b"correct horse").await;
    release(&house, &ada, secret, "reveal").await;
    write(&house, &editor, secret, 2, b"battery staple").await;
    release(&house, &ben, secret, "reveal").await;

    // As pasted: with what the terminal put around it.
    let found: LeakReply = look_up(&house, &admin, b"  correct horse\n").await.parse();
    let mut versions: Vec<_> = found
        .versions
        .iter()
        .map(|one| (one.secret, one.version, one.stage))
        .collect();
    versions.sort_by_key(|(secret, ..)| *secret);
    let mut expected = vec![(secret, 1, Stage::Previous), (copy, 1, Stage::Current)];
    expected.sort_by_key(|(secret, ..)| *secret);
    assert_eq!(versions, expected);
    let holders: Vec<_> = found
        .holdings
        .iter()
        .map(|one| (one.principal, one.how))
        .collect();
    assert_eq!(holders, [(ada.principal, How::Revealed)]);
    let nothing: LeakReply = look_up(&house, &admin, b"never here").await.parse();
    assert_eq!((nothing.versions.len(), nothing.holdings.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_look_up_is_an_event_that_holds_nothing_of_the_value() {
    let house = House::new().await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    house
        .secret(house.places.production, "DB", b"correct horse")
        .await;
    assert_eq!(look_up(&house, &admin, b"correct horse").await.code(), "ok");
    let stranger = house.actor(&[]).await;
    assert_eq!(
        look_up(&house, &stranger, b"correct horse").await.code(),
        "forbidden"
    );
    let filter = LogFilter {
        kinds: vec![EventKind::LeakLookedUp],
        ..LogFilter::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let events = reader.events_matching(&filter, None, 9).await.unwrap();
    assert_eq!(events.len(), 2);
    let keys = house.app.keys.now();
    let fingerprint = keys
        .fingerprints
        .fingerprint(house.app.organization, b"correct horse");
    let fingerprint = claviger_crypto::bytes::encode_base64url(fingerprint.as_bytes());
    for event in events {
        let leaf = String::from_utf8(event.leaf).unwrap();
        assert!(
            !leaf.contains("correct") && !leaf.contains(&fingerprint),
            "{leaf}"
        );
        for opening in reader.event_by_id(event.event).await.unwrap().unwrap().openings {
            assert!(!opening.value.contains("correct"), "{opening:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_is_for_one_device_and_counts_once() {
    let house = House::new().await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let other = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let event = EventId::random(&SystemEntropy);
    let body = json!({"event": event, "value": leaked(&house, &admin, event, b"x")});
    let by_other = house.call(Some(&other), &route::LOOK_UP_LEAK, &[], &body).await;
    assert_eq!(by_other.code(), "bad_seal");
    assert_eq!(
        house
            .call(Some(&admin), &route::LOOK_UP_LEAK, &[], &body)
            .await
            .code(),
        "ok"
    );
    assert_eq!(
        house
            .call(Some(&admin), &route::LOOK_UP_LEAK, &[], &body)
            .await
            .code(),
        "conflict"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_guesses_for_long() {
    let house = House::new().await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    for guess in 0..MOST_IN_AN_HOUR {
        assert_eq!(look_up(&house, &admin, &guess.to_be_bytes()).await.code(), "ok");
    }
    assert_eq!(
        look_up(&house, &admin, b"one more").await.code(),
        "too_many_requests"
    );
    let other = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    assert_eq!(look_up(&house, &other, b"one more").await.code(), "ok");
    house.clock.advance(Duration::from_secs(3601));
    let later = house.sign_in(admin.principal).await;
    assert_eq!(look_up(&house, &later, b"one more").await.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_very_many_hold_is_answered_in_part_and_says_so() {
    let house = House::new().await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let secret = house
        .secret(house.places.production, "DB", b"correct horse")
        .await;
    let reader = house.actor(&[]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let releases: Vec<_> = (0..=MOST_HOLDINGS)
        .map(|number| Release {
            event: EventId::random(&SystemEntropy),
            principal: reader.principal,
            device: DeviceId::random(&SystemEntropy),
            secret,
            version: 1,
            ciphertext_sha256: [5; 32],
            issued_at: Timestamp::from_millis(i64::try_from(number).unwrap()),
            max_age_ms: 0,
            ended_at: None,
        })
        .collect();
    locked.insert_releases(&releases).await.unwrap();
    locked.commit().await.unwrap();
    let found: LeakReply = look_up(&house, &admin, b"correct horse").await.parse();
    assert_eq!((found.holdings.len(), found.more), (MOST_HOLDINGS, true));
    assert_eq!(
        found.holdings[0].device, releases[MOST_HOLDINGS].device,
        "the latest first"
    );
    let other: LeakReply = look_up(&house, &admin, b"never here").await.parse();
    assert!(!other.more);
}

//! What falls due: the clock is moved by hand, through ends of months and changes of daylight-saving time.

use crate::house::{Actor, House, grant, request_id};
use claviger_model::{
    builtin_roles as roles,
    grant::Grant,
    ids::PrincipalId,
    time::{Clock, Timestamp},
};
use claviger_protocol::route;
use serde_json::json;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn give(house: &House, to: PrincipalId, length: Duration) -> Grant {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let row = Grant {
        expires_at: Some(now.plus(length)),
        ..grant(to, roles::READER, house.places.production, now)
    };
    locked.insert_grant(&row).await.unwrap();
    locked.commit().await.unwrap();
    row
}

/// What somebody was told, each with how long before the end it was due.
async fn before_end(house: &House, actor: &Actor, end: Timestamp) -> Vec<(String, Duration)> {
    let actor = house.sign_in(actor.principal).await;
    let mut told = house.told(&actor).await;
    told.reverse();
    told.into_iter()
        .map(|one| (one.kind, end.since(one.at)))
        .collect()
}

async fn walk(house: &House, until: Timestamp, step: Duration) {
    while house.clock.now() < until {
        house.clock.advance(step);
        house.catch_up().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_ends_is_told_a_day_and_an_hour_before_and_then() {
    let house = House::new().await;
    house.catch_up().await;
    for (length, expected) in [
        (
            3 * DAY,
            vec![
                ("access.ends-soon", DAY),
                ("access.ends-soon", HOUR),
                ("access.ended", Duration::ZERO),
            ],
        ),
        (
            DAY,
            vec![("access.ends-soon", HOUR), ("access.ended", Duration::ZERO)],
        ),
        (HOUR, vec![("access.ended", Duration::ZERO)]),
        (10 * MINUTE, vec![("access.ended", Duration::ZERO)]),
    ] {
        let person = house.actor(&[]).await;
        let given = give(&house, person.principal, length).await;
        let end = given.expires_at.unwrap();
        walk(&house, end.plus(HOUR), 7 * MINUTE).await;
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(kind, lead)| (kind.to_owned(), lead))
            .collect();
        assert_eq!(before_end(&house, &person, end).await, expected, "{length:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_before_is_a_day_before_at_ends_of_months_and_when_clocks_change() {
    // Each shortly after a change of daylight-saving time in Europe and America, at the end of a leap February, of a year.
    for end in [
        "2028-03-01T00:30:00Z",
        "2027-03-28T01:30:00Z",
        "2027-10-31T01:30:00Z",
        "2027-03-14T07:30:00Z",
        "2027-01-01T00:00:00Z",
    ] {
        let end = Timestamp::from_millis(end.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let house = House::new().await;
        let person = house.actor(&[]).await;
        house.clock.set(end.minus(2 * DAY));
        house.catch_up().await;
        give(&house, person.principal, 2 * DAY).await;
        walk(&house, end, 10 * MINUTE).await;
        let told = before_end(&house, &person, end).await;
        let leads: Vec<_> = told.into_iter().map(|(_, lead)| lead).collect();
        assert_eq!(leads, [DAY, HOUR, Duration::ZERO], "{end:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_down_says_what_is_still_true_and_each_thing_once() {
    let house = House::new().await;
    house.catch_up().await;
    let [late, over, week] = [
        house.actor(&[]).await,
        house.actor(&[]).await,
        house.actor(&[]).await,
    ];
    let late_end = give(&house, late.principal, 3 * DAY).await.expires_at.unwrap();
    let over_end = give(&house, over.principal, 2 * DAY).await.expires_at.unwrap();
    let week_end = give(&house, week.principal, 7 * DAY).await.expires_at.unwrap();
    // Up again half an hour before the first one's end.
    house.clock.set(late_end.minus(30 * MINUTE));
    for _ in 0..3 {
        house.catch_up().await;
    }
    let soon = |lead| ("access.ends-soon".to_owned(), lead);
    let ended = || ("access.ended".to_owned(), Duration::ZERO);
    assert_eq!(
        before_end(&house, &late, late_end).await,
        [soon(HOUR)],
        "a day before would be wrong now"
    );
    assert_eq!(before_end(&house, &over, over_end).await, [ended()]);
    assert_eq!(before_end(&house, &week, week_end).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_goes_on_or_was_ended_is_not_said_to_end() {
    let house = House::new().await;
    house.catch_up().await;
    let [prolonged, revoked] = [house.actor(&[]).await, house.actor(&[]).await];
    let first = give(&house, prolonged.principal, 2 * DAY)
        .await
        .expires_at
        .unwrap();
    let longer = give(&house, prolonged.principal, 5 * DAY)
        .await
        .expires_at
        .unwrap();
    let ended = give(&house, revoked.principal, 2 * DAY).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    let end = json!({"reason": "left the team"});
    assert_eq!(
        house
            .call(Some(&lead), &route::END_GRANT, &[&ended.id], &end)
            .await
            .code(),
        "ok"
    );
    walk(&house, first.plus(HOUR), 30 * MINUTE).await;
    assert_eq!(before_end(&house, &prolonged, first).await, []);
    walk(&house, longer.plus(HOUR), 30 * MINUTE).await;
    assert_eq!(before_end(&house, &prolonged, longer).await.len(), 3);
    let told = before_end(&house, &revoked, first).await;
    assert_eq!(
        told.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(),
        ["access.revoked"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_ends_in_the_same_moment_are_all_told() {
    let house = House::new().await;
    house.catch_up().await;
    let person = house.actor(&[]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let mut people = Vec::new();
    for _ in 0..1_100 {
        let row = claviger_storage::principals::Principal {
            id: PrincipalId::random(&claviger_model::entropy::SystemEntropy),
            name: crate::house::name("Somebody"),
            state: claviger_model::principal::PrincipalState::Active,
            nature: claviger_model::principal::Nature::Person { outside: false },
            email: None,
            created_at: now,
        };
        locked.insert_principal(&row).await.unwrap();
        people.push(row.id);
    }
    people.push(person.principal);
    let grants: Vec<Grant> = people
        .iter()
        .map(|to| Grant {
            expires_at: Some(now.plus(2 * HOUR)),
            ..grant(*to, roles::READER, house.places.production, now)
        })
        .collect();
    locked.insert_grants(&grants).await.unwrap();
    locked.commit().await.unwrap();
    house.clock.advance(3 * HOUR);
    for _ in 0..60 {
        house.catch_up().await;
    }
    let person = house.sign_in(person.principal).await;
    assert_eq!(house.kinds(&person).await, ["access.ended"]);
    let mut reader = house.app.store.reader().await.unwrap();
    for id in people {
        assert_eq!(reader.notices_of(id, None, false, 9).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_answers_lapses_and_its_asker_hears_so() {
    let house = House::new().await;
    let viewer = house.actor(&[(roles::VIEWER, house.places.production)]).await;
    let want = json!({
        "kind": "access", "role": roles::READER, "scope": house.places.production, "seconds": 3600,
    });
    let body = json!({"id": request_id(), "want": want, "reason": "the payment job hangs"});
    assert_eq!(
        house
            .call(Some(&viewer), &route::MAKE_REQUEST, &[], &body)
            .await
            .code(),
        "ok"
    );
    let asked = house.clock.now();
    walk(&house, asked.plus(13 * DAY), 6 * HOUR).await;
    house.clock.set(asked.plus(14 * DAY).minus(MINUTE));
    let viewer = house.sign_in(viewer.principal).await;
    assert_eq!(house.kinds(&viewer).await, Vec::<String>::new());
    house.clock.advance(2 * MINUTE);
    assert_eq!(house.kinds(&viewer).await, ["request.lapsed"]);
}

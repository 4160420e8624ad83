//! The clock is moved by hand through starts, ends, reminders, ends of months and both changes of daylight-saving time, in two zones.
//! The moments are written down in UTC here, without the library that the server counts with.

use crate::{
    house::{House, grant, request_id},
    services::{crew, exchange, given, instance, keyed},
};
use claviger_model::{
    builtin_roles as roles,
    conditions::GrantConditions,
    entropy::SystemEntropy,
    grant::Grant,
    ids::{DrawId, PrincipalId, SecretId},
    notice::NoticeKind,
    time::{Clock, Timestamp},
};
use claviger_protocol::route;
use serde_json::{Value, json};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";

/// When the clocks of the two zones change, forward and back; the ends of a leap February, of a year, of a month of 30 days.
const MOMENTS: [&str; 7] = [
    "2027-03-28T01:00:00Z",
    "2027-10-31T01:00:00Z",
    "2027-03-14T07:00:00Z",
    "2027-11-07T06:00:00Z",
    "2028-02-29T23:00:00Z",
    "2027-12-31T23:00:00Z",
    "2027-09-30T22:00:00Z",
];

fn at(text: &str) -> Timestamp {
    Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

async fn reads(house: &House, who: PrincipalId, secret: SecretId) -> bool {
    let who = house.sign_in(who).await;
    let items = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
    let reply = house.call(Some(&who), &route::RELEASES, &[], &items).await.json();
    reply["results"][0]["problem"].is_null()
}

async fn put(house: &House, grant: &Grant) {
    let mut locked = house.app.store.locked().await.unwrap();
    locked.insert_grant(grant).await.unwrap();
    locked.commit().await.unwrap();
}

async fn told(house: &House, who: PrincipalId, kind: NoticeKind) -> Vec<Timestamp> {
    claviger_server::telling::catch_up(&house.app).await.unwrap();
    let mut reader = house.app.store.reader().await.unwrap();
    let notices = reader.notices_of(who, None, false, 100).await.unwrap();
    let of_kind = notices.into_iter().filter(|one| one.kind == kind);
    of_kind.map(|one| one.at).collect()
}

/// Zone, from, to; and moments with whether they lie within.
type Hours = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, bool)],
);

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_those_of_the_wall_clock_of_their_zone_on_every_day_of_the_year() {
    let table: &[Hours] = &[
        (
            BERLIN,
            "08:00",
            "18:00",
            &[
                // Winter time until the last Sunday of March.
                ("2027-03-27T06:59:59.999Z", false),
                ("2027-03-27T07:00:00Z", true),
                ("2027-03-27T16:59:59.999Z", true),
                ("2027-03-27T17:00:00Z", false),
                ("2027-03-28T05:59:59.999Z", false),
                ("2027-03-28T06:00:00Z", true),
                ("2027-03-28T15:59:59.999Z", true),
                ("2027-03-28T16:00:00Z", false),
                // Summer time until the last Sunday of October.
                ("2027-10-30T06:00:00Z", true),
                ("2027-10-30T16:00:00Z", false),
                ("2027-10-31T06:59:59.999Z", false),
                ("2027-10-31T07:00:00Z", true),
                ("2027-10-31T16:59:59.999Z", true),
                ("2027-10-31T17:00:00Z", false),
                // The end of a leap February, and of the year.
                ("2028-02-29T07:00:00Z", true),
                ("2028-02-29T17:00:00Z", false),
                ("2028-03-01T07:00:00Z", true),
            ],
        ),
        (
            NEW_YORK,
            "08:00",
            "18:00",
            &[
                ("2027-03-13T12:59:59.999Z", false),
                ("2027-03-13T13:00:00Z", true),
                ("2027-03-13T22:59:59.999Z", true),
                ("2027-03-13T23:00:00Z", false),
                ("2027-03-14T11:59:59.999Z", false),
                ("2027-03-14T12:00:00Z", true),
                ("2027-03-14T21:59:59.999Z", true),
                ("2027-03-14T22:00:00Z", false),
                ("2027-11-06T12:00:00Z", true),
                ("2027-11-06T22:00:00Z", false),
                ("2027-11-07T12:59:59.999Z", false),
                ("2027-11-07T13:00:00Z", true),
                ("2027-11-07T22:59:59.999Z", true),
                ("2027-11-07T23:00:00Z", false),
                ("2027-12-31T22:59:59.999Z", true),
                ("2027-12-31T23:00:00Z", false),
            ],
        ),
        // Hours in which the clock is changed: one is skipped, or is there twice.
        (
            BERLIN,
            "01:30",
            "03:30",
            &[
                ("2027-03-28T00:29:59.999Z", false),
                ("2027-03-28T00:30:00Z", true),
                ("2027-03-28T01:00:00Z", true),
                ("2027-03-28T01:29:59.999Z", true),
                ("2027-03-28T01:30:00Z", false),
                ("2027-10-30T23:29:59.999Z", false),
                ("2027-10-30T23:30:00Z", true),
                ("2027-10-31T00:30:00Z", true),
                ("2027-10-31T01:30:00Z", true),
                ("2027-10-31T02:29:59.999Z", true),
                ("2027-10-31T02:30:00Z", false),
            ],
        ),
        // Over midnight, at the end of a month and of a year.
        (
            NEW_YORK,
            "22:00",
            "04:00",
            &[
                ("2027-03-14T02:59:59.999Z", false),
                ("2027-03-14T03:00:00Z", true),
                ("2027-03-14T07:59:59.999Z", true),
                ("2027-03-14T08:00:00Z", false),
                ("2027-11-07T02:00:00Z", true),
                ("2027-11-07T08:59:59.999Z", true),
                ("2027-11-07T09:00:00Z", false),
                ("2028-01-01T02:59:59.999Z", false),
                ("2028-01-01T03:00:00Z", true),
                ("2028-01-01T08:59:59.999Z", true),
                ("2028-01-01T09:00:00Z", false),
            ],
        ),
    ];
    for (zone, from, until, moments) in table {
        let house = House::new().await;
        let secret = house.secret(house.places.production, "KEY", b"x").await;
        let person = house.actor(&[]).await.principal;
        let hours = json!({"hours": {"zone": zone, "from": from, "until": until}});
        let mut given = grant(person, roles::READER, house.places.production, house.clock.now());
        given.conditions = GrantConditions::Known(serde_json::from_value(hours).unwrap());
        put(&house, &given).await;
        let mut moments: Vec<_> = moments
            .iter()
            .map(|(text, within)| (at(text), text, *within))
            .collect();
        moments.sort_unstable();
        for (moment, text, within) in moments {
            house.clock.set(moment);
            assert_eq!(
                reads(&house, person, secret).await,
                within,
                "{zone} {from}-{until}, {text}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_begins_and_ends_at_its_moment_and_is_reminded_of_by_spans_of_time() {
    for text in MOMENTS {
        let end = at(text);
        let house = House::new().await;
        let secret = house.secret(house.places.production, "KEY", b"x").await;
        house.clock.set(end.minus(DAY * 3));
        claviger_server::telling::catch_up(&house.app).await.unwrap();
        let person = house.actor(&[]).await.principal;
        let begin = end.minus(DAY * 2);
        let given = Grant {
            not_before: Some(begin),
            expires_at: Some(end),
            ..grant(person, roles::READER, house.places.production, house.clock.now())
        };
        put(&house, &given).await;
        let mut soon = 0;
        for (moment, allowed, reminders, over) in [
            (begin.minus(MS), false, 0, 0),
            (begin, true, 0, 0),
            (end.minus(DAY).minus(HOUR / 2), true, 0, 0),
            (end.minus(DAY).plus(HOUR / 2), true, 1, 0),
            (end.minus(HOUR).minus(HOUR / 2), true, 1, 0),
            (end.minus(HOUR / 2), true, 2, 0),
            (end.minus(MS), true, 2, 0),
            (end, false, 2, 0),
            (end.plus(HOUR), false, 2, 1),
        ] {
            house.clock.set(moment);
            assert_eq!(reads(&house, person, secret).await, allowed, "{text}");
            let told_soon = told(&house, person, NoticeKind::AccessEndsSoon).await;
            // Looked at every 20 seconds at least.
            assert!(told_soon.len() == reminders, "{text}: {told_soon:?}, {reminders}");
            soon = soon.max(told_soon.len());
            let ended = told(&house, person, NoticeKind::AccessEnded).await;
            assert!(ended.len() >= over, "{text}");
        }
        assert_eq!(soon, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_lapses_and_a_review_is_due_after_the_same_span_whatever_clocks_do() {
    for text in MOMENTS {
        let change = at(text);
        let house = House::new().await;
        let production = house.places.production;
        let lead = house.actor(&[(roles::LEAD, production)]).await;
        let viewer = house.actor(&[(roles::VIEWER, production)]).await;
        // A week before and a week after the change.
        let asked = change.minus(DAY * 7);
        house.clock.set(asked);
        claviger_server::telling::catch_up(&house.app).await.unwrap();
        let request = request_id();
        let want = json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600});
        let body = json!({"id": request, "want": want, "reason": "the payment job hangs"});
        let by = house.sign_in(viewer.principal).await;
        let made = house.call(Some(&by), &route::MAKE_REQUEST, &[], &body).await;
        assert_eq!(made.code(), "ok", "{:?}", made.json());

        // Drawn a day and a half before the change, it is due a day and a half after it.
        let drawn = change.minus(DAY * 3 / 2);
        house.clock.set(drawn);
        let right = crate::emergency::right_of(&house, viewer.principal, production).await;
        let by = house.sign_in(viewer.principal).await;
        let body = json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": 3600});
        let draw = house
            .call(Some(&by), &route::DRAW_EMERGENCY, &[&right], &body)
            .await;
        assert_eq!(draw.json()["review_due"], json!(drawn.plus(DAY * 3)), "{text}");
        for (lag, due, overdue) in [
            (DAY * 2 - HOUR, 0, 0),
            (DAY * 2 + HOUR, 1, 0),
            (DAY * 3 - HOUR, 1, 0),
            (DAY * 3 + HOUR, 1, 1),
        ] {
            house.clock.set(drawn.plus(lag));
            let lead = lead.principal;
            assert_eq!(
                told(&house, lead, NoticeKind::EmergencyReviewDue).await.len(),
                due
            );
            assert_eq!(
                told(&house, lead, NoticeKind::EmergencyReviewOverdue).await.len(),
                overdue
            );
        }

        let lapses = asked.plus(DAY * 14);
        house.clock.set(lapses.minus(MS));
        let state = async || {
            let by = house.sign_in(viewer.principal).await;
            let all = house
                .call(Some(&by), &route::REQUESTS, &[], &Value::Null)
                .await
                .json();
            let mut all = all["requests"].as_array().unwrap().clone();
            all.retain(|one| one["id"] == json!(request));
            all[0]["state"].clone()
        };
        assert_eq!(state().await, "open", "{text}");
        assert_eq!(
            told(&house, viewer.principal, NoticeKind::RequestLapsed).await,
            []
        );
        house.clock.set(lapses);
        assert_ne!(state().await, "open", "{text}");
        let by = house.sign_in(lead.principal).await;
        let late = house
            .call(Some(&by), &route::APPROVE_REQUEST, &[&request], &json!({}))
            .await;
        assert_eq!(late.code(), "wrong_state", "{text}");
        house.clock.set(lapses.plus(HOUR));
        assert_eq!(
            told(&house, viewer.principal, NoticeKind::RequestLapsed).await,
            [lapses]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_service_ends_at_its_moment_after_two_reminders() {
    for text in MOMENTS {
        let end = at(text);
        let house = House::new().await;
        house.clock.set(end.minus(DAY * 20));
        claviger_server::telling::catch_up(&house.app).await.unwrap();
        let crew = crew(&house).await;
        given(&house, crew.service, roles::CONSUMER, house.places.production).await;
        let (_, key) = keyed(&house, &crew.lead, crew.service, json!({"ends_at": end})).await;
        for (before, reminders) in [
            (DAY * 14 + HOUR, 0),
            (DAY * 14 - HOUR, 1),
            (DAY + HOUR, 1),
            (DAY - HOUR, 2),
        ] {
            house.clock.set(end.minus(before));
            let told = told(&house, crew.lead.principal, NoticeKind::ServiceKeyEndsSoon).await;
            assert_eq!(told.len(), reminders, "{text}, {before:?}");
        }
        let code = async |moment: Timestamp| {
            house.clock.set(moment);
            exchange(&house, &instance(crew.service), &key).await.code()
        };
        assert_eq!(code(end.minus(MS)).await, "ok", "{text}");
        assert_ne!(code(end).await, "ok", "{text}");
    }
}

//! Emergency access is loud: rights, draws and reviews that are due, to those who can do something about them and to nobody else.

use super::kinds_of;
use crate::{
    emergency::{right_body, right_of},
    house::{Actor, House, grant},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{DrawId, EmergencyId},
};
use claviger_protocol::{emergency::DrawRecord, route};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const NOTHING: [&str; 0] = [];

async fn call(house: &House, by: &Actor, route: &route::Route, argument: &str, body: &Value) {
    let by = house.sign_in(by.principal).await;
    let arguments: &[&dyn std::fmt::Display] = if argument.is_empty() { &[] } else { &[&argument] };
    let answer = house.call(Some(&by), route, arguments, body).await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    house.clock.advance(Duration::from_millis(5));
}

async fn draw(house: &House, by: &Actor, right: EmergencyId) -> DrawRecord {
    let by = house.sign_in(by.principal).await;
    let body = json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": 600});
    let drawn = house
        .call(Some(&by), &route::DRAW_EMERGENCY, &[&right], &body)
        .await;
    let drawn = drawn.parse();
    house.clock.advance(HOUR / 4);
    drawn
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_is_told_its_holder_and_those_who_could_review_it_and_so_is_its_end() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let second = house.actor(&[(roles::LEAD, house.places.payments)]).await;
    let bystanders = [
        house.actor(&[(roles::EDITOR, production)]).await,
        house.actor(&[(roles::LEAD, house.places.staging)]).await,
    ];
    let holder = house.actor(&[]).await;
    let body = right_body(&house, holder.principal, production);
    let right = body["id"].as_str().unwrap();
    call(&house, &lead, &route::GIVE_EMERGENCY, "", &body).await;

    let told = house.told(&holder).await;
    assert_eq!(told[0].kind, "emergency.given");
    assert_eq!(told[0].about.right.unwrap().to_string(), right);
    // They may not go there, and know what they could draw.
    assert_eq!(told[0].path.as_deref(), Some("payments/production"));
    assert_eq!(json!(told[0].about.ends_at), body["ends_at"]);
    let told = house.told(&second).await;
    assert_eq!((told.len(), told[0].kind.as_str()), (1, "emergency.given"));
    assert_eq!(told[0].about.of, Some(holder.principal));
    assert_eq!(told[0].of.as_deref(), Some("Somebody"));
    assert_eq!(kinds_of(&house, &lead).await, NOTHING, "who did it knows");

    call(
        &house,
        &second,
        &route::END_EMERGENCY,
        right,
        &json!({"reason": "moved on"}),
    )
    .await;
    assert_eq!(
        kinds_of(&house, &holder).await,
        ["emergency.withdrawn", "emergency.given"]
    );
    assert_eq!(kinds_of(&house, &lead).await, ["emergency.withdrawn"]);
    assert_eq!(kinds_of(&house, &second).await, ["emergency.given"]);

    // Given up by its holder, it is told the others.
    let body = right_body(&house, holder.principal, production);
    call(&house, &lead, &route::GIVE_EMERGENCY, "", &body).await;
    let end = json!({"reason": "I am leaving"});
    call(
        &house,
        &holder,
        &route::END_EMERGENCY,
        body["id"].as_str().unwrap(),
        &end,
    )
    .await;
    assert_eq!(kinds_of(&house, &lead).await.len(), 2);
    assert_eq!(kinds_of(&house, &holder).await.len(), 3);
    for other in &bystanders {
        assert_eq!(kinds_of(&house, other).await, NOTHING);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_draw_within_a_day_is_told_as_such() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let holder = house.actor(&[]).await;
    let other = house.actor(&[]).await;
    let rights = [
        right_of(&house, holder.principal, production).await,
        right_of(&house, holder.principal, production).await,
    ];
    assert_eq!(draw(&house, &holder, rights[0]).await.again, 0);
    // By another right, and still the same person.
    assert_eq!(draw(&house, &holder, rights[1]).await.again, 1);
    assert_eq!(draw(&house, &holder, rights[0]).await.again, 2);
    let others = right_of(&house, other.principal, production).await;
    assert_eq!(draw(&house, &other, others).await.again, 0);
    assert_eq!(
        kinds_of(&house, &lead).await,
        [
            "emergency.used",
            "emergency.used-again",
            "emergency.used-again",
            "emergency.used"
        ]
    );
    house.clock.advance(DAY);
    let later = right_of(&house, holder.principal, production).await;
    assert_eq!(draw(&house, &holder, later).await.again, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_reminded_of_until_somebody_reviews_and_only_to_those_who_may() {
    let house = House::new().await;
    let places = house.places;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let drawer = house.actor(&[(roles::LEAD, places.payments)]).await;
    let friend = house.actor(&[]).await;
    let others = [
        house.actor(&[(roles::AUDITOR, places.root)]).await,
        house.actor(&[(roles::LEAD, places.staging)]).await,
    ];
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    // Whoever the drawer made powerful reviews nothing of theirs.
    let mut made = grant(friend.principal, roles::LEAD, places.production, now);
    made.granted_by = drawer.principal;
    locked.insert_grant(&made).await.unwrap();
    locked.commit().await.unwrap();
    let right = right_of(&house, drawer.principal, places.production).await;
    let drawn = draw(&house, &drawer, right).await;
    let reminders = async |who: &Actor| {
        let kinds = kinds_of(&house, who).await;
        kinds
            .into_iter()
            .filter(|kind| kind.contains("review"))
            .collect::<Vec<_>>()
    };
    let moment = |lag: Duration| drawn.drawn_at.plus(lag);
    for (lag, expected) in [
        (DAY * 2 - HOUR, &[][..]),
        (DAY * 2 + HOUR, &["emergency.review-due"]),
        (DAY * 3 - HOUR, &["emergency.review-due"]),
        (
            DAY * 3 + HOUR,
            &["emergency.review-overdue", "emergency.review-due"],
        ),
        (
            DAY * 4 + HOUR,
            &[
                "emergency.review-overdue",
                "emergency.review-overdue",
                "emergency.review-due",
            ],
        ),
    ] {
        house.clock.set(moment(lag));
        for who in [&owner, &lead] {
            assert_eq!(reminders(who).await, expected, "{lag:?}");
        }
        for who in others.iter().chain([&drawer, &friend]) {
            assert_eq!(reminders(who).await, NOTHING, "{lag:?}");
        }
    }
    // A server that was down for long says one of them.
    house.clock.set(moment(DAY * 15));
    assert_eq!(reminders(&lead).await.len(), 4);
    let due = house.sign_in(lead.principal).await;
    let unread = house.unread(&due).await;
    assert_eq!(unread.iter().filter(|kind| kind.contains("review")).count(), 4);
    let review = json!({"verdict": "justified", "words": "it did burn"});
    call(
        &house,
        &owner,
        &route::REVIEW_EMERGENCY,
        &drawn.id.to_string(),
        &review,
    )
    .await;
    assert_eq!(kinds_of(&house, &drawer).await[0], "emergency.reviewed");
    let unread = house.unread(&due).await;
    assert!(unread.iter().all(|kind| !kind.contains("review")), "{unread:?}");
    house.clock.advance(DAY * 40);
    assert_eq!(reminders(&lead).await.len(), 4, "reviewed is reviewed");
}

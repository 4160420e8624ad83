//! Reviewing: by somebody else, in words, once.

use super::*;
use claviger_model::{emergency::Verdict, principal::PrincipalState};

#[tokio::test(flavor = "multi_thread")]
async fn it_is_reviewed_by_somebody_else_who_may_give_it_when_it_is_over() {
    let house = House::new().await;
    let places = house.places;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let other = house.actor(&[(roles::LEAD, places.production)]).await;
    // Somebody who could give it, and drew it themselves.
    let right = house.give_right(&lead, &other, places.production).await;
    let drawn = house.drawn(&other, right, 600).await;
    assert_eq!(
        house.review(&lead, drawn.id).await.code(),
        "wrong_state",
        "more may be read"
    );
    house.clock.advance(HOUR / 2);
    assert_eq!(
        house.review(&other, drawn.id).await.code(),
        "separation_of_duties"
    );
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    assert_eq!(house.review(&viewer, drawn.id).await.code(), "not_found");
    let auditor = house.actor(&[(roles::AUDITOR, places.root)]).await;
    assert_eq!(house.review(&auditor, drawn.id).await.code(), "forbidden");
    let wordless = json!({"verdict": "justified", "words": " "});
    let wordless = house
        .call(Some(&lead), &route::REVIEW_EMERGENCY, &[&drawn.id], &wordless)
        .await;
    assert_eq!(wordless.code(), "bad_request");
    let seen = |of: EmergencyReply| of.draws.into_iter().next().unwrap();
    assert!(seen(house.emergency(&lead).await).may_review);
    assert!(!seen(house.emergency(&other).await).may_review);

    let reviewed: DrawRecord = house.review(&lead, drawn.id).await.parse();
    let review = reviewed.review.unwrap();
    assert_eq!((review.by, review.verdict), (lead.principal, Verdict::Justified));
    assert_eq!(
        house.review(&lead, drawn.id).await.code(),
        "ok",
        "the same call again"
    );
    let third = house.actor(&[(roles::LEAD, places.production)]).await;
    assert_eq!(house.review(&third, drawn.id).await.code(), "wrong_state");
    assert_eq!(
        seen(house.emergency(&other).await).review.unwrap().words,
        "it did burn"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_their_own_reviewer_and_who_left_is_reviewed_all_the_same() {
    let house = House::new().await;
    let places = house.places;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let drawer = house.actor(&[(roles::LEAD, places.payments)]).await;
    let right = house.give_right(&owner, &drawer, places.production).await;
    let drawn = house.drawn(&drawer, right, 60).await;
    let friend = house.actor(&[]).await;
    let by = async |giver: PrincipalId| {
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        let mut lead = grant(friend.principal, roles::LEAD, places.production, now);
        lead.granted_by = giver;
        locked.insert_grant(&lead).await.unwrap();
        locked.commit().await.unwrap();
    };
    by(drawer.principal).await;
    house.clock.advance(HOUR / 2);
    assert_eq!(
        house.review(&friend, drawn.id).await.code(),
        "separation_of_duties"
    );
    assert!(!house.emergency(&friend).await.draws[0].may_review);
    by(owner.principal).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(drawer.principal).await.unwrap().unwrap();
    row.state = PrincipalState::Disabled;
    locked.update_principal(&row).await.unwrap();
    locked.commit().await.unwrap();
    // Overdue, it stays to be done.
    house.clock.advance(HOUR * 24 * 91);
    let friend = house.sign_in(friend.principal).await;
    let late = house.emergency(&friend).await.draws;
    assert!(late[0].may_review && late[0].review_due < house.clock.now());
    assert_eq!(house.review(&friend, drawn.id).await.code(), "ok");
}

//! Answers that come too late, many answers at once, and what helps to answer.

use super::{HOUR, id_of};
use crate::house::House;
use claviger_model::{builtin_roles as roles, event::EventKind, principal::PrincipalState};
use claviger_protocol::{
    requests::{AnswersReply, Evidence, Outcome, RequestState},
    route,
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_come_too_late_say_so_and_do_nothing() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let other = house.actor(&[(roles::LEAD, places.production)]).await;
    let ask = || house.ask(&viewer, roles::READER, places.production, 3600);

    // Two at once: one of them is told.
    let id = id_of(&ask().await);
    let (yes, no) = tokio::join!(house.approve(&lead, id, json!({})), house.refuse(&other, id));
    let mut codes = [yes.code(), no.code()];
    codes.sort();
    assert_eq!(codes, ["ok", "wrong_state"]);

    let refused = id_of(&ask().await);
    assert_eq!(house.refuse(&lead, refused).await.code(), "ok");
    let told = house.seen(&viewer, refused).await.unwrap();
    assert!(matches!(&told.state, RequestState::Refused { words, .. } if words == "ask the other team"));
    assert_eq!(
        house.approve(&other, refused, json!({})).await.code(),
        "wrong_state"
    );

    let withdrawn = id_of(&ask().await);
    let back = house
        .call(
            Some(&viewer),
            &route::WITHDRAW_REQUEST,
            &[&withdrawn],
            &Value::Null,
        )
        .await;
    assert_eq!(back.code(), "ok");
    assert_eq!(
        house.approve(&lead, withdrawn, json!({})).await.code(),
        "wrong_state"
    );

    let disabled = id_of(&ask().await);
    house.set_state(viewer.principal, PrincipalState::Disabled).await;
    let answer = house.approve(&lead, disabled, json!({})).await;
    assert_eq!(answer.code(), "wrong_state");
    assert_eq!(answer.json()["detail"], "the receiver is not active");
    house.set_state(viewer.principal, PrincipalState::Active).await;

    house.clock.advance(HOUR * 24 * 14);
    let (viewer, lead) = (
        house.sign_in(viewer.principal).await,
        house.sign_in(lead.principal).await,
    );
    let late = house.approve(&lead, disabled, json!({})).await;
    assert_eq!(late.code(), "wrong_state");
    assert!(matches!(
        house.seen(&viewer, disabled).await.unwrap().state,
        RequestState::Lapsed { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_among_many_has_its_own_outcome() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let lead = house
        .actor(&[(roles::LEAD, places.production), (roles::VIEWER, places.staging)])
        .await;
    let good = id_of(&house.ask(&viewer, roles::READER, places.production, 3600).await);
    let bad = id_of(&house.ask(&viewer, roles::LEAD, places.production, 3600).await);
    let hidden = id_of(&house.ask(&viewer, roles::READER, places.staging, 3600).await);
    let refused = id_of(&house.ask(&viewer, roles::EDITOR, places.production, 3600).await);
    let body = json!({"answers": [
        {"request": good, "answer": {"approve": {"seconds": 600}}},
        {"request": bad, "answer": {"approve": {}}},
        {"request": hidden, "answer": {"approve": {}}},
        {"request": refused, "answer": {"refuse": {"words": "Reader is enough"}}},
    ]});
    let reply: AnswersReply = house
        .call(Some(&lead), &route::ANSWER_REQUESTS, &[], &body)
        .await
        .parse();
    let codes: Vec<_> = reply
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Done(_) => "ok",
            Outcome::Problem(problem) => problem.code.as_str(),
        })
        .collect();
    assert_eq!(codes, ["ok", "forbidden", "not_found", "ok"]);
    assert!(matches!(
        house.seen(&viewer, good).await.unwrap().state,
        RequestState::Approved { .. }
    ));
    assert_eq!(house.seen(&viewer, bad).await.unwrap().state, RequestState::Open);
    let twice = json!({"answers": [
        {"request": bad, "answer": {"refuse": {"words": "no"}}},
        {"request": bad, "answer": {"approve": {}}},
    ]});
    let reply = house
        .call(Some(&lead), &route::ANSWER_REQUESTS, &[], &twice)
        .await;
    assert_eq!(reply.code(), "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_approver_sees_what_it_would_newly_allow() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "ONE", b"x").await;
    house.secret(places.production, "TWO", b"x").await;
    house.secret(places.staging, "THREE", b"x").await;
    let viewer = house
        .actor(&[(roles::VIEWER, places.payments), (roles::READER, places.staging)])
        .await;
    let reader = house.actor(&[(roles::READER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    house.reveal(&reader, secret).await.unwrap();
    let earlier = id_of(&house.ask(&viewer, roles::CONSUMER, places.production, 3600).await);
    house.refuse(&lead, earlier).await;
    let id = id_of(&house.ask(&viewer, roles::READER, places.payments, 3600).await);
    let evidence = async |by| {
        house
            .call(by, &route::REQUEST_EVIDENCE, &[&id], &Value::Null)
            .await
    };
    let found: Evidence = evidence(Some(&lead)).await.parse();
    let reveal = found
        .newly
        .iter()
        .find(|newly| newly.action == claviger_model::action::Action::SecretReveal)
        .unwrap();
    assert_eq!(
        (reveal.scopes, reveal.secrets),
        (2, 2),
        "staging is theirs already"
    );
    assert!(
        found
            .newly
            .iter()
            .all(|newly| newly.action != claviger_model::action::Action::SecretView)
    );
    assert_eq!((found.same_person.asked, found.same_person.refused), (1, 1));
    assert_eq!(found.last_read, None);
    assert!(found.last_read_by_anyone.is_some());
    assert_eq!(evidence(Some(&reader)).await.code(), "not_found");
    assert_eq!(evidence(Some(&viewer)).await.code(), "not_found");
}

/// The lock orders them: one of them gives, and there is one grant.
#[tokio::test(flavor = "multi_thread")]
async fn two_approvals_at_the_same_moment_give_once() {
    let house = House::new().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let viewer = house.actor(&[(roles::VIEWER, production)]).await;
    let (one, two, three) = (
        house.actor(&[(roles::LEAD, production)]).await,
        house.actor(&[(roles::LEAD, production)]).await,
        house.actor(&[(roles::LEAD, production)]).await,
    );
    for round in 1..=5 {
        let id = id_of(&house.ask(&viewer, roles::READER, production, 3600).await);
        let (left, right) = tokio::join!(
            house.approve(&one, id, json!({})),
            house.approve(&two, id, json!({"seconds": 600}))
        );
        let mut codes = [left.code(), right.code()];
        codes.sort();
        assert_eq!(codes, ["ok", "wrong_state"]);
        assert_eq!(house.count(EventKind::GrantGiven).await, round);
    }
    // All three where three have to approve.
    let set = house.settings(&owner, production, json!({"steps": 3})).await;
    assert_eq!(set.code(), "ok");
    let id = id_of(&house.ask(&viewer, roles::READER, production, 3600).await);
    let (left, middle, right) = tokio::join!(
        house.approve(&one, id, json!({})),
        house.approve(&two, id, json!({})),
        house.approve(&three, id, json!({}))
    );
    for answer in [left, middle, right] {
        assert_eq!(answer.code(), "ok");
    }
    assert_eq!(
        house.count(EventKind::GrantGiven).await,
        6,
        "once, and only by the third"
    );
    let done = house.seen(&viewer, id).await.unwrap();
    assert!(matches!(done.state, RequestState::Approved { .. }));
    assert_eq!(done.course.steps.len(), 3);
}

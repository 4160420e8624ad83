//! Approving: by those who may give it, never more than was asked for, never one's own, by several where the scope says so.

use super::{HOUR, done_at, id_of};
use crate::{access::given, house::House};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, event::EventKind, ids::RoleId};
use claviger_protocol::{
    requests::{May, OptionsReply, RequestRecord, RequestSettingsReply, RequestState},
    route,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn refused_asked_approved_narrower_used_handed_back() {
    let house = House::new().await;
    let (payments, production) = (house.places.payments, house.places.production);
    let secret = house.secret(production, "DATABASE_URL", b"value").await;
    let viewer = house.actor(&[(roles::VIEWER, payments)]).await;
    let lead = house.actor(&[(roles::LEAD, payments)]).await;
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));

    let options = house
        .call(
            Some(&viewer),
            &route::REQUEST_OPTIONS,
            &[],
            &json!({"secret": secret}),
        )
        .await;
    let options: OptionsReply = options.parse();
    let least = &options.roles[0];
    assert_eq!((options.scope, least.role), (production, roles::CONSUMER));
    assert_eq!(least.approvers, [lead.principal]);
    assert_eq!(options.reaches, Some(1));
    assert!(
        options.roles.iter().all(|role| role.role != roles::OWNER),
        "nobody here may give it: {options:?}"
    );

    let asked = house.ask(&viewer, roles::EDITOR, payments, 8 * 3600).await;
    let asked: RequestRecord = asked.parse();
    assert_eq!(asked.state, RequestState::Open);
    assert_eq!(asked.course.approvers, [lead.principal]);
    assert_eq!(asked.course.may, [May::Withdraw]);
    let waiting = house.seen(&lead, asked.id).await.unwrap();
    assert_eq!(waiting.course.may, [May::Approve, May::Refuse]);
    assert!(waiting.course.approvers.is_empty());

    let less =
        json!({"role": roles::READER, "scope": production, "seconds": 7200, "words": "production will do"});
    let done: RequestRecord = house.approve(&lead, asked.id, less.clone()).await.parse();
    assert!(matches!(done.state, RequestState::Approved { by, .. } if by == lead.principal));
    let given = house.seen(&viewer, asked.id).await.unwrap().course.given.unwrap();
    assert_eq!((given.role, given.scope), (roles::READER, production));
    assert_eq!(given.ends_at, done_at(&done).plus(HOUR * 2));
    assert_eq!(house.reveal(&viewer, secret).await, Ok(()));
    // Saying it again changes nothing.
    let grants = house.count(EventKind::GrantGiven).await;
    assert_eq!(house.approve(&lead, asked.id, less).await.code(), "ok");
    assert_eq!(house.count(EventKind::GrantGiven).await, grants);

    let mine = house.seen(&viewer, asked.id).await.unwrap();
    assert_eq!(mine.course.may, [May::HandBack]);
    assert_eq!(mine.course.steps[0].words, "production will do");
    let back = json!({"reason": "handed back"});
    let ended = house
        .call(Some(&viewer), &route::END_GRANT, &[&given.grant], &back)
        .await;
    assert_eq!(ended.code(), "ok");
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));
    let over = house.seen(&viewer, asked.id).await.unwrap();
    assert!(over.course.may.is_empty());
    assert_eq!(over.course.given.unwrap().ended_by, Some(viewer.principal));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_never_gives_more_than_was_asked_for() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let id = id_of(&house.ask(&viewer, roles::CONSUMER, places.production, 3600).await);
    for wider in [
        json!({"role": roles::READER}),
        json!({"role": roles::LEAD}),
        json!({"role": roles::OWNER}),
        json!({"scope": places.payments}),
        json!({"scope": places.staging}),
        json!({"seconds": 3601}),
        json!({"seconds": 0}),
        json!({"role": RoleId::random(&SystemEntropy)}),
    ] {
        assert_eq!(
            house.approve(&owner, id, wider.clone()).await.code(),
            "bad_request",
            "{wider}"
        );
    }
    assert_eq!(house.seen(&viewer, id).await.unwrap().state, RequestState::Open);
    assert_eq!(house.count(EventKind::GrantGiven).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_give_it_approve_it_and_nobody_their_own() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let elsewhere = house.actor(&[(roles::LEAD, places.staging)]).await;
    let reader = house.actor(&[(roles::READER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let id = id_of(&house.ask(&viewer, roles::AUDITOR, places.production, 3600).await);
    for other in [&elsewhere, &reader] {
        assert_eq!(house.approve(other, id, json!({})).await.code(), "not_found");
        assert_eq!(house.refuse(other, id).await.code(), "not_found");
        assert!(house.seen(other, id).await.is_none());
    }
    // A Lead answers requests, but may not give this role.
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "forbidden");
    assert_eq!(house.seen(&lead, id).await.unwrap().course.may, [May::Refuse]);
    assert_eq!(
        house.approve(&viewer, id, json!({})).await.code(),
        "separation_of_duties"
    );
    assert_eq!(house.approve(&owner, id, json!({})).await.code(), "ok");

    let own = id_of(&house.ask(&lead, roles::READER, places.production, 3600).await);
    assert_eq!(
        house.approve(&lead, own, json!({})).await.code(),
        "separation_of_duties"
    );
    assert_eq!(house.refuse(&lead, own).await.code(), "separation_of_duties");
    let mine = house.seen(&lead, own).await.unwrap();
    assert_eq!(mine.course.approvers, [owner.principal], "not oneself");
    // Nor by a second right through a team.
    let team = house.team("leads", &[lead.principal]).await;
    given(&house, team, roles::LEAD, places.production).await;
    assert_eq!(
        house.approve(&lead, own, json!({})).await.code(),
        "separation_of_duties"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn several_people_approve_where_the_scope_says_so() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let (one, two) = (
        house.actor(&[(roles::LEAD, places.payments)]).await,
        house.actor(&[(roles::LEAD, places.payments)]).await,
    );
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    assert_eq!(
        house
            .settings(&owner, places.payments, json!({"steps": 2}))
            .await
            .code(),
        "ok"
    );
    // A scope below cannot ask for fewer.
    let below: RequestSettingsReply = house
        .settings(&one, places.production, json!({"steps": 1}))
        .await
        .parse();
    assert_eq!(below.steps, 2);

    let id = id_of(&house.ask(&viewer, roles::READER, places.production, 3600).await);
    let half: RequestRecord = house
        .approve(&one, id, json!({"role": roles::CONSUMER}))
        .await
        .parse();
    assert_eq!((half.state, half.course.needed), (RequestState::Open, 2));
    assert_eq!(house.approve(&one, id, json!({})).await.code(), "ok");
    assert_eq!(
        house.seen(&viewer, id).await.unwrap().state,
        RequestState::Open,
        "one is one"
    );
    // The second cannot give more than the first left.
    let wider = house.approve(&two, id, json!({"role": roles::READER})).await;
    assert_eq!(wider.code(), "bad_request");
    // The first loses the right meanwhile: it does not count.
    let mut reader = house.app.store.reader().await.unwrap();
    let grant = reader.grant_history(one.principal, 1).await.unwrap()[0].id;
    let ended = house
        .call(
            Some(&owner),
            &route::END_GRANT,
            &[&grant],
            &json!({"reason": "moved on"}),
        )
        .await;
    assert_eq!(ended.code(), "ok");
    let still: RequestRecord = house.approve(&two, id, json!({})).await.parse();
    assert_eq!(still.state, RequestState::Open);
    let done: RequestRecord = house.approve(&owner, id, json!({})).await.parse();
    assert_eq!(done.course.given.unwrap().role, roles::CONSUMER);
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));
}

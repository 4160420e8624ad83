//! Drawing: what it gives, how it ends.

use super::*;
use claviger_protocol::requests::{RequestsReply, Want};
use claviger_server::jobs;

#[tokio::test(flavor = "multi_thread")]
async fn it_reads_leases_nothing_and_queues_each_value_for_rotation_once() {
    let Scene {
        house,
        secret,
        lead,
        holder,
        right,
    } = scene().await;
    assert_eq!(house.read(&holder, secret, "reveal").await, "not_found");
    let drawn = house.drawn(&holder, right, 3600).await;
    assert_eq!(drawn.over_at, house.clock.now().plus(HOUR));
    for _ in 0..2 {
        assert_eq!(house.read(&holder, secret, "reveal").await, "ok");
        assert_eq!(house.read(&holder, secret, "use").await, "ok");
    }
    assert_eq!(house.read(&holder, secret, "lease").await, "forbidden");
    let mut reader = house.app.store.reader().await.unwrap();
    let leases = reader
        .leases_on(holder.device, house.clock.now(), None, 10)
        .await
        .unwrap();
    assert_eq!(leases, [], "no copy outlives it");
    let requests: RequestsReply = house
        .call(Some(&lead), &route::REQUESTS, &[], &Value::Null)
        .await
        .parse();
    let queued: Vec<_> = requests
        .requests
        .iter()
        .filter(|one| one.asked_by == holder.principal)
        .collect();
    assert_eq!(queued.len(), 1);
    assert!(matches!(queued[0].want, Want::Rotation { secret: asked, .. } if asked == secret));
    assert_eq!(house.happened(EventKind::RequestMade).await, 1);
    let own: RequestsReply = house
        .call(Some(&holder), &route::REQUESTS, &[], &Value::Null)
        .await
        .parse();
    let own = own.requests.iter().find(|one| one.id == queued[0].id).unwrap();
    assert_eq!(own.course.may, [], "what would be refused is not offered");
    let back = house
        .call(
            Some(&holder),
            &route::WITHDRAW_REQUEST,
            &[&queued[0].id],
            &Value::Null,
        )
        .await;
    assert_eq!(
        back.code(),
        "separation_of_duties",
        "who read it does not take it back"
    );

    // Everyone who may grant there sees it, others do not.
    for (who, sees) in [(&lead, 1), (&holder, 1), (&house.actor(&[]).await, 0)] {
        let seen = house.emergency(who).await.draws;
        assert_eq!(seen.len(), sees);
        if let [draw] = &*seen {
            assert_eq!((draw.reads.len(), draw.reads[0].request), (1, queued[0].id));
            assert_eq!(draw.review_due, draw.drawn_at.plus(HOUR * 72));
        }
    }
    let sync = json!({"cursor": 0});
    let synced = house.call(Some(&lead), &route::SYNC, &[], &sync).await.json();
    assert_eq!(
        synced["emergency"]["told"]["draws"][0]["reason"], "it burns",
        "{synced}"
    );
}

/// Rule 14: somebody else says what becomes of what was read, also where the reader could fulfil a rotation.
#[tokio::test(flavor = "multi_thread")]
async fn who_read_it_neither_refuses_nor_fulfils_the_rotation_that_it_queued() {
    let Scene {
        house,
        secret,
        lead,
        holder,
        ..
    } = scene().await;
    let production = house.places.production;
    let body = body_of(roles::EDITOR, holder.principal, production, &house);
    let right: EmergencyId = serde_json::from_value(body["id"].clone()).unwrap();
    let given = house.call(Some(&lead), &route::GIVE_EMERGENCY, &[], &body).await;
    assert_eq!(given.code(), "ok", "{:?}", given.json());
    house.drawn(&holder, right, 3600).await;
    assert_eq!(house.read(&holder, secret, "reveal").await, "ok");
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let requests: RequestsReply = house
        .call(Some(&holder), &route::REQUESTS, &[], &Value::Null)
        .await
        .parse();
    let queued = &requests.requests[0];
    assert_eq!(queued.course.may, [], "nothing that would be refused is offered");
    let call = json!({"words": "not needed"});
    let refused = house
        .call(Some(&holder), &route::REFUSE_REQUEST, &[&queued.id], &call)
        .await;
    assert_eq!(refused.code(), "separation_of_duties");
    let many = json!({"answers": [{"request": queued.id, "answer": {"refuse": call}}]});
    let many = house
        .call(Some(&holder), &route::ANSWER_REQUESTS, &[], &many)
        .await;
    assert_eq!(
        many.json()["outcomes"][0]["problem"]["code"],
        "separation_of_duties",
        "{:?}",
        many.json()
    );
    assert_eq!(
        house.fulfilled(&holder, secret, queued.id).await,
        "separation_of_duties"
    );
    // Somebody else does.
    assert_eq!(house.fulfilled(&editor, secret, queued.id).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_read_anyhow_reads_as_ever() {
    let Scene {
        house,
        secret,
        right,
        holder,
        ..
    } = scene().await;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let own = grant(holder.principal, roles::READER, house.places.payments, now);
    locked.insert_grant(&own).await.unwrap();
    locked.commit().await.unwrap();
    house.drawn(&holder, right, 600).await;
    assert_eq!(house.read(&holder, secret, "lease").await, "ok");
    assert_eq!(house.happened(EventKind::RequestMade).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_over_after_an_hour_at_most_and_takes_the_names_along() {
    let Scene {
        house,
        secret,
        holder,
        right,
        ..
    } = scene().await;
    for seconds in [0, 59, 3601] {
        assert_eq!(house.draw(&holder, right, seconds).await.code(), "bad_request");
    }
    let body = json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": 3540});
    let first = house
        .call(Some(&holder), &route::DRAW_EMERGENCY, &[&right], &body)
        .await;
    let again = house
        .call(Some(&holder), &route::DRAW_EMERGENCY, &[&right], &body)
        .await;
    assert_eq!(
        first.parse::<DrawRecord>(),
        again.parse::<DrawRecord>(),
        "a repeated call draws once"
    );
    assert_eq!(
        house.draw(&holder, right, 600).await.code(),
        "wrong_state",
        "one at a time"
    );
    // A session is asked again within the hour.
    house
        .clock
        .advance(Duration::from_secs(3540) - Duration::from_millis(1));
    jobs::sweep(&house.app).await;
    assert_eq!(house.read(&holder, secret, "reveal").await, "ok");
    house.clock.advance(Duration::from_millis(1));
    assert_eq!(house.read(&holder, secret, "reveal").await, "not_found");
    jobs::sweep(&house.app).await;
    jobs::sweep(&house.app).await;
    assert_eq!(house.happened(EventKind::GrantEnded).await, 1, "seen to once");
    assert_eq!(house.happened(EventKind::OrderIssued).await, 1);

    // The right outlives it, and caps the last draw.
    house.clock.advance(HOUR * 23 - Duration::from_secs(60));
    let holder = house.sign_in(holder.principal).await;
    let last = house.drawn(&holder, right, 3600).await;
    assert_eq!(last.over_at, house.clock.now().plus(Duration::from_secs(120)));
    house.clock.advance(Duration::from_secs(120));
    assert_eq!(house.draw(&holder, right, 600).await.code(), "wrong_state");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_given_back_by_its_holder_or_taken_by_whoever_may_revoke_there() {
    let Scene {
        house,
        secret,
        lead,
        holder,
        right,
    } = scene().await;
    for by in [&holder, &lead] {
        let drawn = house.drawn(&holder, right, 3600).await;
        let done = json!({"reason": "the fire is out"});
        assert_eq!(
            house
                .call(Some(by), &route::END_GRANT, &[&drawn.grant], &done)
                .await
                .code(),
            "ok"
        );
        assert_eq!(house.read(&holder, secret, "reveal").await, "not_found");
        let seen = house.emergency(&lead).await.draws;
        assert_eq!((seen[0].over_at, seen[0].may_end), (house.clock.now(), false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_request_for_the_rotation_counts_and_a_narrower_grant_never_loses_the_mark() {
    let Scene {
        house,
        secret,
        lead,
        holder,
        right,
    } = scene().await;
    let drawn = house.drawn(&holder, right, 600).await;
    let own = RequestId::random(&SystemEntropy);
    let body = json!({"id": own, "want": {"kind": "rotation", "secret": secret}, "reason": "it leaked"});
    assert_eq!(
        house
            .call(Some(&holder), &route::MAKE_REQUEST, &[], &body)
            .await
            .code(),
        "ok"
    );
    assert_eq!(house.read(&holder, secret, "copy").await, "ok");
    let reads = house.emergency(&holder).await.draws[0].reads.clone();
    assert_eq!((reads.len(), reads[0].request), (1, own));
    assert_eq!(house.happened(EventKind::RequestMade).await, 1);
    let change = json!({"change": {"do": "narrow", "role": roles::CONSUMER}});
    let narrowed = house
        .call(Some(&lead), &route::PLAN_GRANT_CHANGE, &[&drawn.grant], &change)
        .await;
    assert_eq!(narrowed.code(), "bad_request");
}

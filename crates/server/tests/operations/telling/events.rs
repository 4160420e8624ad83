//! What happened is told those whom it concerns, and nobody else.

use crate::{
    emergency::right_of,
    house::{Actor, House, request_id},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{DrawId, GrantId},
    time::Clock,
};
use claviger_protocol::{requests::RequestRecord, route, stream::Hint};
use claviger_server::stream::{Audience, Sent};
use serde_json::{Value, json};
use std::time::Duration;

async fn ask(house: &House, by: &Actor, seconds: u32) -> RequestRecord {
    let want = json!({
        "kind": "access", "role": roles::READER, "scope": house.places.production, "seconds": seconds,
    });
    let body = json!({"id": request_id(), "want": want, "reason": "the payment job hangs"});
    house
        .call(Some(by), &route::MAKE_REQUEST, &[], &body)
        .await
        .parse()
}

async fn approve(house: &House, by: &Actor, request: &RequestRecord, call: Value) {
    let answer = house
        .call(Some(by), &route::APPROVE_REQUEST, &[&request.id], &call)
        .await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    house.clock.advance(Duration::from_millis(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn approvers_hear_of_a_request_until_one_of_them_answers_and_the_asker_hears_how() {
    let house = House::new().await;
    let production = house.places.production;
    let viewer = house.actor(&[(roles::VIEWER, production)]).await;
    let leads = [
        house.actor(&[(roles::LEAD, production)]).await,
        house.actor(&[(roles::LEAD, house.places.payments)]).await,
    ];
    let bystanders = [
        house.actor(&[(roles::READER, production)]).await,
        house.actor(&[(roles::LEAD, house.places.staging)]).await,
    ];
    let asked = ask(&house, &viewer, 3600).await;
    for lead in &leads {
        let told = house.told(lead).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].kind, "request.waits");
        assert_eq!(told[0].about.request, Some(asked.id));
        assert_eq!(told[0].path.as_deref(), Some("payments/production"));
        assert_eq!(told[0].role.as_deref(), Some("Reader"));
        assert_eq!(told[0].by.as_deref(), Some("Somebody"));
    }
    for other in bystanders.iter().chain([&viewer]) {
        assert_eq!(house.kinds(other).await, Vec::<String>::new());
    }
    house.clock.advance(Duration::from_millis(5));
    approve(&house, &leads[0], &asked, json!({"seconds": 1800})).await;
    assert_eq!(house.kinds(&viewer).await, ["request.narrowed"]);
    for lead in &leads {
        assert_eq!(house.unread(lead).await, Vec::<String>::new(), "it is answered");
        assert_eq!(
            house.kinds(lead).await,
            ["request.waits"],
            "and stays in the list"
        );
    }

    let asked = ask(&house, &viewer, 3600).await;
    approve(&house, &leads[1], &asked, json!({})).await;
    assert_eq!(
        house.kinds(&viewer).await,
        ["request.approved", "request.narrowed"]
    );
    let asked = ask(&house, &viewer, 3600).await;
    let no = json!({"words": "ask the other team"});
    let no = house
        .call(Some(&leads[1]), &route::REFUSE_REQUEST, &[&asked.id], &no)
        .await;
    assert_eq!(no.code(), "ok");
    assert_eq!(house.kinds(&viewer).await[0], "request.refused");
    // Taken back before anybody was told: nobody is.
    let asked = ask(&house, &viewer, 3600).await;
    let back = house
        .call(
            Some(&viewer),
            &route::WITHDRAW_REQUEST,
            &[&asked.id],
            &Value::Null,
        )
        .await;
    assert_eq!(back.code(), "ok");
    assert_eq!(house.unread(&leads[0]).await, Vec::<String>::new());
    for other in &bystanders {
        assert_eq!(house.kinds(other).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_have_to_approve_the_second_is_still_asked() {
    let house = House::new().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let settings = json!({"before": {}, "after": {"steps": 2}});
    let set = house
        .call(
            Some(&owner),
            &route::SET_REQUEST_SETTINGS,
            &[&production],
            &settings,
        )
        .await;
    assert_eq!(set.code(), "ok", "{:?}", set.json());
    let viewer = house.actor(&[(roles::VIEWER, production)]).await;
    let first = house.actor(&[(roles::LEAD, production)]).await;
    let second = house.actor(&[(roles::LEAD, production)]).await;
    let asked = ask(&house, &viewer, 3600).await;
    house.catch_up().await;
    approve(&house, &first, &asked, json!({})).await;
    assert_eq!(
        house.unread(&first).await,
        Vec::<String>::new(),
        "they did their part"
    );
    assert_eq!(house.unread(&second).await, ["request.waits"]);
    assert_eq!(house.kinds(&second).await, ["request.waits"], "once");
    assert_eq!(
        house.kinds(&viewer).await,
        Vec::<String>::new(),
        "nothing is decided"
    );
    approve(&house, &second, &asked, json!({})).await;
    assert_eq!(house.unread(&second).await, Vec::<String>::new());
    assert_eq!(house.kinds(&viewer).await, ["request.approved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_is_told_its_owner_and_its_end_the_asker() {
    let house = House::new().await;
    let production = house.places.production;
    let secret = house.secret(production, "DATABASE_URL", b"value").await;
    let asker = house.actor(&[(roles::READER, production)]).await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let away = house.actor(&[(roles::EDITOR, house.places.staging)]).await;
    let body =
        json!({"id": request_id(), "want": {"kind": "rotation", "secret": secret}, "reason": "leaked"});
    let asked: RequestRecord = house
        .call(Some(&asker), &route::MAKE_REQUEST, &[], &body)
        .await
        .parse();
    let told = house.told(&editor).await;
    assert_eq!(
        (told[0].kind.as_str(), told[0].secret.as_deref()),
        ("rotation.waits", Some("DATABASE_URL"))
    );
    assert_eq!(house.kinds(&away).await, Vec::<String>::new());
    // A week later it is overdue, once.
    for _ in 0..3 {
        house
            .clock
            .advance(claviger_server::telling::due::OVERDUE / 2 + Duration::from_secs(1));
        house.catch_up().await;
    }
    let editor = house.sign_in(editor.principal).await;
    assert_eq!(house.kinds(&editor).await, ["rotation.overdue", "rotation.waits"]);
    let refused = house
        .call(
            Some(&editor),
            &route::REFUSE_REQUEST,
            &[&asked.id],
            &json!({"words": "it is new"}),
        )
        .await;
    assert_eq!(refused.code(), "ok", "{:?}", refused.json());
    assert_eq!(house.unread(&editor).await, Vec::<String>::new());
    let asker = house.sign_in(asker.principal).await;
    assert_eq!(house.kinds(&asker).await, ["request.refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn access_given_and_taken_is_told_its_holders() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let person = house.actor(&[]).await;
    let grant = GrantId::random(&SystemEntropy);
    let body = json!({
        "id": grant, "principal": person.principal, "role": roles::READER, "scope": production, "reason": "on call",
    });
    assert_eq!(
        house
            .call(Some(&lead), &route::GIVE_GRANT, &[], &body)
            .await
            .code(),
        "ok"
    );
    assert_eq!(house.kinds(&person).await, ["access.given"]);
    house.clock.advance(Duration::from_millis(5));
    let end = json!({"reason": "left the team"});
    assert_eq!(
        house
            .call(Some(&lead), &route::END_GRANT, &[&grant], &end)
            .await
            .code(),
        "ok"
    );
    let told = house.told(&person).await;
    assert_eq!(told[0].kind, "access.revoked");
    // They may not go there any more, and know where they could.
    assert_eq!(told[0].path.as_deref(), Some("payments/production"));

    // What a team loses its members hear, but not who did it.
    let member = house.actor(&[]).await;
    let team = house.team("oncall", &[member.principal, lead.principal]).await;
    let grant = GrantId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let row = claviger_model::grant::Grant {
        id: grant,
        ..crate::house::grant(team, roles::VIEWER, production, now)
    };
    locked.insert_grant(&row).await.unwrap();
    locked.commit().await.unwrap();
    assert_eq!(
        house
            .call(Some(&lead), &route::END_GRANT, &[&grant], &end)
            .await
            .code(),
        "ok"
    );
    assert_eq!(house.kinds(&member).await, ["access.revoked"]);
    assert_eq!(house.kinds(&lead).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_is_narrowed_is_told_as_narrowed_and_not_as_taken_away() {
    let house = House::new().await;
    let places = house.places;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    let person = house.actor(&[]).await;
    let member = house.actor(&[]).await;
    let team = house.team("oncall", &[member.principal]).await;
    for holder in [person.principal, team] {
        let grant = crate::house::grant(holder, roles::EDITOR, places.payments, house.clock.now());
        let mut locked = house.app.store.locked().await.unwrap();
        locked.insert_grant(&grant).await.unwrap();
        locked.commit().await.unwrap();
        let change = json!({"do": "narrow", "role": roles::READER, "scope": places.production});
        let plan = house
            .call(
                Some(&lead),
                &route::PLAN_GRANT_CHANGE,
                &[&grant.id],
                &json!({"change": change}),
            )
            .await;
        let new = GrantId::random(&SystemEntropy);
        let body = json!({
            "change": change, "digest": plan.json()["digest"], "reason": "less will do", "new_grant": new,
        });
        let done = house
            .call(Some(&lead), &route::CHANGE_GRANT, &[&grant.id], &body)
            .await;
        assert_eq!(done.code(), "ok", "{:?}", done.json());
        let who = if holder == team { &member } else { &person };
        let told = house.told(who).await;
        assert_eq!(told.len(), 1, "once, and nothing else: {told:?}");
        assert_eq!(told[0].kind, "access.narrowed");
        assert_eq!(told[0].about.grant, Some(new));
        // What is left, by name.
        assert_eq!(told[0].path.as_deref(), Some("payments/production"));
        assert_eq!(told[0].role.as_deref(), Some("Reader"));
    }
    assert_eq!(house.kinds(&lead).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_told_nobody_and_a_second_process_tells_nothing_twice() {
    let house = House::new().await;
    let production = house.places.production;
    let viewer = house.actor(&[(roles::VIEWER, production)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let no = json!({"reason": "mine"});
    let grant = {
        let mut reader = house.app.store.reader().await.unwrap();
        reader.grant_history(lead.principal, 1).await.unwrap()[0].id
    };
    assert_ne!(
        house
            .call(Some(&viewer), &route::END_GRANT, &[&grant], &no)
            .await
            .code(),
        "ok"
    );
    assert_eq!(house.kinds(&lead).await, Vec::<String>::new());
    ask(&house, &viewer, 3600).await;
    let (a, b) = tokio::join!(
        claviger_server::telling::catch_up(&house.app),
        claviger_server::telling::catch_up(&house.app)
    );
    assert!(a.is_ok() && b.is_ok());
    house.catch_up().await;
    assert_eq!(house.kinds(&lead).await, ["request.waits"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_hints_at_what_another_one_told() {
    let house = House::new().await;
    let viewer = house.actor(&[(roles::VIEWER, house.places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    ask(&house, &viewer, 3600).await;
    house.catch_up().await;
    let mut hints = house.app.hints.listen();
    let mut overheard = claviger_server::telling::Overheard::default();
    for _ in 0..2 {
        overheard.hint(&house.app).await.unwrap();
    }
    let hint = Sent::Hint(Audience::Person(lead.principal), Hint::Notices);
    assert_eq!(hints.try_recv(), Ok(hint));
    assert!(hints.try_recv().is_err(), "once, and to nobody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_over_a_place_hears_what_everybody_there_has_to_hear() {
    let house = House::new().await;
    let places = house.places;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    let other = house.actor(&[(roles::LEAD, places.staging)]).await;
    let mut reader = house.app.store.snapshot().await.unwrap();
    let epoch = reader.committed_epoch().await.unwrap();
    let mut ground = claviger_server::telling::Ground {
        reader: &mut *reader,
        judge: claviger_server::operations::requests::Judge {
            entitlements: &house.app.entitlements,
            epoch: claviger_server::entitlement::Epoch::Committed(epoch),
            now: house.app.clock.now(),
        },
    };
    let watchers = ground.watchers(Some(places.production)).await.unwrap();
    assert!(watchers.contains(&owner.principal) && watchers.contains(&lead.principal));
    assert!(!watchers.contains(&other.principal));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_over_a_place_hears_of_emergency_access_at_once() {
    let house = House::new().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let other = house.actor(&[(roles::LEAD, house.places.staging)]).await;
    let holder = house.actor(&[(roles::VIEWER, production)]).await;
    let right = right_of(&house, holder.principal, production).await;
    let body = json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": 600});
    let drawn = house
        .call(Some(&holder), &route::DRAW_EMERGENCY, &[&right], &body)
        .await;
    assert_eq!(drawn.code(), "ok", "{:?}", drawn.json());
    for watcher in [&owner, &lead] {
        let told = house.told(watcher).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].kind, "emergency.used");
        assert_eq!(told[0].path.as_deref(), Some("payments/production"));
    }
    for nobody in [&other, &holder] {
        assert_eq!(house.kinds(nobody).await, Vec::<String>::new());
    }
}

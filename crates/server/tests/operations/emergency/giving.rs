//! Giving a right, and ending one.

use super::*;
use claviger_model::scope::EnvironmentClass;
use claviger_protocol::emergency::RightRecord;

#[tokio::test(flavor = "multi_thread")]
async fn a_right_is_for_one_person_by_somebody_who_may_give_and_decides_nothing_by_itself() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let give = async |by: &Actor, body: Value| {
        let answer = house.call(Some(by), &route::GIVE_EMERGENCY, &[], &body).await;
        answer.code()
    };

    let team = house.team("on call", &[viewer.principal]).await;
    assert_eq!(
        give(&lead, right_body(&house, team, places.production)).await,
        "wrong_state"
    );
    let bot = house.service(EnvironmentClass::Production, &[]).await.principal;
    assert_eq!(
        give(&lead, right_body(&house, bot, places.production)).await,
        "wrong_state"
    );
    let own = right_body(&house, lead.principal, places.production);
    assert_eq!(give(&lead, own).await, "separation_of_duties");
    let body = right_body(&house, viewer.principal, places.production);
    assert_eq!(give(&viewer, body.clone()).await, "forbidden");
    let stranger = house.actor(&[]).await;
    assert_eq!(give(&stranger, body.clone()).await, "not_found");
    let above = right_body(&house, viewer.principal, places.payments);
    assert_eq!(give(&lead, above).await, "not_found");
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    for role in [roles::LEAD, roles::VIEWER] {
        let power = body_of(role, viewer.principal, places.production, &house);
        assert_eq!(give(&owner, power).await, "wrong_state", "{role}");
    }
    for (late, code) in [(HOUR * 24 * 367, "bad_request"), (Duration::ZERO, "bad_request")] {
        let mut body = body.clone();
        body["ends_at"] = json!(house.clock.now().plus(late));
        assert_eq!(give(&lead, body).await, code);
    }
    let mut wordless = body.clone();
    wordless["reason"] = json!(" ");
    assert_eq!(give(&lead, wordless).await, "bad_request");

    assert_eq!(give(&lead, body.clone()).await, "ok");
    assert_eq!(
        house.read(&viewer, secret, "reveal").await,
        "forbidden",
        "only a right to draw"
    );
    // The same call again, also when the giver may give no more; another one under its id is none.
    let mut other = body.clone();
    other["reason"] = json!("another");
    assert_eq!(give(&lead, other).await, "conflict");
    let again: RightRecord = house
        .call(Some(&lead), &route::GIVE_EMERGENCY, &[], &body)
        .await
        .parse();
    assert_eq!(json!(again.id), body["id"]);

    let seen: Vec<RightRecord> = house.emergency(&viewer).await.rights;
    assert_eq!((seen.len(), seen[0].given_by), (1, Some(lead.principal)));
    assert!(seen[0].may_end && seen[0].path == "payments/production");
    assert_eq!(house.emergency(&lead).await.rights.len(), 1);
    assert_eq!(house.emergency(&stranger).await.rights, []);
    // A Lead of a place below sees what reaches it, without the reason.
    let over_all = house.give_right(&owner, &viewer, places.payments).await;
    let below: Vec<RightRecord> = house.emergency(&lead).await.rights;
    let from_above = below.iter().find(|right| right.id == over_all).unwrap();
    assert_eq!(
        (&from_above.reason, from_above.given_by, from_above.may_end),
        (&None, None, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_ends_takes_what_is_drawn_of_it() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let holder = house.actor(&[]).await;
    let right = house.give_right(&lead, &holder, places.production).await;
    house.drawn(&holder, right, 3600).await;
    assert_eq!(house.read(&holder, secret, "reveal").await, "ok");
    let end = async |by: &Actor| {
        let reason = json!({"reason": "moved on"});
        house
            .call(Some(by), &route::END_EMERGENCY, &[&right], &reason)
            .await
            .code()
    };
    let stranger = house.actor(&[]).await;
    assert_eq!(end(&stranger).await, "not_found");
    let viewer = house.actor(&[(roles::AUDITOR, places.root)]).await;
    assert_eq!(end(&viewer).await, "forbidden");
    assert_eq!(end(&lead).await, "ok");
    assert_eq!(house.read(&holder, secret, "reveal").await, "not_found");
    assert_eq!(end(&lead).await, "wrong_state");
    assert_eq!(house.draw(&holder, right, 600).await.code(), "wrong_state");
    assert_eq!(house.happened(EventKind::GrantEnded).await, 1);
    assert_eq!(house.happened(EventKind::OrderIssued).await, 1, "names go, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_be_read_in_an_emergency_is_shown_first_and_just_that_is_given() {
    let house = House::new().await;
    let production = house.places.production;
    house.secret(production, "KEY", b"x").await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let holder = house.actor(&[]).await;
    let stranger = house.actor(&[]).await;
    let body = right_body(&house, holder.principal, production);
    let preview =
        async |by: &Actor, body: &Value| house.call(Some(by), &route::PLAN_EMERGENCY, &[], body).await;
    assert_eq!(preview(&stranger, &body).await.code(), "not_found");
    let own = right_body(&house, lead.principal, production);
    assert_eq!(preview(&lead, &own).await.code(), "separation_of_duties");
    let power = body_of(roles::LEAD, holder.principal, production, &house);
    assert_eq!(preview(&lead, &power).await.code(), "forbidden");
    let plan = preview(&lead, &body).await.json();
    let reveal = plan["newly"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["action"] == "secret.reveal");
    assert_eq!(reveal.unwrap()["secrets"], 1, "{plan}");
    assert_eq!(plan["warnings"], json!([{"warning": "production", "secrets": 1}]));
    assert_eq!(house.emergency(&holder).await.rights, [], "nothing was given");
    assert_eq!(house.happened(EventKind::EmergencyGiven).await, 0);

    // Another secret, another effect; another end, another right.
    let with = |plan: &Value, change: &str, value: Value| {
        let mut call = body.clone();
        call["plan"] = plan["digest"].clone();
        call[change] = value;
        call
    };
    let give = async |body: Value| {
        house
            .call(Some(&lead), &route::GIVE_EMERGENCY, &[], &body)
            .await
            .code()
    };
    let longer = json!(house.clock.now().plus(HOUR * 48));
    assert_eq!(give(with(&plan, "ends_at", longer)).await, "stale_plan");
    assert_eq!(
        give(with(&plan, "role", json!(roles::EDITOR))).await,
        "stale_plan"
    );
    house.secret(production, "OTHER", b"y").await;
    assert_eq!(give(with(&plan, "reason", json!("on call"))).await, "stale_plan");
    assert_eq!(house.emergency(&holder).await.rights, []);
    let plan = preview(&lead, &body).await.json();
    let body = with(&plan, "reason", json!("words may be mended"));
    assert_eq!(give(body.clone()).await, "ok");
    house.secret(production, "THIRD", b"z").await;
    assert_eq!(give(body).await, "ok", "the same call again");
}

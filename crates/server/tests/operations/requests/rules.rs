//! What a scope sets: approval by rule, and rotations that wait for a Lead.

use super::{HOUR, id_of};
use crate::house::{House, request_id};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{PolicyId, PrincipalId, RequestId, RoleId},
    time::Clock,
};
use claviger_protocol::{
    requests::{May, OptionsReply, RequestRecord, RequestSettingsReply, RequestState},
    route,
};
use claviger_storage::principals::{MemberSource, TeamMember};
use serde_json::{Value, json};

fn rule(teams: &[PrincipalId], role: RoleId, most: u32) -> Value {
    json!({
        "id": PolicyId::random(&SystemEntropy), "name": "on call", "teams": teams,
        "approves": {"what": "access", "role": role, "most_seconds": most},
        "author": PrincipalId::random(&SystemEntropy),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_approves_at_once_in_its_authors_name() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.staging, "KEY", b"x").await;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let outsider = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    let inner = house.team("developers", &[viewer.principal]).await;
    let outer = house.team("engineering", &[inner]).await;
    let mut one = rule(&[outer], roles::READER, 7200);
    one["classes"] = json!(["staging"]);
    let set = house
        .settings(&lead, places.payments, json!({"rules": [one]}))
        .await;
    let set: RequestSettingsReply = set.parse();
    assert_eq!(set.here.rules[0].author, lead.principal, "whatever was sent");

    let at_once: RequestRecord = house
        .ask(&viewer, roles::READER, places.staging, 7200)
        .await
        .parse();
    assert!(matches!(at_once.state, RequestState::Approved { by, .. } if by == lead.principal));
    let given = at_once.course.given.unwrap();
    assert_eq!(given.rule, Some(set.here.rules[0].id));
    assert_eq!(house.reveal(&viewer, secret).await, Ok(()));
    let options = house
        .call(
            Some(&viewer),
            &route::REQUEST_OPTIONS,
            &[],
            &json!({"scope": places.staging}),
        )
        .await;
    let editor: OptionsReply = options.parse();
    assert!(
        editor.roles.iter().all(|role| role.at_once_seconds.is_none()),
        "Reader is theirs"
    );

    for (by, role, scope, seconds) in [
        (&viewer, roles::READER, places.staging, 7201),
        (&viewer, roles::EDITOR, places.staging, 3600),
        (&viewer, roles::READER, places.production, 3600),
        (&outsider, roles::READER, places.staging, 3600),
    ] {
        let waits: RequestRecord = house.ask(by, role, scope, seconds).await.parse();
        assert_eq!(waits.state, RequestState::Open);
    }
    // Where several have to approve, no rule stands for them.
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    house.settings(&owner, places.root, json!({"steps": 2})).await;
    let waits: RequestRecord = house
        .ask(&viewer, roles::READER, places.staging, 60 * 60)
        .await
        .parse();
    assert_eq!(waits.state, RequestState::Open);
    house.settings(&owner, places.root, json!({})).await;
    // Nor does it for an author who may not give it any more.
    let mut reader = house.app.store.reader().await.unwrap();
    let grant = reader.grant_history(lead.principal, 1).await.unwrap()[0].id;
    house
        .call(
            Some(&owner),
            &route::END_GRANT,
            &[&grant],
            &json!({"reason": "left"}),
        )
        .await;
    let waits: RequestRecord = house
        .ask(&viewer, roles::READER, places.staging, 60 * 60)
        .await
        .parse();
    assert_eq!(waits.state, RequestState::Open);
}

/// A rule for an hour gives an hour from now at most, whatever is prolonged by it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_gave_is_not_prolonged_beyond_its_time() {
    let house = House::new().await;
    let staging = house.places.staging;
    let viewer = house.actor(&[(roles::VIEWER, staging)]).await;
    let lead = house.actor(&[(roles::LEAD, staging)]).await;
    let team = house.team("developers", &[viewer.principal]).await;
    let rules = json!({"rules": [rule(&[team], roles::READER, 3600)]});
    assert_eq!(house.settings(&lead, staging, rules).await.code(), "ok");
    let first: RequestRecord = house.ask(&viewer, roles::READER, staging, 1800).await.parse();
    let longer = async |seconds: u32, of: RequestId| {
        let want = json!({"role": roles::READER, "scope": staging, "seconds": seconds, "extends": of});
        house.ask_as(&viewer, request_id(), want).await
    };
    // Half an hour is left of the rule's hour.
    let second: RequestRecord = longer(1800, first.id).await.parse();
    let end = second.course.given.unwrap().ends_at;
    assert_eq!(end, house.clock.now().plus(HOUR));
    let third: RequestRecord = longer(300, second.id).await.parse();
    assert_eq!(third.state, RequestState::Open, "a person decides");
    house.clock.advance(HOUR / 2);
    let fourth: RequestRecord = longer(1800, second.id).await.parse();
    assert_eq!(fourth.course.given.unwrap().ends_at, house.clock.now().plus(HOUR));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_prolongs_beyond_90_days_from_now() {
    let house = House::new().await;
    let staging = house.places.staging;
    let viewer = house.actor(&[(roles::VIEWER, staging)]).await;
    let lead = house.actor(&[(roles::LEAD, staging)]).await;
    let days = |days: u32| days * 24 * 3600;
    let first = id_of(&house.ask(&viewer, roles::READER, staging, days(60)).await);
    assert_eq!(house.approve(&lead, first, json!({})).await.code(), "ok");
    let longer = async |seconds: u32| {
        let want = json!({"role": roles::READER, "scope": staging, "seconds": seconds, "extends": first});
        house.ask_as(&viewer, request_id(), want).await
    };
    assert_eq!(longer(days(30) + 1).await.code(), "bad_request");
    let second = id_of(&longer(days(30)).await);
    let third = id_of(&longer(days(30)).await);
    for id in [second, third] {
        assert_eq!(house.approve(&lead, id, json!({})).await.code(), "ok");
    }
    let given = house.seen(&viewer, third).await.unwrap().course.given.unwrap();
    assert_eq!(given.ends_at, house.clock.now().plus(HOUR * 24 * 90));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_a_rule_for_themselves_or_beyond_what_they_may_give() {
    let house = House::new().await;
    let places = house.places;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let inner = house.team("leads", &[lead.principal]).await;
    let outer = house.team("payments people", &[inner, viewer.principal]).await;
    let others = house.team("others", &[viewer.principal]).await;
    for (teams, role, code) in [
        (vec![inner], roles::READER, "separation_of_duties"),
        (vec![outer], roles::READER, "separation_of_duties"),
        (vec![others, outer], roles::READER, "separation_of_duties"),
        (vec![others], roles::LEAD, "forbidden"),
        (vec![others], roles::OWNER, "wrong_state"),
        (vec![viewer.principal], roles::READER, "not_found"),
        (vec![], roles::READER, "bad_request"),
        (vec![others], roles::READER, "ok"),
    ] {
        let set = house
            .settings(
                &lead,
                places.payments,
                json!({"rules": [rule(&teams, role, 3600)]}),
            )
            .await;
        assert_eq!(set.code(), code, "{teams:?}");
    }
    let read = house
        .call(
            Some(&viewer),
            &route::REQUEST_SETTINGS,
            &[&places.payments],
            &Value::Null,
        )
        .await;
    assert_eq!(read.code(), "forbidden");
    // Who joins the rule's team later profits as little.
    let mut locked = house.app.store.locked().await.unwrap();
    let member = TeamMember {
        team: others,
        member: lead.principal,
        source: MemberSource::Local,
    };
    locked.add_team_member(member).await.unwrap();
    locked.commit().await.unwrap();
    for by in [&lead, &viewer] {
        let waits: RequestRecord = house.ask(by, roles::READER, places.payments, 3600).await.parse();
        assert_eq!(waits.state, RequestState::Open);
    }
    // Somebody else's newer settings are not overwritten.
    let stale = json!({"before": {}, "after": {"steps": 3}});
    let stale = house
        .call(
            Some(&lead),
            &route::SET_REQUEST_SETTINGS,
            &[&places.payments],
            &stale,
        )
        .await;
    assert_eq!(stale.code(), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_for_a_lead_where_the_scope_says_so() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let editor = house.actor(&[(roles::EDITOR, places.production)]).await;
    let consumer = house.actor(&[(roles::CONSUMER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let set = json!({"rotations_need_approval": true});
    assert_eq!(
        house.settings(&lead, places.production, set.clone()).await.code(),
        "ok"
    );
    let ask = |by| {
        let body =
            json!({"id": request_id(), "want": {"kind": "rotation", "secret": secret}, "reason": "leaked"});
        let house = &house;
        async move { id_of(&house.call(by, &route::MAKE_REQUEST, &[], &body).await) }
    };
    let fulfil = |id: RequestId, version| {
        let value = house.sealed(&editor, secret, version, b"new");
        let body = json!({"version": version, "value": value, "fulfils": id});
        let (house, editor) = (&house, &editor);
        async move {
            house
                .call(Some(editor), &route::WRITE_VERSION, &[&secret], &body)
                .await
                .code()
        }
    };
    let id = ask(Some(&consumer)).await;
    assert_eq!(house.seen(&editor, id).await.unwrap().course.may, [May::Refuse]);
    assert_eq!(
        house.seen(&lead, id).await.unwrap().course.may,
        [May::Approve, May::Refuse]
    );
    assert_eq!(fulfil(id, 2).await, "wrong_state");
    assert_eq!(house.approve(&editor, id, json!({})).await.code(), "forbidden");
    assert_eq!(
        house.approve(&lead, id, json!({"seconds": 5})).await.code(),
        "bad_request"
    );
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "ok");
    assert_eq!(
        house.seen(&editor, id).await.unwrap().course.may,
        [May::Refuse, May::Fulfil]
    );
    assert_eq!(fulfil(id, 2).await, "ok");
    assert_eq!(house.refuse(&lead, ask(Some(&consumer)).await).await.code(), "ok");

    let team = house.team("users", &[consumer.principal]).await;
    let rule = json!({
        "id": PolicyId::random(&SystemEntropy), "name": "leaks", "teams": [team],
        "approves": {"what": "rotation"}, "author": lead.principal,
    });
    let set = json!({"rotations_need_approval": true, "rules": [rule]});
    assert_eq!(house.settings(&lead, places.production, set).await.code(), "ok");
    assert_eq!(fulfil(ask(Some(&consumer)).await, 3).await, "ok");
}

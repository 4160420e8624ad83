//! A Lead whose sign-in grew too old for their own grant is told so wherever they look at who has what; nobody else is.

use super::{give, given};
use crate::{
    house::{Actor, House, grant},
    stepping_up::{careful, only},
};
use claviger_model::{
    builtin_roles::{LEAD, READER, VIEWER},
    conditions::Conditions,
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    time::Clock,
};
use claviger_protocol::{access::AccessAtReply, route, route::Route};
use serde_json::{Value, json};

fn looks(at: ScopeId, of: PrincipalId) -> Vec<(Route, Value)> {
    let explained = json!({"principal": of, "action": "secret.use", "about": {"scope": at}});
    vec![
        (route::ACCESS_AT, json!({"scope": at})),
        (route::ACCESS_OF, json!({"principal": of})),
        (route::ACCESS_MATRIX, json!({"top": at})),
        (route::EXPLAIN, explained),
        (route::PRINCIPALS, Value::Null),
    ]
}

async fn said(house: &House, who: &Actor, route: Route, body: &Value) -> (u16, String) {
    let answer = house.call(Some(who), &route, &[], body).await;
    (answer.status, answer.code())
}

async fn signed_in(house: &House, actor: &Actor, amr: &str) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut session = locked.session(actor.session).await.unwrap().unwrap();
    (session.amr, session.auth_time) = (vec![amr.to_owned()], Some(house.clock.now()));
    locked.put_session(&session).await.unwrap();
    locked.commit().await.unwrap();
}

async fn entitlement(house: &House, who: &Actor) -> Value {
    let body = json!({"cursor": 0});
    let reply = house.call(Some(who), &route::SYNC, &[], &body).await.json();
    reply["entitlement"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_sign_in_is_asked_for_and_only_of_those_whom_it_would_help() {
    let house = House::new().await;
    let staging = house.places.staging;
    let person = house.actor(&[(READER, staging)]).await;
    let (careful, only) = (
        careful(&house, LEAD, staging).await,
        only(&house, LEAD, staging).await,
    );
    // Another condition is missing, too: no sign-in helps.
    let elsewhere = house.actor(&[]).await;
    let conditions = Conditions {
        multi_factor_within: Some(300),
        networks: vec!["203.0.113.0/24".parse().unwrap()],
        ..Conditions::default()
    };
    let narrow = Grant {
        conditions: conditions.into(),
        ..grant(elsewhere.principal, LEAD, staging, house.clock.now())
    };
    give(&house, &narrow).await;
    let viewer = house.actor(&[(VIEWER, staging)]).await;
    let stranger = house.actor(&[]).await;
    for who in [&careful, &only, &elsewhere, &viewer, &stranger] {
        signed_in(&house, who, "pwd").await;
    }
    for lead in [&careful, &only] {
        for (route, body) in looks(staging, person.principal) {
            assert_eq!(
                said(&house, lead, route, &body).await,
                (401, "step_up".to_owned()),
                "{route}"
            );
        }
    }
    for (who, names) in [(&elsewhere, false), (&viewer, false), (&stranger, false)] {
        for (route, body) in looks(staging, person.principal) {
            let (status, code) = said(&house, who, route, &body).await;
            let own = who.principal == viewer.principal || who.principal == elsewhere.principal;
            if route == route::ACCESS_AT && own {
                let answer = house.call(Some(who), &route, &[], &body).await;
                let reply: AccessAtReply = answer.parse();
                let shown: Vec<_> = reply.rows.iter().map(|row| row.principal).collect();
                assert_eq!(shown, [who.principal], "oneself only");
                continue;
            }
            let expected = if route == route::PRINCIPALS {
                (403, "forbidden")
            } else {
                (404, "not_found")
            };
            assert_eq!((status, code.as_str()), expected, "{route} {names}");
        }
    }
    // The device of somebody to whom no place shows learns that some would, and nothing of them.
    for (who, hidden) in [
        (&careful, false),
        (&only, true),
        (&elsewhere, false),
        (&stranger, false),
    ] {
        let told = entitlement(&house, who).await;
        assert_eq!(
            told["looks_afresh"],
            if hidden { json!(true) } else { Value::Null }
        );
        if hidden {
            assert_eq!(told["scopes"], json!([]));
        }
    }
    for lead in [&careful, &only] {
        signed_in(&house, lead, "mfa").await;
        for (route, body) in looks(staging, person.principal) {
            assert_eq!(
                said(&house, lead, route, &body).await,
                (200, "ok".to_owned()),
                "{route}"
            );
        }
        assert_eq!(entitlement(&house, lead).await["looks_afresh"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matrix_with_a_column_missing_for_want_of_a_sign_in_is_not_shown_as_if_it_were_whole() {
    let house = House::new().await;
    let (payments, staging, production) = (
        house.places.payments,
        house.places.staging,
        house.places.production,
    );
    let lead = careful(&house, LEAD, production).await;
    given(&house, lead.principal, LEAD, staging).await;
    given(&house, lead.principal, VIEWER, payments).await;
    signed_in(&house, &lead, "pwd").await;
    let top = |scope: ScopeId| json!({"top": scope});
    let refused = said(&house, &lead, route::ACCESS_MATRIX, &top(payments)).await;
    assert_eq!(refused, (401, "step_up".to_owned()));
    let there = said(&house, &lead, route::ACCESS_MATRIX, &top(staging)).await;
    assert_eq!(there, (200, "ok".to_owned()), "nothing is missing there");
}

//! Every way to a place, and the same turned round.

use super::{DAY, at, give, given, of, path, row, team};
use crate::house::{Actor, House, grant};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    time::Clock,
};
use claviger_protocol::{
    access::{AccessAtReply, AccessOfReply, GrantStep, Stands},
    route,
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_a_place_is_shown_with_its_grant() {
    let house = House::new().await;
    let (root, payments, production) = (house.places.root, house.places.payments, house.places.production);
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let person = house.actor(&[]).await;
    let inner = team(&house, "inner", &[person.principal]).await;
    let outer = team(&house, "outer", &[inner]).await;
    let nested = given(&house, outer, roles::READER, production).await;
    let inherited = given(&house, person.principal, roles::VIEWER, payments).await;
    let later = Grant {
        not_before: Some(house.clock.now().plus(DAY)),
        ..grant(inner, roles::EDITOR, production, house.clock.now())
    };
    give(&house, &later).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;

    let reply = at(&house, &lead, production).await;
    assert_eq!(reply.rows.len(), 3, "lead, person and owner");
    let shown = row(&reply, person.principal);
    assert_eq!(
        (shown.role, shown.now.allowed, shown.now.reason.as_str()),
        (roles::READER, true, "granted"),
        "the strongest that counts"
    );
    let by_team = path(shown, &nested);
    assert_eq!(
        (by_team.team, by_team.through, by_team.inherited, &by_team.stands),
        (Some(outer), Some(inner), false, &Stands::Counts)
    );
    assert_eq!(
        (by_team.reason.as_deref(), by_team.granted_by, by_team.granted_at),
        (Some("for the test"), Some(outer), nested.granted_at)
    );
    assert_eq!(
        by_team.may,
        [GrantStep::Shorten, GrantStep::Narrow, GrantStep::Revoke]
    );
    let from_above = path(shown, &inherited);
    assert_eq!((from_above.team, from_above.inherited), (None, true));
    // What was written about a grant above is for those who may look there.
    assert_eq!(
        (from_above.reason.as_deref(), from_above.granted_by),
        (None, None)
    );
    assert!(from_above.may.is_empty());
    let begins = Stands::NotYet {
        from: later.not_before.unwrap(),
    };
    assert_eq!(path(shown, &later).stands, begins);
    assert!(reply.principals.iter().any(|named| named.id == outer));
    assert!(
        reply
            .scopes
            .iter()
            .any(|scope| scope.path.to_string() == "payments")
    );

    let wide = at(&house, &owner, production).await;
    let from_above = path(row(&wide, person.principal), &inherited);
    assert_eq!(from_above.reason.as_deref(), Some("for the test"));
    assert!(!from_above.may.is_empty());

    // By hand, page by page.
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let body = json!({"scope": production, "limit": 1, "after": after});
        let page: AccessAtReply = house
            .call(Some(&lead), &route::ACCESS_AT, &[], &body)
            .await
            .parse();
        seen.extend(page.rows.iter().map(|row| row.principal));
        match page.next {
            Some(next) => after = serde_json::to_value(next).unwrap(),
            None => break,
        }
    }
    assert_eq!(
        seen,
        reply.rows.iter().map(|row| row.principal).collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_look_there_is_only_oneself() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let reader = house.actor(&[(roles::READER, production)]).await;
    let stranger = house.actor(&[]).await;
    let own = at(&house, &reader, production).await;
    assert_eq!(own.rows.len(), 1);
    assert_eq!(own.rows[0].principal, reader.principal);
    assert_eq!(
        own.rows[0].paths[0].may,
        [GrantStep::Shorten, GrantStep::Revoke],
        "handing back"
    );
    assert_eq!(own.rows[0].paths[0].reason.as_deref(), Some("for the test"));
    assert_eq!(of(&house, &reader, reader.principal).await.rows.len(), 1);

    let missing = ScopeId::random(&SystemEntropy);
    let nobody = PrincipalId::random(&SystemEntropy);
    let ask = async |who: &Actor, route: &route::Route, body: Value| {
        let answer = house.call(Some(who), route, &[], &body).await;
        (answer.status, answer.without_call())
    };
    for (who, route, known, unknown) in [
        (
            &stranger,
            route::ACCESS_AT,
            json!({"scope": production}),
            json!({"scope": missing}),
        ),
        (
            &stranger,
            route::ACCESS_MATRIX,
            json!({"top": production}),
            json!({"top": missing}),
        ),
        (
            &reader,
            route::ACCESS_MATRIX,
            json!({"top": production}),
            json!({"top": missing}),
        ),
        (
            &reader,
            route::ACCESS_OF,
            json!({"principal": lead.principal}),
            json!({"principal": nobody}),
        ),
    ] {
        let (known, unknown) = (ask(who, &route, known).await, ask(who, &route, unknown).await);
        assert_eq!(known.0, 404, "{route}");
        assert_eq!(known, unknown, "{route}");
    }
    // A lead elsewhere knows people, and nothing of what they have here.
    let elsewhere = house.actor(&[(roles::LEAD, house.places.staging)]).await;
    assert!(of(&house, &elsewhere, reader.principal).await.rows.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn turned_round_it_is_the_same() {
    let house = House::new().await;
    let (root, production, staging) = (house.places.root, house.places.production, house.places.staging);
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let person = house
        .actor(&[(roles::READER, production), (roles::EDITOR, staging)])
        .await;
    let squad = team(&house, "squad", &[person.principal]).await;
    let above = given(&house, squad, roles::VIEWER, root).await;

    let all = of(&house, &owner, person.principal).await;
    let shown: Vec<_> = all
        .rows
        .iter()
        .map(|row| (row.path.scope, row.path.role))
        .collect();
    assert_eq!(
        shown,
        [
            (root, roles::VIEWER),
            (production, roles::READER),
            (staging, roles::EDITOR)
        ],
        "in the order of places"
    );
    let mut some = of(&house, &lead, person.principal).await.rows;
    some.sort_by_key(|row| row.path.scope != root);
    let shown: Vec<_> = some
        .iter()
        .map(|row| (row.path.scope, row.path.reason.is_some()))
        .collect();
    assert_eq!(
        shown,
        [(root, false), (production, true)],
        "what reaches the lead's place from above, without its reason; nothing of staging"
    );
    let of_team = of(&house, &owner, squad).await;
    assert_eq!(of_team.rows.len(), 1);
    assert_eq!(
        (of_team.rows[0].path.grant, of_team.rows[0].now.reason.as_str()),
        (above.id, "not_an_actor")
    );
    let body = json!({"principal": person.principal, "limit": 2});
    let first: AccessOfReply = house
        .call(Some(&owner), &route::ACCESS_OF, &[], &body)
        .await
        .parse();
    let body = json!({"principal": person.principal, "limit": 2, "after": first.next.unwrap()});
    let rest: AccessOfReply = house
        .call(Some(&owner), &route::ACCESS_OF, &[], &body)
        .await
        .parse();
    assert_eq!((first.rows.len(), rest.rows.len(), rest.next), (2, 1, None));
}

//! Who has what: by place, by principal, as a matrix; and how often it was used.

use crate::house::{Actor, House, grant, name};
use crate::releases::release;
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    grant::Grant,
    ids::{PrincipalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    time::Clock,
};
use claviger_protocol::{
    access::{
        AccessAtReply, AccessMatrixReply, AccessOfReply, AccessPath, AccessRow, CellStands, GrantStep, Stands,
    },
    route,
};
use claviger_server::jobs::usage::catch_up;
use claviger_storage::principals::{MemberSource, Principal, TeamMember};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

pub async fn team(house: &House, called: &str, members: &[PrincipalId]) -> PrincipalId {
    let mut locked = house.app.store.locked().await.unwrap();
    let row = Principal {
        id: PrincipalId::random(&SystemEntropy),
        name: name(called),
        state: PrincipalState::Active,
        nature: Nature::Team,
        email: None,
        created_at: locked.now(),
    };
    locked.insert_principal(&row).await.unwrap();
    for member in members {
        let (team, member, source) = (row.id, *member, MemberSource::Local);
        locked
            .add_team_member(TeamMember { team, member, source })
            .await
            .unwrap();
    }
    locked.commit().await.unwrap();
    row.id
}

pub async fn give(house: &House, given: &Grant) {
    let mut locked = house.app.store.locked().await.unwrap();
    locked.insert_grant(given).await.unwrap();
    locked.commit().await.unwrap();
}

pub async fn given(house: &House, to: PrincipalId, role: RoleId, scope: ScopeId) -> Grant {
    let given = grant(to, role, scope, house.clock.now());
    give(house, &given).await;
    given
}

async fn at(house: &House, who: &Actor, scope: ScopeId) -> AccessAtReply {
    let body = json!({"scope": scope});
    house.call(Some(who), &route::ACCESS_AT, &[], &body).await.parse()
}

async fn of(house: &House, who: &Actor, principal: PrincipalId) -> AccessOfReply {
    let body = json!({"principal": principal});
    house.call(Some(who), &route::ACCESS_OF, &[], &body).await.parse()
}

fn row(reply: &AccessAtReply, who: PrincipalId) -> &AccessRow {
    reply.rows.iter().find(|row| row.principal == who).unwrap()
}

fn path<'a>(row: &'a AccessRow, grant: &Grant) -> &'a AccessPath {
    row.paths.iter().find(|path| path.grant == grant.id).unwrap()
}

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

#[tokio::test(flavor = "multi_thread")]
async fn uses_are_counted_before_and_after_the_job_comes_by() {
    let house = House::new().await;
    let (payments, production) = (house.places.payments, house.places.production);
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let reader = house.actor(&[]).await;
    let used = given(&house, reader.principal, roles::READER, production).await;
    let idle = given(&house, reader.principal, roles::VIEWER, payments).await;
    let secret = house.secret(production, "A", b"a").await;
    for _ in 0..3 {
        assert_eq!(release(&house, &reader, secret, "use").await.code(), "ok");
    }
    let seen = async || {
        let reply = at(&house, &owner, payments).await;
        let above = row(&reply, reader.principal).uses;
        let reply = at(&house, &owner, production).await;
        let row = row(&reply, reader.principal);
        (
            above,
            row.uses,
            path(row, &used).uses,
            path(row, &idle).uses,
            reply.counted_until,
        )
    };
    let tail = seen().await;
    let uses = tail.2;
    assert_eq!((uses.recent, uses.last_at), (3, Some(house.clock.now())));
    assert_eq!((tail.0, tail.1), (uses, uses), "below counts above");
    assert_eq!((tail.3.recent, tail.3.last_at), (0, None));
    assert_eq!(tail.4, house.clock.now());

    catch_up(&house.app).await.unwrap();
    catch_up(&house.app).await.unwrap();
    assert_eq!(
        seen().await,
        tail,
        "the job changes nothing but where it is counted"
    );
    let mut db = house.app.store.reader().await.unwrap();
    assert_eq!(
        db.usage_mark().await.unwrap(),
        db.committed_head().await.unwrap().next_index
    );

    // A read of today and those of three months ago.
    let long_ago = house.clock.now();
    house.clock.set(long_ago.plus(DAY * 90));
    let owner = house.sign_in(owner.principal).await;
    let again = house.sign_in(reader.principal).await;
    let body = json!({"scope": production});
    let reply: AccessAtReply = house
        .call(Some(&owner), &route::ACCESS_AT, &[], &body)
        .await
        .parse();
    let uses = path(row(&reply, reader.principal), &used).uses;
    assert_eq!(
        (uses.recent, uses.last_at),
        (0, Some(long_ago)),
        "not recent any more"
    );
    assert_eq!(release(&house, &again, secret, "use").await.code(), "ok");
    for _ in 0..2 {
        let reply: AccessAtReply = house
            .call(Some(&owner), &route::ACCESS_AT, &[], &body)
            .await
            .parse();
        let uses = path(row(&reply, reader.principal), &used).uses;
        assert_eq!((uses.recent, uses.last_at), (1, Some(house.clock.now())));
        catch_up(&house.app).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_shows_the_strongest_in_each_cell() {
    let house = House::new().await;
    let (payments, production, staging) = (
        house.places.payments,
        house.places.production,
        house.places.staging,
    );
    let lead = house.actor(&[(roles::LEAD, payments)]).await;
    let person = house
        .actor(&[(roles::VIEWER, payments), (roles::EDITOR, staging)])
        .await;
    let squad = team(&house, "squad", &[person.principal]).await;
    let ends = Grant {
        expires_at: Some(house.clock.now().plus(DAY)),
        ..grant(squad, roles::READER, production, house.clock.now())
    };
    give(&house, &ends).await;
    // A service of another class: a guardrail keeps it out of production.
    let service = Principal {
        id: PrincipalId::random(&SystemEntropy),
        name: name("zz-robot"),
        state: PrincipalState::Active,
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner: squad,
        },
        email: None,
        created_at: house.clock.now(),
    };
    let mut locked = house.app.store.locked().await.unwrap();
    locked.insert_principal(&service).await.unwrap();
    locked.commit().await.unwrap();
    given(&house, service.id, roles::CONSUMER, payments).await;

    let ask = async |body: Value| -> AccessMatrixReply {
        house
            .call(Some(&lead), &route::ACCESS_MATRIX, &[], &body)
            .await
            .parse()
    };
    let matrix = ask(json!({"top": payments})).await;
    let paths: Vec<_> = matrix.places.iter().map(|place| place.path.to_string()).collect();
    assert_eq!(paths, ["payments", "payments/production", "payments/staging"]);
    let cells = |matrix: &AccessMatrixReply, who: PrincipalId| {
        let row = matrix.rows.iter().find(|row| row.principal.id == who).unwrap();
        row.cells
            .iter()
            .map(|cell| {
                (
                    cell.place,
                    cell.role,
                    cell.stands,
                    cell.more,
                    cell.inherited,
                    cell.by_team,
                )
            })
            .collect::<Vec<_>>()
    };
    use CellStands::{Counts, Guardrail};
    assert_eq!(
        cells(&matrix, person.principal),
        [
            (0, roles::VIEWER, Counts, 0, false, false),
            (1, roles::READER, Counts, 1, false, true),
            (2, roles::EDITOR, Counts, 1, false, false)
        ]
    );
    assert_eq!(
        cells(&matrix, service.id),
        [
            // What no Owner classed counts as production.
            (0, roles::CONSUMER, Guardrail, 0, false, false),
            (1, roles::CONSUMER, Guardrail, 0, true, false),
            (2, roles::CONSUMER, Counts, 0, true, false)
        ]
    );
    let row = matrix
        .rows
        .iter()
        .find(|row| row.principal.id == person.principal)
        .unwrap();
    assert_eq!(row.cells[1].expires_at, ends.expires_at);

    let part = ask(json!({"top": payments, "people": 1, "places": 2})).await;
    assert_eq!((part.rows.len(), part.places.len()), (1, 2));
    let body = json!({"top": payments, "after": part.next, "after_path": part.next_path});
    let rest = ask(body).await;
    assert_eq!((rest.rows.len(), rest.places.len()), (2, 1));
    assert_eq!((rest.next, rest.next_path), (None, None));
}

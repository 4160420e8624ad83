//! Refusals are events too (rule 16): of reads as of changes, and of everything that a disabled person asks for.

use crate::house::{Actor, House};
use claviger_ledger::leaf::{Leaf, Object, Outcome};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    event::EventKind,
    ids::{PrincipalId, RequestId, ScopeId, SecretId},
    principal::PrincipalState,
};
use claviger_protocol::route::{self, Route};
use claviger_server::events::ASKED;
use claviger_storage::{
    Database,
    log::{LogEntry, LogFilter},
};
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{fmt::Display, path::PathBuf};

/// What somebody was refused, oldest first.
async fn refused(house: &House, actor: &Actor) -> Vec<LogEntry> {
    let filter = LogFilter {
        subject: Some(actor.principal),
        kinds: vec![EventKind::FailuresCounted],
        ..LogFilter::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let mut entries = reader.events_matching(&filter, None, 100).await.unwrap();
    entries.reverse();
    entries
}

fn code(entry: &LogEntry) -> String {
    match Leaf::parse(&entry.leaf).unwrap().outcome {
        Outcome::Refused(code) => code.to_string(),
        other => panic!("{other:?}"),
    }
}

fn asked(entry: &LogEntry) -> String {
    let opening = entry.openings.iter().find(|opening| opening.field == ASKED);
    opening.unwrap().value.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_cannot_be_tried_out_without_a_trace() {
    let house = House::new().await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    let reads: Vec<(Route, Vec<String>, Value, String)> = vec![
        (
            route::SECRET,
            vec![secret.to_string()],
            Value::Null,
            secret.to_string(),
        ),
        (
            route::VERSIONS,
            vec![secret.to_string()],
            Value::Null,
            secret.to_string(),
        ),
        {
            let request = RequestId::random(&SystemEntropy).to_string();
            (
                route::REQUEST_EVIDENCE,
                vec![request.clone()],
                Value::Null,
                request,
            )
        },
        {
            let scope = house.places.production.to_string();
            (route::REQUEST_SETTINGS, vec![scope.clone()], Value::Null, scope)
        },
        {
            let scope = ScopeId::random(&SystemEntropy);
            (
                route::ACCESS_AT,
                Vec::new(),
                json!({"scope": scope}),
                scope.to_string(),
            )
        },
        {
            let principal = PrincipalId::random(&SystemEntropy);
            let body = json!({"principal": principal});
            (route::ACCESS_OF, Vec::new(), body, principal.to_string())
        },
        {
            let top = ScopeId::random(&SystemEntropy);
            (
                route::ACCESS_MATRIX,
                Vec::new(),
                json!({"top": top}),
                top.to_string(),
            )
        },
    ];
    for (route, arguments, body, id) in reads {
        let stranger = house.actor(&[]).await;
        let arguments: Vec<&dyn Display> = arguments.iter().map(|id| id as &dyn Display).collect();
        let answer = house.call(Some(&stranger), &route, &arguments, &body).await;
        assert_eq!(answer.code(), "not_found", "{route}");
        let entries = refused(&house, &stranger).await;
        assert_eq!(entries.len(), 1, "{route}");
        assert_eq!(code(&entries[0]), "not_found", "{route}");
        let leaf = Leaf::parse(&entries[0].leaf).unwrap();
        assert_eq!(leaf.object, Object::default(), "the leaf names nothing");
        assert_eq!(leaf.session, Some(stranger.session));
        assert!(
            asked(&entries[0]).contains(&id),
            "{route}: {}",
            asked(&entries[0])
        );
        // Nobody floods the log: one of a kind in a minute.
        house.call(Some(&stranger), &route, &arguments, &body).await;
        let other = SecretId::random(&SystemEntropy);
        house
            .call(Some(&stranger), &route::SECRET, &[&other], &Value::Null)
            .await;
        assert_eq!(refused(&house, &stranger).await.len(), 1, "{route}");
    }
}

/// Disables somebody whose session goes on.
async fn disable(house: &House, principal: PrincipalId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(principal).await.unwrap().unwrap();
    row.state = PrincipalState::Disabled;
    assert!(locked.update_principal(&row).await.unwrap());
    locked.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_person_leaves_a_trace_whatever_they_ask_for() {
    let house = House::new().await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    let calls: Vec<(Route, Value)> = vec![
        (route::ME, Value::Null),
        (route::SYNC, json!({"cursor": 0})),
        (
            route::RELEASES,
            json!({"items": [{"secret": secret, "purpose": "reveal"}]}),
        ),
        (route::SCOPES, Value::Null),
    ];
    for (route, body) in calls {
        let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
        disable(&house, editor.principal).await;
        for _ in 0..2 {
            let answer = house.call(Some(&editor), &route, &[], &body).await;
            assert_eq!(answer.code(), "disabled", "{route}");
        }
        let entries = refused(&house, &editor).await;
        assert_eq!(entries.len(), 1, "{route}");
        assert_eq!(code(&entries[0]), "disabled");
        let body = if route.asks {
            format!(" {body}")
        } else {
            String::new()
        };
        let expected = format!("{} {}{body}", route.method, route.path);
        assert_eq!(asked(&entries[0]), expected);
    }
}

/// The body of a query is in the opening before anybody has parsed it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_recorded_whatever_bytes_it_has() {
    let keys = tempfile::tempdir().unwrap();
    let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
    let key = keys.path().join("root.key");
    let mut postgres = House::open(Database::Postgres(url), &key, ManualClock::default()).await;
    postgres.furnish().await;
    for house in [House::new().await, postgres] {
        let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
        disable(&house, editor.principal).await;
        let body = b"a\0b\r\n\x1b[2J\xff\xc2\x85".to_vec();
        let known = route::KNOWN;
        let request = house.request(Some(&editor), &known, known.path, body);
        assert_eq!(house.send(request).await.code(), "disabled");
        let entries = refused(&house, &editor).await;
        assert_eq!(entries.len(), 1);
        let shown = format!(
            "{} {} a\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}[2J\u{FFFD}\u{FFFD}",
            known.method, known.path
        );
        assert_eq!(asked(&entries[0]), shown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_recorded_is_recorded_the_next_time() {
    let mut file = PathBuf::new();
    let house = House::with(|config| {
        if let Database::Sqlite(path) = &config.database {
            file.clone_from(path);
        }
    })
    .await;
    let editor = house.actor(&[(roles::EDITOR, house.places.production)]).await;
    disable(&house, editor.principal).await;
    let options = SqliteConnectOptions::new().filename(&file);
    let mut tables = SqliteConnection::connect_with(&options).await.unwrap();
    let refuse = "CREATE TRIGGER full BEFORE INSERT ON log_openings BEGIN SELECT RAISE(ABORT, 'full'); END";
    sqlx::query(refuse).execute(&mut tables).await.unwrap();
    let me = async || house.call(Some(&editor), &route::ME, &[], &Value::Null).await;
    assert_eq!(me().await.code(), "disabled");
    assert!(refused(&house, &editor).await.is_empty());
    sqlx::query("DROP TRIGGER full")
        .execute(&mut tables)
        .await
        .unwrap();
    assert_eq!(me().await.code(), "disabled");
    assert_eq!(refused(&house, &editor).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_an_event_by_itself_is_recorded_once() {
    let house = House::new().await;
    let viewer = house.actor(&[(roles::VIEWER, house.places.production)]).await;
    let secret = house.secret(house.places.production, "A", b"a").await;
    let before = house.head().await.next_index;
    let answer = house
        .call(Some(&viewer), &route::DELETE_SECRET, &[&secret], &Value::Null)
        .await;
    assert_eq!(answer.code(), "forbidden");
    assert_eq!(house.head().await.next_index, before + 1);
    assert!(refused(&house, &viewer).await.is_empty());
}

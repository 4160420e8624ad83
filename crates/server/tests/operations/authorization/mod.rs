//! The golden table: every route by every kind of caller (`authorization.txt` beside this folder).
//!
//! `CLAVIGER_WRITE_GOLDEN=1` writes it anew; the diff is reviewed like code. A route without a case fails the test, and
//! whatever is refused must change nothing but the log.

mod callers;
mod cell;
mod devices;
mod emergency;
mod grants;
mod notices;
mod offboarding;
mod places;
mod policies;
mod provisioning;
mod requests;
mod roles;
mod secrets;
mod services;
mod sessions;
mod teams;

use crate::{
    house::{House, description},
    offboarding::set_brake,
    touched::Touched,
};
use callers::{KINDS, actor};
use cell::{Cell, Made};
use claviger_model::{
    builtin_roles::OWNER,
    entropy::SystemEntropy,
    ids::{SecretId, SessionId},
};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};
use std::fmt::{Display, Write};

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_the_reviewed_one() {
    let house = House::new().await;
    // So that nobody who calls is the last Owner.
    house.actor(&[(OWNER, house.places.root)]).await;
    let mut touched = Touched::watch(&house).await;
    // So that nobody who calls is the last Owner, and no case is braked.
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    assert_eq!(set_brake(&house, &owner, 10_000, &[]).await, "ok");
    let mut table = String::new();
    for route in route::ALL {
        writeln!(table, "{route}").unwrap();
        for kind in KINDS {
            let actor = actor(&house, *kind).await;
            let cell = Cell {
                house: &house,
                actor: actor.as_ref(),
                places: house.places,
            };
            let Some(Made { arguments, body }) = cell.make(route).await else {
                panic!("`{route}` has no case here");
            };
            let arguments: Vec<&dyn Display> = arguments
                .iter()
                .map(|argument| argument as &dyn Display)
                .collect();
            let before = house.head().await;
            touched.since().await;
            let answer = house.call(actor.as_ref(), route, &arguments, &body).await;
            let after = house.head().await;
            if answer.status >= 300 || outcome(route, &answer) == "not_found" {
                let changed = touched.since().await;
                assert!(
                    changed.is_empty(),
                    "{route} changed {changed:?} for {kind}, though it answered {}",
                    answer.code()
                );
                assert!(
                    after.next_index <= before.next_index + 1,
                    "{route} for {kind}: more than one event"
                );
            }
            if answer.status < 300 && (route.asks || route.method == "GET") {
                assert_eq!(before, after, "{route} is said to change nothing");
            }
            writeln!(table, "  {kind}: {}", outcome(route, &answer)).unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/operations/authorization.txt");
    if std::env::var_os("CLAVIGER_WRITE_GOLDEN").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (is, was)) in table.lines().zip(golden.lines()).enumerate() {
        assert_eq!(is, was, "line {} of the table", line + 1);
    }
    assert_eq!(table.lines().count(), golden.lines().count());
}

/// The code; for a release or a list of answers, that of its one item.
fn outcome(route: &Route, answer: &crate::house::Answer) -> String {
    if route.caller == route::Caller::Provisioner {
        return answer.status.to_string();
    }
    let code = answer.code();
    if *route == route::RELEASES && code == "ok" {
        let item = &answer.json()["results"][0];
        return item["problem"]["code"].as_str().unwrap_or("released").to_owned();
    }
    if *route == route::ANSWER_REQUESTS && code == "ok" {
        let item = &answer.json()["outcomes"][0];
        return item["problem"]["code"].as_str().unwrap_or("answered").to_owned();
    }
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_not_to_be_known_of_are_the_same_in_every_byte() {
    let house = House::new().await;
    let stranger = house.actor(&[]).await;
    let secret = house.secret(house.places.production, "DATABASE_URL", b"x").await;
    let missing = SecretId::random(&SystemEntropy);
    let calls: Vec<(Route, Value)> = vec![
        (route::SECRET, Value::Null),
        (route::VERSIONS, Value::Null),
        (route::DELETE_SECRET, Value::Null),
        (route::RESTORE_SECRET, Value::Null),
        (
            route::EDIT_SECRET,
            json!({"revision": 1, "description": description("X")}),
        ),
        (route::MOVE_SECRET, json!({"scope": house.places.staging})),
        (route::ROLL_BACK, json!({"to": 1, "version": 2})),
    ];
    for (route, body) in calls {
        let known = house.call(Some(&stranger), &route, &[&secret], &body).await;
        let unknown = house.call(Some(&stranger), &route, &[&missing], &body).await;
        assert_eq!(known.status, 404, "{route} {:?}", known.json());
        assert_eq!(
            (known.status, known.without_call()),
            (unknown.status, unknown.without_call()),
            "{route}"
        );
        assert_eq!(known.body.len(), unknown.body.len(), "{route}");
    }
    let items = |secret| json!({"items": [{"secret": secret, "purpose": "use"}]});
    let known = house
        .call(Some(&stranger), &route::RELEASES, &[], &items(secret))
        .await
        .json();
    let unknown = house
        .call(Some(&stranger), &route::RELEASES, &[], &items(missing))
        .await
        .json();
    assert_eq!(known["results"], unknown["results"]);
    assert_eq!(known["results"][0]["problem"]["code"], "not_found");

    // Nor does the stranger's own history tell them apart: no leaf names the secret.
    let history = house
        .call(
            Some(&stranger),
            &route::HISTORY,
            &[],
            &json!({"after": 0, "pinned": 0}),
        )
        .await;
    let text = String::from_utf8(history.body).unwrap();
    let reply: claviger_protocol::log::HistoryReply = serde_json::from_str(&text).unwrap();
    assert!(!reply.entries.is_empty());
    for entry in reply.entries {
        let leaf = claviger_ledger::leaf::Leaf::parse(&entry.leaf.0).unwrap();
        assert_eq!(leaf.object, claviger_ledger::leaf::Object::default());
        assert!(leaf.policies.is_empty());
    }
    let session = SessionId::random(&SystemEntropy);
    let gone = house
        .call(Some(&stranger), &route::END_SESSION, &[&session], &Value::Null)
        .await;
    assert_eq!(gone.status, 404);
}

//! What the server says of itself: enough to find a call, and no names, addresses, tokens or values.

use crate::{
    house::{Actor, description},
    program::{PROGRAM, Place},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::SecretId,
    time::{Clock, SystemClock},
};
use claviger_protocol::route::{self, Route};
use claviger_storage::Database;
use serde_json::{Value, json};
use std::{fs, path::Path};

const VALUE: &str = "sk_live_never_in_a_log";
const NAME: &str = "PAYROLL_SIGNING_KEY";
const NOTE: &str = "Kept by the treasurer";
const REASON: &str = "The auditors asked for it";
const NONSENSE: &str = "sk_test_typed_into_the_wrong_field";
/// The address that calls come from; the server listens on another one.
const CALLER: &str = "127.0.0.9";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_finds_a_call_and_holds_nobodys_names_addresses_tokens_or_values() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    };
    let mut house = place.house().await;
    house.furnish().await;
    let production = house.places.production;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let stranger = house.actor(&[]).await;
    house.started.take().unwrap().stop().await;

    let log = keys.path().join("log");
    let mut command = place.command(&[], Path::new(PROGRAM));
    command
        .env("CLAVIGER_LOG", "json")
        .env(
            "CLAVIGER_LOG_FILTER",
            "info,claviger_server=trace,claviger_storage=trace,sqlx=warn",
        )
        .stderr(fs::File::create(&log).unwrap());
    let server = place.serve_as(command).await;
    let from = reqwest::Client::builder()
        .no_proxy()
        .local_address(Some(CALLER.parse().unwrap()))
        .build()
        .unwrap();
    let mut calls = Vec::new();
    let mut call =
        async |actor: &Actor, route: Route, arguments: &[&dyn std::fmt::Display], body: Vec<u8>| {
            house.clock.set(SystemClock.now());
            let path = route.at(arguments);
            let proof = house.proof(actor, route.method, &path, &body, true);
            let reply = from
                .request(route.method.parse().unwrap(), format!("{}{path}", server.url))
                .header("authorization", format!("DPoP {}", actor.token))
                .header("dpop", proof)
                .body(body)
                .send()
                .await
                .unwrap();
            let id = reply.headers()["x-request-id"].to_str().unwrap().to_owned();
            calls.push(id);
            (
                reply.status().as_u16(),
                reply.json::<Value>().await.unwrap_or_default(),
            )
        };
    let bytes = |body: Value| serde_json::to_vec(&body).unwrap();
    let secret = SecretId::random(&SystemEntropy);
    let mut said = description(NAME);
    said.note = NOTE.to_owned();
    let create = json!({
        "id": secret, "scope": production, "description": said,
        "value": house.sealed(&editor, secret, 1, VALUE.as_bytes()),
    });
    let release = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
    let ask = json!({
        "id": crate::house::request_id(), "want": {"kind": "rotation", "secret": secret}, "reason": REASON,
    });
    for (actor, route, arguments, body, status) in [
        (&editor, route::CREATE_SECRET, None, bytes(create.clone()), 200),
        (&editor, route::CREATE_SECRET, None, bytes(create), 200),
        (&editor, route::RELEASES, None, bytes(release.clone()), 200),
        (&editor, route::MAKE_REQUEST, None, bytes(ask), 200),
        (&stranger, route::RELEASES, None, bytes(release), 200),
        (&stranger, route::SECRET, Some(secret), Vec::new(), 404),
        // What does not parse is told to whoever sent it, and to nobody else.
        (
            &editor,
            route::CREATE_SECRET,
            None,
            bytes(json!({"id": NONSENSE})),
            400,
        ),
        (&editor, route::KNOWN, None, NONSENSE.as_bytes().to_vec(), 400),
    ] {
        let arguments: Vec<_> = arguments.iter().map(|id| id as &dyn std::fmt::Display).collect();
        let (found, reply) = call(actor, route, &arguments, body).await;
        assert_eq!(found, status, "{route}: {reply}");
    }
    // No route, no token: what somebody typed into an address.
    let lost = from.get(format!("{}/v1/{NONSENSE}?token={NONSENSE}", server.url));
    let lost = lost.header("authorization", format!("Bearer {NONSENSE}"));
    assert_eq!(lost.send().await.unwrap().status(), 404);
    server.kill().await;

    let log = fs::read_to_string(&log).unwrap();
    for call in calls {
        assert!(log.contains(&call), "a call is found by its id: {log}");
    }
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 8, "structured: {log}");
    let known = [VALUE, NAME, NOTE, REASON, NONSENSE, CALLER, "Somebody", "laptop"];
    for known in known
        .into_iter()
        .chain([editor.token.as_str(), stranger.token.as_str()])
    {
        assert!(!log.contains(known), "`{known}` stands in the log: {log}");
    }
}

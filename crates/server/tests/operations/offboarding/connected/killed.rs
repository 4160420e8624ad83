//! kill -9 of the server as soon as something went on in a connected system: each account is taken away and told once. 12 times; with
//! CLAVIGER_SOAK=1, 120 times. When a case has nothing left, the next one is opened.

use crate::{
    offboarding::{
        warehouse::{LEFT, MOVED, Warehouse},
        watch::Watch,
    },
    program::{Place, call, client},
};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::CaseId};
use claviger_protocol::route;
use claviger_storage::Database;
use claviger_testkit::peers::postgres::Postgres;
use serde_json::json;
use std::time::Duration;

/// Accounts of each leaver.
const ACCOUNTS: usize = 12;
/// Kills that one case meets before nothing is left of it, or more.
const KILLS_OF_A_CASE: usize = 12;
/// How often the tables are looked at before a server is killed that does nothing.
const MOST_LOOKS: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_point_every_account_is_taken_away_and_told_once_on_sqlite() {
    let data = tempfile::tempdir().unwrap();
    let cluster = Postgres::start().await.unwrap();
    let database = Database::Sqlite(data.path().join("claviger.db"));
    again_and_again("SQLite", database, &cluster).await;
}

/// The server's own tables are in the cluster in which the leavers have logins: it is a busy one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_point_every_account_is_taken_away_and_told_once_on_postgres() {
    let cluster = Postgres::start().await.unwrap();
    let database = Database::Postgres(cluster.fresh_database().await.unwrap());
    again_and_again("PostgreSQL", database, &cluster).await;
}

async fn again_and_again(what: &str, database: Database, cluster: &Postgres) {
    let rounds: usize = match std::env::var_os("CLAVIGER_SOAK") {
        Some(_) => 120,
        None => 12,
    };
    let keys = tempfile::tempdir().unwrap();
    let place = Place {
        database,
        key: keys.path().join("root.key"),
    };
    let mut house = place.house().await;
    house.furnish().await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let mut leavers = Vec::new();
    for _ in 0..rounds.div_ceil(KILLS_OF_A_CASE) {
        let leaver = house.actor(&[]).await.principal;
        leavers.push((CaseId::random(&SystemEntropy), leaver));
    }
    house.started.take().unwrap().stop().await;
    let people: Vec<_> = leavers.iter().map(|(_, person)| *person).collect();
    let warehouse = Warehouse::with(cluster, keys.path(), &people, ACCOUNTS).await;

    let (http, mut watch) = (client(), Watch::of(&place).await);
    let (mut opened, mut cut) = (0, 0);
    for _ in 0..rounds {
        let before = watch.count(MOVED).await;
        let done = watch.count(LEFT).await == 0;
        let server = warehouse.serve(&place).await;
        if let Some((case, person)) = leavers.get(opened).filter(|_| done) {
            let body = json!({"id": case, "person": person, "reason": "leaves"});
            let reply = call(&http, &house, &server.url, &admin, &route::OPEN_CASE, &body).await;
            let (status, json) = reply.unwrap();
            assert_eq!(status, 200, "{json}");
            opened += 1;
        }
        for _ in 0..MOST_LOOKS {
            if watch.count(MOVED).await > before {
                cut += usize::from(watch.count(LEFT).await > 0);
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill().await;
    }
    assert!(
        cut > rounds / 4,
        "too few kills met an account that was being taken away: {cut}"
    );
    warehouse.finish(&place).await;
    let mut house = place.house().await;
    for (case, person) in leavers.iter().take(opened) {
        warehouse.gone(&house, *case, *person, ACCOUNTS).await;
    }
    warehouse.holds_none_of(opened * ACCOUNTS).await;
    println!(
        "{what}: {rounds} kills, {cut} of them while accounts of one of {opened} cases were taken away; none is left, nothing twice"
    );
    house.started.take().unwrap().stop().await;
}

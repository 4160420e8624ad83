//! The blast radius of somebody who reaches 5,000 of 100,000 secrets and has read them a million times, on three devices and in three
//! ways: the first page, with numbers and digest of all of it, through the router with proofs.

use super::millis;
use crate::{
    house::{Actor, House},
    lists::{Vault, fill},
    row::{Row, median},
};
use claviger_model::{
    blast::Suspect,
    builtin_roles as roles,
    ids::DeviceId,
    time::{Clock, SystemClock},
};
use claviger_protocol::{
    offboarding::radius::{RadiusCall, RadiusReply},
    route,
};
use claviger_storage::Database;
use claviger_testkit::clock::ManualClock;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::time::Instant;

const REACHED: usize = 5_000;
const EVENTS: usize = 1_000_000;
const DEVICES: usize = 3;
const ROUNDS: usize = 11;
/// Rows of one statement, so that what may have to be undone stays small.
const PORTION: usize = 100_000;

pub async fn measure() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = data.path().join("claviger.db");
    let clock = ManualClock::at(SystemClock.now());
    let database = Database::Sqlite(file.clone());
    let mut house = House::open(database, &keys.path().join("root.key"), clock).await;
    house.furnish().await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let person = house.actor(&[]).await;
    let mut devices = vec![person.device];
    for _ in 1..DEVICES {
        devices.push(house.sign_in(person.principal).await.device);
    }
    let vault = Vault {
        secrets: 100_000,
        grants: 10_000,
        entitled: REACHED,
    };
    let mut db = fill(&file, &vault, &person).await;
    read_often(&mut db, &person, &devices).await;
    drop(db);

    let call = RadiusCall {
        of: Suspect::Person(person.principal),
        after: None,
        limit: None,
    };
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let answer = house.call(Some(&admin), &route::BLAST_RADIUS, &[], &call).await;
        times.push(millis(start));
        let reply: RadiusReply = answer.parse();
        assert_eq!(reply.numbers.secrets, REACHED as u64, "{:?}", reply.numbers);
        assert_eq!(reply.numbers.known, REACHED as u64, "{:?}", reply.numbers);
    }
    let first = times[0];
    Row::new(
        "blast radius: 5,000 reachable secrets, all of them held, 1,000,000 events",
        median(times),
        "ms",
    )
    .at_most(1_000.0);
    Row::new("the same, the first time after the start", first, "ms").at_most(1_000.0);
    house.started.unwrap().stop().await;
}

/// A million releases with their events, as the log and its triggers have them; leaves are of the usual length and say nothing.
async fn read_often(db: &mut SqliteConnection, person: &Actor, devices: &[DeviceId]) {
    let hex = |id: String| id.replace('-', "");
    let me = hex(person.principal.to_string());
    let listed: Vec<_> = devices
        .iter()
        .map(|device| format!("x'{}'", hex(device.to_string())))
        .collect();
    let prepare = format!(
        "CREATE TEMP TABLE mine AS SELECT ROW_NUMBER() OVER () - 1 AS i, s.id FROM secrets s \
            WHERE s.scope IN (SELECT g.scope FROM grants g WHERE g.principal = x'{me}');
         CREATE UNIQUE INDEX temp.mine_i ON mine (i);
         CREATE TEMP TABLE hands (i INTEGER PRIMARY KEY, id BLOB);
         INSERT INTO hands VALUES {};",
        listed
            .iter()
            .enumerate()
            .map(|(i, id)| format!("({i}, {id})"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    sqlx::raw_sql(AssertSqlSafe(prepare))
        .execute(&mut *db)
        .await
        .unwrap();
    for from in (0..EVENTS).step_by(PORTION) {
        let to = from + PORTION;
        // Beyond the head, so that nobody takes them for leaves of this tree.
        let sql = format!(
            "BEGIN;
             CREATE TEMP TABLE e AS WITH RECURSIVE n (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to})
                SELECT n.i, randomblob(16) AS event, (SELECT changed_at FROM scopes WHERE parent IS NULL) + n.i AS at,
                    CASE (n.i / {hands_secrets}) % 3 WHEN 0 THEN 'secret.used' WHEN 1 THEN 'secret.copied' ELSE 'secret.revealed' END AS kind,
                    h.id AS device, m.id AS secret, randomblob(32) AS hash
                FROM n JOIN mine m ON m.i = n.i % {REACHED} JOIN hands h ON h.i = (n.i / {REACHED}) % {DEVICES};
             INSERT INTO log_events (idx, event, at, kind, outcome, actor, device, secret, scope, leaf, leaf_hash)
                SELECT 10000000 + e.i, e.event, e.at, e.kind, 'allowed', x'{me}', e.device, e.secret, NULL, randomblob(700), e.hash FROM e;
             INSERT INTO log_subjects (subject, seq, idx, leaf_hash) SELECT x'{me}', 10000000 + e.i, 10000000 + e.i, e.hash FROM e;
             INSERT INTO releases (event, principal, device, secret, version, ciphertext_sha256, issued_at, max_age_ms, ended_at)
                SELECT e.event, x'{me}', e.device, e.secret, 1, e.hash, e.at, 0, NULL FROM e;
             DROP TABLE e;
             COMMIT;",
            hands_secrets = REACHED * DEVICES,
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *db).await.unwrap();
    }
    let all: (i64, i64) = sqlx::query_as("SELECT COUNT(*), SUM(times) FROM holdings")
        .fetch_one(&mut *db)
        .await
        .unwrap();
    assert_eq!(all, ((REACHED * DEVICES * 3) as i64, EVENTS as i64));
}

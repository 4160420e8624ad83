//! The list of what one person is entitled to: where they may do what, and every secret there. Its cost must follow the
//! answer, not the vault.

use super::{
    house::{Actor, House},
    row::{Row, median},
};
use claviger_model::time::{Clock, SystemClock};
use claviger_protocol::{
    route,
    sync::{ScopesReply, SyncReply},
};
use claviger_storage::Database;
use claviger_testkit::clock::ManualClock;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, time::Instant};

/// Secrets of one scope.
pub const IN_SCOPE: usize = 50;
const REPETITIONS: usize = 21;

/// How large an organization is.
pub struct Vault {
    pub secrets: usize,
    pub grants: usize,
    /// Secrets that one person may read.
    pub entitled: usize,
}

const VAULTS: [Vault; 3] = [
    Vault {
        secrets: 1_000,
        grants: 100,
        entitled: 500,
    },
    Vault {
        secrets: 100_000,
        grants: 10_000,
        entitled: 5_000,
    },
    Vault {
        secrets: 1_000_000,
        grants: 100_000,
        entitled: 5_000,
    },
];

pub async fn measure() {
    for vault in VAULTS {
        of(&vault).await;
    }
}

async fn of(vault: &Vault) {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = ManualClock::at(SystemClock.now());
    let file = data.path().join("claviger.db");
    let house = House::open(
        Database::Sqlite(file.clone()),
        &keys.path().join("root.key"),
        clock,
    )
    .await;
    let person = house.actor(&[]).await;
    let mut db = fill(&file, vault, &person).await;

    let (mut rights, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..REPETITIONS {
        // Another epoch: nothing that was kept of decisions, grants and scopes counts.
        sqlx::raw_sql("UPDATE log_head SET epoch = epoch + 1")
            .execute(&mut db)
            .await
            .unwrap();
        let start = Instant::now();
        let answer = house
            .call(Some(&person), &route::SYNC, &[], &json!({"cursor": 0}))
            .await;
        rights.push(milliseconds(start));
        let reply: SyncReply = answer.parse();
        let scopes: Vec<_> = reply
            .entitlement
            .unwrap()
            .rights
            .iter()
            .map(|rights| rights.scope)
            .collect();
        assert_eq!(scopes.len(), vault.entitled / IN_SCOPE);

        let (mut after, mut count, mut elapsed) = (None, 0, 0.0);
        loop {
            let body = json!({"scopes": scopes, "after": after});
            let start = Instant::now();
            let answer = house.call(Some(&person), &route::SYNC_SCOPES, &[], &body).await;
            elapsed += milliseconds(start);
            let page: ScopesReply = answer.parse();
            count += page.secrets.len();
            after = page.secrets.last().map(|record| record.secret.id);
            if !page.more {
                break;
            }
        }
        assert_eq!(count, vault.entitled);
        rows.push(elapsed);
    }
    let what = format!("list of {} among {} secrets", vault.entitled, vault.secrets);
    let whole = rights
        .iter()
        .zip(&rows)
        .map(|(rights, rows)| rights + rows)
        .collect();
    Row::new(&what, median(whole), "ms").at_most(20.0);
    Row::new(format!("{what}: what may be done where"), median(rights), "ms").alone();
    let first = rows[0];
    Row::new(format!("{what}: the secrets there"), median(rows), "ms").alone();
    let cold = format!("{what}: the secrets there, for the first device after the start");
    Row::new(cold, first, "ms").alone();
    drop(db);
    house.started.unwrap().stop().await;
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// Rows straight into the tables: through the routes it would take an hour.
pub async fn fill(file: &Path, vault: &Vault, person: &Actor) -> SqliteConnection {
    let mut db =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file).foreign_keys(false))
            .await
            .unwrap();
    let scopes = vault.secrets / IN_SCOPE;
    let own = vault.entitled / IN_SCOPE;
    let reader: String = claviger_model::builtin_roles::READER.to_string().replace('-', "");
    let me: String = person.principal.to_string().replace('-', "");
    let sql = format!(
        "BEGIN;
        CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) SELECT i FROM n;
        CREATE TEMP TABLE root AS SELECT id, changed_at AS at, discoverable FROM scopes WHERE parent IS NULL;
        CREATE TEMP TABLE project AS SELECT i, randomblob(16) AS id, format('project-%05d', i) AS path FROM n WHERE i < {scopes} / 4 + 1;
        CREATE TEMP TABLE place AS SELECT i, randomblob(16) AS id,
            format('project-%05d/%s', i / 4, CASE i % 4 WHEN 0 THEN 'production' WHEN 1 THEN 'staging' WHEN 2 THEN 'testing' ELSE 'development' END) AS path,
            CASE i % 4 WHEN 0 THEN 'production' WHEN 1 THEN 'staging' WHEN 2 THEN 'testing' ELSE 'development' END AS class
            FROM n WHERE i < {scopes};
        CREATE UNIQUE INDEX temp.place_i ON place (i);
        CREATE UNIQUE INDEX temp.project_i ON project (i);
        INSERT INTO scopes (id, parent, name, path, folded_path, depth, class, discoverable, lease_seconds, created_at, changed_at)
            SELECT p.id, r.id, p.path, p.path, p.path, 1, NULL, r.discoverable, NULL, r.at, r.at FROM project p, root r;
        INSERT INTO scope_ancestors (scope, ancestor, distance) SELECT p.id, p.id, 0 FROM project p UNION ALL SELECT p.id, r.id, 1 FROM project p, root r;
        INSERT INTO scopes (id, parent, name, path, folded_path, depth, class, discoverable, lease_seconds, created_at, changed_at)
            SELECT e.id, p.id, e.class, e.path, e.path, 2, e.class, r.discoverable, NULL, r.at, r.at FROM place e JOIN project p ON p.i = e.i / 4, root r;
        INSERT INTO scope_ancestors (scope, ancestor, distance) SELECT e.id, e.id, 0 FROM place e
            UNION ALL SELECT e.id, p.id, 1 FROM place e JOIN project p ON p.i = e.i / 4 UNION ALL SELECT e.id, r.id, 2 FROM place e, root r;
        CREATE TEMP TABLE people AS SELECT i, randomblob(16) AS id FROM n WHERE i < 1000;
        CREATE UNIQUE INDEX temp.people_i ON people (i);
        INSERT INTO principals (id, kind, name, folded, email, state, outside, class, owner, created_at)
            SELECT p.id, 'person', 'Person ' || p.i, 'person ' || p.i, NULL, 'active', 0, NULL, NULL, r.at FROM people p, root r;
        INSERT INTO grants (id, principal, role, scope, reason, granted_by, granted_at, conditions)
            SELECT randomblob(16), p.id, x'{reader}', e.id, 'to measure', p.id, r.at, '{{}}'
            FROM n JOIN people p ON p.i = n.i % 1000 JOIN place e ON e.i = (n.i * 7919) % {scopes}, root r WHERE n.i < {others};
        INSERT INTO grants (id, principal, role, scope, reason, granted_by, granted_at, conditions)
            SELECT randomblob(16), x'{me}', x'{reader}', e.id, 'to measure', x'{me}', r.at, '{{}}'
            FROM n JOIN place e ON e.i = n.i * ({scopes} / {own}), root r WHERE n.i < {own};
        INSERT INTO secrets (id, scope, name, folded, variable, kind, owner, tags, note, version, created_at, changed_at, cursor)
            SELECT randomblob(16), e.id, format('DATABASE_URL_%02d', n.i % {IN_SCOPE}), format('database_url_%02d', n.i % {IN_SCOPE}),
                format('DATABASE_URL_%02d', n.i % {IN_SCOPE}), 'connection-string', NULL, '[\"payments\",\"primary\"]', '', 1, r.at, r.at, n.i + 1
            FROM n JOIN place e ON e.i = n.i / {IN_SCOPE}, root r WHERE n.i < {secrets};
        INSERT INTO secret_versions (secret, version, stage, size, is_binary, created_at, created_by, envelope, data_key, kek, fingerprint)
            SELECT s.id, 1, 'current', 40, 0, s.created_at, NULL, randomblob(85), randomblob(93), (SELECT id FROM kek_generations LIMIT 1), randomblob(32)
            FROM secrets s;
        UPDATE log_head SET sync_cursor = {secrets};
        COMMIT;",
        most = vault.secrets.max(vault.grants).max(1_000),
        secrets = vault.secrets,
        others = vault.grants - own,
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.unwrap();
    db
}

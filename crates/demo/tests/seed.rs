//! Rule 37: the seed fixes ids, names and events; its database is stamped, and nobody serves it by accident.
#![expect(clippy::unwrap_used, reason = "tests")]

use claviger_demo::seed;
use claviger_model::time::Timestamp;
use claviger_server::{
    config::{Config, Origin, Sources},
    start::{self, StartError, Surroundings},
};
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{collections::BTreeMap, time::Duration};
use tempfile::TempDir;

/// A Wednesday in 2026, at noon.
const NOW: Timestamp = Timestamp::from_millis(1_783_512_000_000);

struct Seeded {
    folder: TempDir,
    config: Config,
}

impl Seeded {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        std::fs::create_dir_all(folder.path().join("data")).unwrap();
        let settings = [
            ("CLAVIGER_LISTEN", "127.0.0.1:0".to_owned()),
            ("CLAVIGER_PUBLIC_ORIGIN", "http://127.0.0.1:7420".to_owned()),
            ("CLAVIGER_DATABASE", path("data/server.db")),
            ("CLAVIGER_KEY_FILE", path("keys/root.key")),
            ("CLAVIGER_OIDC__ISSUER", "http://127.0.0.1:1".to_owned()),
            ("CLAVIGER_OIDC__CLIENT_ID", "claviger".to_owned()),
        ];
        let environment = settings.map(|(name, value)| (name.to_owned(), value)).into();
        let config = Sources {
            environment,
            ..Sources::default()
        }
        .load()
        .unwrap();
        seed::run_until(&config, NOW).await.unwrap();
        Self { folder, config }
    }

    /// Every row of a statement, as one text.
    async fn rows(&self, sql: &str) -> Vec<String> {
        let file = self.folder.path().join("data/server.db");
        let options = SqliteConnectOptions::new().filename(file);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    }

    async fn counts(&self, sql: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for row in self.rows(sql).await {
            *counts.entry(row).or_default() += 1;
        }
        counts
    }
}

/// What must be the same every time; names of tables for the words of a failure.
const FIXED: &[(&str, &str)] = &[
    (
        "events",
        "SELECT idx || ' ' || hex(event) || ' ' || at || ' ' || kind || ' ' || outcome || ' ' || \
         coalesce(hex(actor), '') || ' ' || coalesce(hex(secret), '') FROM log_events ORDER BY idx",
    ),
    (
        "principals",
        "SELECT hex(id) || ' ' || kind || ' ' || name || ' ' || state FROM principals ORDER BY id",
    ),
    (
        "keys of services",
        "SELECT hex(id) || ' ' || name || ' ' || made_at || ' ' || ends_at || ' ' || last_used_at || ' ' || \
         coalesce(ended_at, 0) FROM service_keys ORDER BY id",
    ),
    ("scopes", "SELECT hex(id) || ' ' || path FROM scopes ORDER BY id"),
    (
        "secrets",
        "SELECT hex(id) || ' ' || name || ' ' || hex(scope) FROM secrets ORDER BY id",
    ),
    (
        "versions",
        "SELECT hex(secret) || ' ' || version || ' ' || stage || ' ' || created_at FROM secret_versions \
         ORDER BY secret, version",
    ),
    (
        "grants",
        "SELECT hex(id) || ' ' || hex(principal) || ' ' || hex(scope) || ' ' || reason FROM grants ORDER BY id",
    ),
    (
        "requests",
        "SELECT hex(id) || ' ' || kind || ' ' || state || ' ' || asked_at FROM requests ORDER BY id",
    ),
    (
        "cases",
        "SELECT hex(id) || ' ' || hex(person) || ' ' || state || ' ' || opened_at || ' ' || coalesce(starts_at, 0) || ' ' || \
         coalesce(brake, '') FROM offboarding_cases ORDER BY id",
    ),
    (
        "effects of cases",
        "SELECT hex(offboarding) || ' ' || kind || ' ' || hex(object) || ' ' || at FROM offboarding_effects \
         ORDER BY offboarding, kind, object",
    ),
    (
        "rotations of cases",
        "SELECT hex(offboarding) || ' ' || hex(secret) || ' ' || risk || ' ' || due_at || ' ' || hex(request) \
         FROM offboarding_rotations ORDER BY offboarding, secret",
    ),
    (
        "orders",
        "SELECT hex(id) || ' ' || hex(device) FROM orders ORDER BY id",
    ),
    (
        "guardrails",
        "SELECT hex(id) || ' ' || name || ' ' || body || ' ' || enabled FROM guardrails ORDER BY id",
    ),
    (
        "devices",
        "SELECT hex(id) || ' ' || name FROM devices ORDER BY id",
    ),
];

#[tokio::test]
async fn the_same_company_every_time_and_it_is_served_as_a_demonstration_only() {
    let (one, other) = (Seeded::new().await, Seeded::new().await);
    for (what, sql) in FIXED {
        let (here, there) = (one.rows(sql).await, other.rows(sql).await);
        assert!(!here.is_empty(), "{what}");
        assert_eq!(here.len(), there.len(), "{what}");
        for (here, there) in here.iter().zip(&there) {
            assert_eq!(here, there, "{what}");
        }
    }
    let keys = "SELECT hex(wrapped) FROM kek_generations";
    assert_ne!(one.rows(keys).await, other.rows(keys).await, "keys are random");

    let cases = one.counts("SELECT state FROM offboarding_cases").await;
    for state in ["planned", "braked", "waiting", "done"] {
        assert_eq!(cases.get(state), Some(&1), "{state}: {cases:?}");
    }
    let open = one
        .counts("SELECT state || ' ' || how FROM offboarding_rotations")
        .await;
    assert_eq!(open.get("open copied"), Some(&3), "{open:?}");
    let suspended = one
        .counts("SELECT state FROM principals WHERE kind = 'person'")
        .await;
    assert_eq!(
        (suspended.get("suspended"), suspended.get("disabled")),
        (Some(&1), Some(&2))
    );

    let people = one.counts("SELECT kind FROM principals").await;
    assert_eq!(people.get("person"), Some(&40));
    assert_eq!(people.get("service"), Some(&2));
    // A request for access that nobody answers for two weeks lapses, by itself and without a row that says so.
    let lapsed = NOW.minus(Duration::from_secs(14 * 24 * 3600)).millis();
    let states = format!(
        "SELECT kind || ' ' || CASE WHEN kind = 'access' AND state = 'open' AND asked_at <= {lapsed} THEN 'lapsed' \
         ELSE state END FROM requests"
    );
    let states = one.counts(&states).await;
    for (kind, all) in [
        ("access", &["open", "done", "refused", "withdrawn", "lapsed"][..]),
        ("rotation", &["open", "done", "refused", "withdrawn"]),
    ] {
        for state in all {
            assert!(
                states.contains_key(&format!("{kind} {state}")),
                "{kind} {state}: {states:?}"
            );
        }
    }
    let reads = "SELECT CAST(leaf AS TEXT) FROM log_events WHERE outcome = 'done' \
                 AND kind IN ('secret.used', 'secret.copied', 'secret.revealed')";
    let reads = one.rows(reads).await;
    assert!(reads.len() > 1_000, "{}", reads.len());
    for leaf in &reads {
        assert!(leaf.contains("\"policies\":[\""), "a grant allowed it: {leaf}");
    }
    let own = "SELECT g.name || ' by ' || p.name FROM guardrails g JOIN guardrail_notes c ON c.guardrail = g.id \
               JOIN principals p ON p.id = c.changed_by WHERE g.builtin = 0 AND g.enabled = 1";
    assert_eq!(one.rows(own).await, ["Contractors see no values by Samir Haddad"]);
    for body in one.rows("SELECT body FROM guardrails WHERE builtin = 0").await {
        claviger_policy::guardrails::validate_guardrail(&body).unwrap();
    }
    let written =
        "SELECT CAST(leaf AS TEXT) FROM log_events WHERE kind = 'policy.changed' AND actor IS NOT NULL";
    assert_eq!(one.rows(written).await.len(), 1);
    let year = "SELECT cast((max(at) - min(at)) / 86400000 AS TEXT) FROM log_events";
    let days: u32 = one.rows(year).await.concat().parse().unwrap();
    assert!((363..=366).contains(&days), "{days} days");

    claviger_server::cli::install_crypto();
    let origin = Origin::parse("http://127.0.0.1:7420").unwrap();
    let served = start::start(one.config.clone(), origin.clone(), Surroundings::system(), false).await;
    assert!(matches!(served.err().unwrap(), StartError::Demonstration));
    let served = start::start(one.config.clone(), origin, Surroundings::system(), true).await;
    served.unwrap().stop().await;
}

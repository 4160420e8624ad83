//! Which tables were written to, whatever wrote there: triggers of the test's own note every row that comes, changes or goes.

use crate::house::House;
use claviger_storage::Database;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::collections::BTreeSet;

/// What asking leaves behind by design: the log with its head and tree, and proofs that count once.
const BY_ASKING: [&str; 7] = [
    "log_events",
    "log_head",
    "log_openings",
    "log_subjects",
    "log_tiles",
    "used_proofs",
    "failure_counts",
];

pub struct Touched(SqliteConnection);

impl Touched {
    /// Watches from now on.
    pub async fn watch(house: &House) -> Self {
        let Database::Sqlite(file) = &house.app.config.database else {
            unreachable!("triggers are written for SQLite")
        };
        let options = SqliteConnectOptions::new().filename(file);
        let mut tables = SqliteConnection::connect_with(&options).await.unwrap();
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .fetch_all(&mut tables)
        .await
        .unwrap();
        run(
            &mut tables,
            "CREATE TABLE touched (name TEXT NOT NULL)".to_owned(),
        )
        .await;
        let watched: Vec<_> = names
            .iter()
            .filter(|name| !BY_ASKING.contains(&name.as_str()))
            .collect();
        assert!(watched.len() > 40, "{watched:?}");
        for name in watched {
            for deed in ["INSERT", "UPDATE", "DELETE"] {
                let trigger = format!(
                    "CREATE TRIGGER touched_{deed}_{name} AFTER {deed} ON {name} \
                     BEGIN INSERT INTO touched VALUES ('{name}'); END"
                );
                run(&mut tables, trigger).await;
            }
        }
        Self(tables)
    }

    /// The tables that were touched since this was asked last.
    pub async fn since(&mut self) -> BTreeSet<String> {
        let names: Vec<String> = sqlx::query_scalar("DELETE FROM touched RETURNING name")
            .fetch_all(&mut self.0)
            .await
            .unwrap();
        names.into_iter().collect()
    }
}

async fn run(tables: &mut SqliteConnection, statement: String) {
    sqlx::query(AssertSqlSafe(statement))
        .execute(tables)
        .await
        .unwrap();
}

//! The schema's versions. A migration must suit the program before it too: first expand, then move, then, a release
//! later, contract; so that an update can be taken back and replicas can be updated one after the other. A migration that
//! was released is never edited.

use crate::{Result, StorageError};
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};
use std::borrow::Cow;

/// One version for one driver.
pub(crate) struct Step {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

/// The steps of SQLite.
pub(crate) const SQLITE: &[Step] = &[
    Step {
        version: 1,
        name: "tables",
        sql: include_str!("../migrations/sqlite/0001_tables.sql"),
    },
    Step {
        version: 2,
        name: "triggers",
        sql: include_str!("../migrations/sqlite/0002_triggers.sql"),
    },
    Step {
        version: 3,
        name: "usage",
        sql: include_str!("../migrations/sqlite/0003_usage.sql"),
    },
    Step {
        version: 4,
        name: "requests",
        sql: include_str!("../migrations/sqlite/0004_requests.sql"),
    },
    Step {
        version: 5,
        name: "proposals",
        sql: include_str!("../migrations/sqlite/0005_proposals.sql"),
    },
    Step {
        version: 6,
        name: "orders_known",
        sql: include_str!("../migrations/sqlite/0006_orders_known.sql"),
    },
    Step {
        version: 7,
        name: "keys",
        sql: include_str!("../migrations/sqlite/0007_keys.sql"),
    },
    Step {
        version: 8,
        name: "services",
        sql: include_str!("../migrations/sqlite/0008_services.sql"),
    },
    Step {
        version: 9,
        name: "emergency",
        sql: include_str!("../migrations/sqlite/0009_emergency.sql"),
    },
    Step {
        version: 10,
        name: "notices",
        sql: include_str!("../migrations/sqlite/0010_notices.sql"),
    },
    Step {
        version: 11,
        name: "guardrails",
        sql: include_str!("../migrations/sqlite/0011_guardrails.sql"),
    },
    Step {
        version: 12,
        name: "files",
        sql: include_str!("../migrations/sqlite/0012_files.sql"),
    },
    Step {
        version: 13,
        name: "emergency_again",
        sql: include_str!("../migrations/sqlite/0013_emergency_again.sql"),
    },
    Step {
        version: 14,
        name: "told",
        sql: include_str!("../migrations/sqlite/0014_told.sql"),
    },
    Step {
        version: 15,
        name: "holdings",
        sql: include_str!("../migrations/sqlite/0015_holdings.sql"),
    },
    Step {
        version: 16,
        name: "offboarding",
        sql: include_str!("../migrations/sqlite/0016_offboarding.sql"),
    },
    Step {
        version: 17,
        name: "offboarding_again",
        sql: include_str!("../migrations/sqlite/0017_offboarding_again.sql"),
    },
    Step {
        version: 18,
        name: "scim",
        sql: include_str!("../migrations/sqlite/0018_scim.sql"),
    },
    Step {
        version: 19,
        name: "connected",
        sql: include_str!("../migrations/sqlite/0019_connected.sql"),
    },
    Step {
        version: 20,
        name: "rotations_due",
        sql: include_str!("../migrations/sqlite/0020_rotations_due.sql"),
    },
    Step {
        version: 21,
        name: "simulated",
        sql: include_str!("../migrations/sqlite/0021_simulated.sql"),
    },
    Step {
        version: 22,
        name: "known",
        sql: include_str!("../migrations/sqlite/0022_known.sql"),
    },
    Step {
        version: 23,
        name: "requests_named",
        sql: include_str!("../migrations/sqlite/0023_requests_named.sql"),
    },
    Step {
        version: 24,
        name: "zones",
        sql: include_str!("../migrations/sqlite/0024_zones.sql"),
    },
];

/// The steps of PostgreSQL.
pub(crate) const POSTGRES: &[Step] = &[
    Step {
        version: 1,
        name: "tables",
        sql: include_str!("../migrations/postgres/0001_tables.sql"),
    },
    Step {
        version: 2,
        name: "triggers",
        sql: include_str!("../migrations/postgres/0002_triggers.sql"),
    },
    Step {
        version: 3,
        name: "usage",
        sql: include_str!("../migrations/postgres/0003_usage.sql"),
    },
    Step {
        version: 4,
        name: "requests",
        sql: include_str!("../migrations/postgres/0004_requests.sql"),
    },
    Step {
        version: 5,
        name: "proposals",
        sql: include_str!("../migrations/postgres/0005_proposals.sql"),
    },
    Step {
        version: 6,
        name: "orders_known",
        sql: include_str!("../migrations/postgres/0006_orders_known.sql"),
    },
    Step {
        version: 7,
        name: "keys",
        sql: include_str!("../migrations/postgres/0007_keys.sql"),
    },
    Step {
        version: 8,
        name: "services",
        sql: include_str!("../migrations/postgres/0008_services.sql"),
    },
    Step {
        version: 9,
        name: "emergency",
        sql: include_str!("../migrations/postgres/0009_emergency.sql"),
    },
    Step {
        version: 10,
        name: "notices",
        sql: include_str!("../migrations/postgres/0010_notices.sql"),
    },
    Step {
        version: 11,
        name: "guardrails",
        sql: include_str!("../migrations/postgres/0011_guardrails.sql"),
    },
    Step {
        version: 12,
        name: "files",
        sql: include_str!("../migrations/postgres/0012_files.sql"),
    },
    Step {
        version: 13,
        name: "emergency_again",
        sql: include_str!("../migrations/postgres/0013_emergency_again.sql"),
    },
    Step {
        version: 14,
        name: "told",
        sql: include_str!("../migrations/postgres/0014_told.sql"),
    },
    Step {
        version: 15,
        name: "holdings",
        sql: include_str!("../migrations/postgres/0015_holdings.sql"),
    },
    Step {
        version: 16,
        name: "offboarding",
        sql: include_str!("../migrations/postgres/0016_offboarding.sql"),
    },
    Step {
        version: 17,
        name: "offboarding_again",
        sql: include_str!("../migrations/postgres/0017_offboarding_again.sql"),
    },
    Step {
        version: 18,
        name: "scim",
        sql: include_str!("../migrations/postgres/0018_scim.sql"),
    },
    Step {
        version: 19,
        name: "connected",
        sql: include_str!("../migrations/postgres/0019_connected.sql"),
    },
    Step {
        version: 20,
        name: "rotations_due",
        sql: include_str!("../migrations/postgres/0020_rotations_due.sql"),
    },
    Step {
        version: 21,
        name: "simulated",
        sql: include_str!("../migrations/postgres/0021_simulated.sql"),
    },
    Step {
        version: 22,
        name: "known",
        sql: include_str!("../migrations/postgres/0022_known.sql"),
    },
    Step {
        version: 23,
        name: "requests_named",
        sql: include_str!("../migrations/postgres/0023_requests_named.sql"),
    },
    Step {
        version: 24,
        name: "zones",
        sql: include_str!("../migrations/postgres/0024_zones.sql"),
    },
];

const RIGHTS: &str = include_str!("../migrations/postgres/rights.sql");

/// The statements that give a PostgreSQL role what the server needs, and no more (rule 12). The server then runs under that
/// role, and `migrate` under the one that owns the tables.
pub fn rights(role: &str) -> String {
    RIGHTS.replace("claviger_server", &format!("\"{}\"", role.replace('"', "\"\"")))
}

/// The newest version among the steps.
pub(crate) fn newest(steps: &[Step]) -> i64 {
    steps.iter().map(|step| step.version).max().unwrap_or(0)
}

/// Compares what the database has with what this program knows.
pub(crate) fn compare(found: i64, steps: &[Step]) -> Result<()> {
    let known = newest(steps);
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => Err(StorageError::NewerDatabase { found, known }),
        std::cmp::Ordering::Less => Err(StorageError::OlderDatabase { found, known }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

/// Applies what is missing, each step in a transaction of its own.
pub(crate) async fn apply<C: Migrate + Send>(steps: &'static [Step], connection: &mut C) -> Result<()> {
    let migrations = steps.iter().map(|step| {
        let sql: SqlStr = AssertSqlSafe(step.sql).into_sql_str();
        Migration::new(
            step.version,
            Cow::Borrowed(step.name),
            MigrationType::Simple,
            sql,
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
        .run_direct(None, connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(found) => StorageError::NewerDatabase {
                found,
                known: newest(steps),
            },
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match error.into() {
                StorageError::Query(source) => StorageError::Migration(source),
                other => other,
            },
            other => StorageError::Migration(Box::new(other)),
        })
}

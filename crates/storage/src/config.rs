//! Which database, and whose time.

use claviger_model::time::Clock;
use std::{fmt, path::PathBuf, sync::Arc};

/// Where the tables are.
#[derive(Clone)]
pub enum Database {
    /// A file of our own, created if it is missing. One server at a time.
    Sqlite(PathBuf),
    /// A PostgreSQL URL (`postgres://user:password@host/database`); many replicas may share it. What somebody
    /// configured goes through [`Database::postgres`].
    Postgres(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// Whose time counts under the lock (rule 9); never before the last event's in either case.
#[derive(Clone)]
pub enum TimeSource {
    /// PostgreSQL: the database's own, read by the locking statement. SQLite: as `Clock`.
    Database(Arc<dyn Clock>),
    /// The injected clock on both; for tests and for seeding a past.
    Clock(Arc<dyn Clock>),
}

impl TimeSource {
    /// The injected clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        match self {
            Self::Database(clock) | Self::Clock(clock) => clock,
        }
    }
}

impl fmt::Debug for TimeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database(_) => "Database",
            Self::Clock(_) => "Clock",
        })
    }
}

/// What [`crate::Store::open`] needs to know.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Where the tables are.
    pub database: Database,
    /// Whose time counts.
    pub time: TimeSource,
    /// How many reading connections at most (SQLite), or connections altogether (PostgreSQL).
    pub connections: u32,
}

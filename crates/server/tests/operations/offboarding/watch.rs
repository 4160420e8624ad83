//! Looks at the tables beside a server that may be killed at any moment, as no other server may.

use crate::program::Place;
use claviger_storage::Database;

/// A connection of its own.
pub enum Watch {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

impl Watch {
    pub async fn of(place: &Place) -> Self {
        use sqlx::{ConnectOptions as _, Connection as _};
        match &place.database {
            Database::Sqlite(file) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                Self::Sqlite(options.connect().await.unwrap())
            }
            Database::Postgres(url) => Self::Postgres(sqlx::PgConnection::connect(url).await.unwrap()),
        }
    }

    /// The one number that a query tells.
    pub async fn count(&mut self, query: &'static str) -> i64 {
        match self {
            Self::Sqlite(db) => sqlx::query_scalar(query).fetch_one(db).await,
            Self::Postgres(db) => sqlx::query_scalar(query).fetch_one(db).await,
        }
        .unwrap()
    }
}

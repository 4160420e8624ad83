//! Connects to the server that many replicas share.

use super::{Connection, Db, LOCK, SNAPSHOT, tables, tables::Handle};
use crate::{
    Locked, Reader, Result, StorageError,
    config::{StoreConfig, TimeSource},
    deeds::Deeds,
    known_edge::KnownEdge,
    migrations::{POSTGRES, apply, compare, rights},
    notices::NoticeDesk,
    sign_in::Challenge,
    store::Driver,
    usage::Tally,
};
use async_trait::async_trait;
use claviger_model::time::Timestamp;
use sqlx::{
    AssertSqlSafe, Pool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{str::FromStr as _, sync::Arc, time::Duration};

/// How long a call waits for a connection before it says that the database is gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// Statements that a connection keeps prepared; batches of different sizes are different statements.
const STATEMENTS: usize = 512;

struct Postgres {
    pool: Pool<Db>,
    time: TimeSource,
    edge: Arc<KnownEdge>,
}

/// Connects, and refuses a database that is newer than this program.
pub(crate) async fn open(url: &str, config: &StoreConfig) -> Result<Arc<dyn Driver>> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("claviger-server")
        .statement_cache_capacity(STATEMENTS);
    let pool = PgPoolOptions::new()
        .max_connections(config.connections.max(2))
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    let mut connection = pool.acquire().await?;
    match compare(version(&mut connection).await?, POSTGRES) {
        Err(newer @ StorageError::NewerDatabase { .. }) => return Err(newer),
        _ => drop(connection),
    }
    Ok(Arc::new(Postgres {
        pool,
        time: config.time.clone(),
        edge: Arc::default(),
    }))
}

/// The newest applied migration; 0 for an empty database.
async fn version(db: &mut Connection) -> Result<i64> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *db)
        .await?;
    if !exists {
        return Ok(0);
    }
    Ok(
        sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success")
            .fetch_one(db)
            .await?,
    )
}

#[async_trait]
impl Driver for Postgres {
    async fn migrate(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        let done = apply(POSTGRES, &mut *connection).await;
        if done.is_err() {
            // It may still hold the advisory lock of migrations.
            connection.close_on_drop();
        }
        done
    }

    async fn check(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        compare(version(&mut connection).await?, POSTGRES)
    }

    async fn grant_rights(&self, role: &str) -> Result<()> {
        sqlx::raw_sql(AssertSqlSafe(rights(role)))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn may_rewrite_log(&self) -> Result<bool> {
        // An owner or superuser holds every right.
        Ok(sqlx::query_scalar(
            "SELECT bool_or(has_table_privilege(t, 'UPDATE, DELETE, TRUNCATE')) \
             FROM unnest(ARRAY['log_events', 'log_subjects', 'log_tiles']) t",
        )
        .fetch_one(&self.pool)
        .await?)
    }

    async fn reader(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Handle::reader(&self.pool).await?))
    }

    async fn snapshot(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Handle::snapshot(&self.pool, SNAPSHOT).await?))
    }

    async fn locked(&self) -> Result<Box<dyn Locked>> {
        let own_clock = || match &self.time {
            TimeSource::Database(_) => None,
            TimeSource::Clock(clock) => Some(clock.now()),
        };
        let edge = Arc::clone(&self.edge);
        Ok(Box::new(Handle::locked(&self.pool, LOCK, edge, own_clock).await?))
    }

    async fn put_challenge(&self, challenge: &Challenge) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        tables::put_challenge(&mut connection, challenge).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64> {
        let mut connection = self.pool.acquire().await?;
        tables::sweep(&mut connection, now).await
    }

    async fn roll_deeds(&self, deeds: &Deeds) -> Result<bool> {
        let mut transaction = self.pool.begin_with(LOCK).await?;
        let rolled = tables::roll_deeds(&mut transaction, deeds).await?;
        if rolled {
            transaction.commit().await?;
        }
        Ok(rolled)
    }

    async fn roll_usage(&self, tally: &Tally) -> Result<bool> {
        let mut transaction = self.pool.begin_with(LOCK).await?;
        let rolled = tables::roll_usage(&mut transaction, tally).await?;
        if rolled {
            transaction.commit().await?;
        }
        Ok(rolled)
    }

    async fn notice_desk(&self) -> Result<Box<dyn NoticeDesk>> {
        let desk = Handle::snapshot(&self.pool, LOCK).await?;
        Ok(Box::new(desk))
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

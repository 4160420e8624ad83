//! Opens the file, for one server at a time.

use super::{Connection, Db, LOCK, SNAPSHOT, checkpoints::Checkpoints, tables, tables::Handle};
use crate::{
    Locked, Reader, Result, StorageError,
    config::{StoreConfig, TimeSource},
    deeds::Deeds,
    known_edge::KnownEdge,
    migrations::{SQLITE, apply, compare},
    notices::NoticeDesk,
    sign_in::Challenge,
    store::Driver,
    translate::said,
    usage::Tally,
};
use async_trait::async_trait;
use claviger_model::time::Timestamp;
use sqlx::{
    ConnectOptions as _, Connection as _, Pool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long a writer waits for the ones before it.
const WRITER_PATIENCE: Duration = Duration::from_secs(30);
/// Pages that the writing connection keeps, in KiB as SQLite takes it: the indexes that every release touches stay there.
const WRITER_CACHE: &str = "-32768";
/// The same for a reading connection.
const READER_CACHE: &str = "-8192";
/// Pages in the WAL before the writing connection copies them into the file itself, and the WAL begins anew; most of
/// them were copied beside it by then ([`Checkpoints`]).
const CHECKPOINT_PAGES: &str = "12000";
/// Rows that a reading connection may be ahead of whoever reads them: a page of a list.
const ROWS_AHEAD: usize = 1_024;
/// Statements that a connection keeps prepared; batches of different sizes are different statements.
const STATEMENTS: usize = 512;

struct Sqlite {
    path: PathBuf,
    writer: Pool<Db>,
    readers: Pool<Db>,
    time: TimeSource,
    edge: Arc<KnownEdge>,
    checkpoints: Checkpoints,
    /// Held as long as the file is open; the operating system frees it when the process dies.
    only_server: Mutex<Option<File>>,
}

/// Opens the file, and takes the lock beside it first.
pub(crate) async fn open(path: &Path, config: &StoreConfig) -> Result<Arc<dyn Driver>> {
    let only_server = lock_file(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What is erased (openings, values) must not stay in free pages.
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        // What a statement may have to undo, and the lists it is bound to; else they are files.
        .pragma("temp_store", "MEMORY")
        .busy_timeout(WRITER_PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(WRITER_PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // A commit that fails for want of space is rolled back by SQLite itself; the driver goes on counting the
        // transaction, and would refuse every one after it.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(
            options
                .clone()
                .pragma("cache_size", WRITER_CACHE)
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES),
        )
        .await
        .map_err(|error| with_path(error.into(), path))?;
    let edge: Arc<KnownEdge> = Arc::default();
    let checkpoints = Checkpoints::start(options.clone(), Arc::clone(&edge));
    let readers = SqlitePoolOptions::new()
        .max_connections(config.connections.max(1))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(
            options
                .read_only(true)
                .create_if_missing(false)
                .pragma("cache_size", READER_CACHE)
                .row_buffer_size(ROWS_AHEAD),
        );
    let store = Sqlite {
        path: path.to_owned(),
        writer,
        readers,
        time: config.time.clone(),
        edge,
        checkpoints,
        only_server: Mutex::new(Some(only_server)),
    };
    let mut connection = store.writer.acquire().await?;
    // A migration of the past would be undone by nobody: refuse a newer database before anything else reads it.
    match compare(version(&mut connection).await?, SQLITE) {
        Err(newer @ StorageError::NewerDatabase { .. }) => return Err(newer),
        _ => drop(connection),
    }
    Ok(Arc::new(store))
}

/// A second server on the same file would decide under a lock of its own.
fn lock_file(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let refused = |error: std::io::Error| StorageError::ReadOnly {
        database: format!("`{}`", path.display()),
        source: Box::new(error),
    };
    let file = private().open(name).map_err(refused)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StorageError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => return Err(refused(error)),
    }
    // SQLite gives its other files the same permissions as this one.
    private().open(path).map_err(refused)?;
    Ok(file)
}

/// Opens a file for writing; a new one is its owner's alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Names the file in an error that did not know it.
fn with_path(error: StorageError, path: &Path) -> StorageError {
    match error {
        StorageError::ReadOnly { source, .. } => StorageError::ReadOnly {
            database: format!("`{}`", path.display()),
            source,
        },
        StorageError::NotADatabase(_) => StorageError::NotADatabase(path.to_owned()),
        other => other,
    }
}

/// The newest applied migration; 0 for an empty file.
async fn version(db: &mut Connection) -> Result<i64> {
    let exists: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_optional(&mut *db)
            .await?;
    if exists.is_none() {
        return Ok(0);
    }
    Ok(
        sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success = 1")
            .fetch_one(db)
            .await?,
    )
}

#[async_trait]
impl Driver for Sqlite {
    async fn migrate(&self) -> Result<()> {
        let mut connection = self.writer.acquire().await?;
        apply(SQLITE, &mut *connection)
            .await
            .map_err(|error| with_path(error, &self.path))
    }

    async fn check(&self) -> Result<()> {
        let mut connection = self.readers.acquire().await?;
        compare(version(&mut connection).await?, SQLITE).map_err(|error| with_path(error, &self.path))
    }

    async fn grant_rights(&self, _role: &str) -> Result<()> {
        Err(StorageError::Forbidden(said(
            "SQLite knows no roles; triggers alone keep its log append-only",
        )))
    }

    async fn may_rewrite_log(&self) -> Result<bool> {
        Ok(false)
    }

    async fn reader(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Handle::reader(&self.readers).await?))
    }

    async fn snapshot(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Handle::snapshot(&self.readers, SNAPSHOT).await?))
    }

    async fn locked(&self) -> Result<Box<dyn Locked>> {
        let clock = self.time.clock();
        let locked = Handle::locked(&self.writer, LOCK, Arc::clone(&self.edge), || Some(clock.now())).await;
        Ok(Box::new(locked.map_err(|error| with_path(error, &self.path))?))
    }

    async fn put_challenge(&self, challenge: &Challenge) -> Result<()> {
        let mut connection = self.writer.acquire().await?;
        tables::put_challenge(&mut connection, challenge)
            .await
            .map_err(|error| with_path(error, &self.path))
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64> {
        let mut connection = self.writer.acquire().await?;
        tables::sweep(&mut connection, now)
            .await
            .map_err(|error| with_path(error, &self.path))
    }

    async fn roll_deeds(&self, deeds: &Deeds) -> Result<bool> {
        let mut transaction = self.writer.begin_with(LOCK).await?;
        let rolled = tables::roll_deeds(&mut transaction, deeds).await?;
        if rolled {
            transaction.commit().await?;
        }
        Ok(rolled)
    }

    async fn roll_usage(&self, tally: &Tally) -> Result<bool> {
        let mut transaction = self.writer.begin_with(LOCK).await?;
        let rolled = tables::roll_usage(&mut transaction, tally).await?;
        if rolled {
            transaction.commit().await?;
        }
        Ok(rolled)
    }

    async fn notice_desk(&self) -> Result<Box<dyn NoticeDesk>> {
        let desk = Handle::snapshot(&self.writer, LOCK)
            .await
            .map_err(|error| with_path(error, &self.path))?;
        Ok(Box::new(desk))
    }

    async fn close(&self) {
        self.checkpoints.close().await;
        self.readers.close().await;
        self.writer.close().await;
        drop(
            self.only_server
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }
}

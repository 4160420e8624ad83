//! The file: SQLite with opaque numbers and sealed bytes, held by one process.

use crate::error::{CacheError, OpenError};
use claviger_model::ids::DeviceId;
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous},
};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// "Clav", so that file(1) and SQLite itself know whose it is.
const APPLICATION: i64 = 0x436c_6176;
/// The newest form that this program knows.
const FORM: i64 = 1;

const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Where a cache's files are.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) directory: PathBuf,
    pub(crate) database: PathBuf,
    lock: PathBuf,
}

impl Paths {
    pub(crate) fn of(directory: &Path, device: DeviceId) -> Self {
        Self {
            directory: directory.to_owned(),
            database: directory.join(format!("{device}.cache")),
            lock: directory.join(format!("{device}.lock")),
        }
    }

    /// Makes directory and files, for this person only, and takes the lock. A process that ends may hold it for a moment, as may
    /// one that is being started by the holder.
    pub(crate) async fn lock(&self) -> Result<File, OpenError> {
        make_directory(&self.directory).map_err(OpenError::Directory)?;
        let lock = private(&self.lock).map_err(OpenError::Directory)?;
        let mut left = TRIES;
        loop {
            left -= 1;
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if left > 0 => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::WouldBlock) => return Err(OpenError::InUse),
                Err(TryLockError::Error(error)) => return Err(OpenError::Directory(error)),
            }
        }
        // SQLite gives its side files the mode of the main one.
        private(&self.database).map_err(OpenError::Directory)?;
        Ok(lock)
    }

    /// Removes the database; the lock stays, since somebody may hold it.
    pub(crate) fn remove(&self) -> io::Result<()> {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.database.clone().into_os_string();
            name.push(suffix);
            match std::fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Connects, and makes the tables of a new file.
    pub(crate) async fn connect(&self) -> Result<SqliteConnection, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(&self.database)
            .create_if_missing(true);
        prepare(
            options
                .locking_mode(SqliteLockingMode::Exclusive)
                .journal_mode(SqliteJournalMode::Wal),
        )
        .await
    }
}

/// A database that is never written anywhere.
pub(crate) async fn connect_in_memory() -> Result<SqliteConnection, OpenError> {
    prepare(SqliteConnectOptions::new().in_memory(true)).await
}

async fn prepare(options: SqliteConnectOptions) -> Result<SqliteConnection, OpenError> {
    let mut connection = options
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
        .busy_timeout(Duration::from_secs(2))
        .disable_statement_logging()
        .connect()
        .await
        .map_err(busy)?;
    let application: i64 = pragma(&mut connection, "PRAGMA application_id").await?;
    let form: i64 = pragma(&mut connection, "PRAGMA user_version").await?;
    match (application, form) {
        (0, 0) => sqlx::raw_sql(SCHEMA)
            .execute(&mut connection)
            .await
            .map(drop)
            .map_err(busy)?,
        (APPLICATION, FORM) => {}
        (APPLICATION, found) if found > FORM => return Err(OpenError::Newer { found, known: FORM }),
        _ => return Err(OpenError::Use(CacheError::NotOurs)),
    }
    Ok(connection)
}

async fn pragma(connection: &mut SqliteConnection, text: &'static str) -> Result<i64, OpenError> {
    let row = sqlx::query(text).fetch_one(connection).await.map_err(busy)?;
    row.try_get(0).map_err(busy)
}

fn busy(error: sqlx::Error) -> OpenError {
    let error = CacheError::from(error);
    if error.is_busy() {
        OpenError::InUse
    } else {
        OpenError::Use(error)
    }
}

// A row of `sheets` is a page; its slot is the number of its key. `next_slot` is the first spare key.
const SCHEMA: &str = "
BEGIN IMMEDIATE;
CREATE TABLE key_table (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,
    next_slot INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE sheets (slot INTEGER PRIMARY KEY, book INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE INDEX sheets_by_book ON sheets (book);
PRAGMA application_id = 0x436c6176;
PRAGMA user_version = 1;
COMMIT;
";

fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|error| named(directory, error))
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| named(path, error))
}

/// An error that says where, so that somebody can do something about it.
fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

/// Begins a write. SQLite ends a transaction by itself on some errors, as on a full disk, which sqlx's own count of open ones does
/// not survive; so the statements are ours.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<(), CacheError> {
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await?;
    Ok(())
}

/// Commits; durable when this returns.
pub(crate) async fn commit(connection: &mut SqliteConnection) -> Result<(), CacheError> {
    sqlx::query("COMMIT").execute(connection).await?;
    Ok(())
}

/// Undoes what a write that broke off left open, if anything.
pub(crate) async fn roll_back(connection: &mut SqliteConnection) {
    if let Err(error) = sqlx::query("ROLLBACK").execute(connection).await {
        tracing::trace!(%error, "nothing was open");
    }
}

/// Writes everything back into the main file and empties the log beside it, so that nothing old stays in it.
pub(crate) async fn truncate_log(connection: &mut SqliteConnection) -> Result<(), CacheError> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// Closes in order; an error at the end changes nothing that was committed.
pub(crate) async fn close(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "the cache was not closed in order");
    }
}

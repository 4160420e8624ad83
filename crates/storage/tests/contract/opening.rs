//! Opening a database that is not as it should be: each says what to do.

use crate::ground::{Ground, config};
use claviger_storage::{Database, StorageError, Store};
use claviger_testkit::clock::ManualClock;
use sqlx::Connection as _;

contract!(
    a_newer_database_is_refused,
    an_empty_one_asks_for_migration,
    migrating_twice_does_nothing
);

async fn a_newer_database_is_refused(ground: Ground) {
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'x', ";
    match &ground.database {
        Database::Sqlite(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
            let sql = sqlx::AssertSqlSafe(format!("{sql} 1, X'00', 0)"));
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        Database::Postgres(url) => {
            let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
            let sql = sqlx::AssertSqlSafe(format!("{sql} true, '\\x00', 0)"));
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
    }
    for error in [
        ground.store.check().await.unwrap_err(),
        ground.store.migrate().await.unwrap_err(),
    ] {
        assert!(
            matches!(error, StorageError::NewerDatabase { found: 9999, .. }),
            "{error:?}"
        );
    }
    ground.store.close().await;
    let error = Store::open(config(ground.database.clone(), &ground.clock))
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains("start the newer program"), "{error}");
}

async fn an_empty_one_asks_for_migration(ground: Ground) {
    let database = match &ground.database {
        Database::Sqlite(_) => Database::Sqlite(ground.folder.path().join("empty.db")),
        Database::Postgres(_) => Database::Postgres(
            claviger_testkit::peers::postgres::Postgres::shared()
                .await
                .unwrap()
                .fresh_database()
                .await
                .unwrap(),
        ),
    };
    let store = Store::open(config(database, &ground.clock)).await.unwrap();
    let error = store.check().await.unwrap_err();
    assert!(
        matches!(error, StorageError::OlderDatabase { found: 0, .. }),
        "{error:?}"
    );
    store.migrate().await.unwrap();
    store.check().await.unwrap();
    let mut locked = store.locked().await.unwrap();
    assert_eq!(locked.organization().await.unwrap(), None);
    assert_eq!(locked.root_scope().await.unwrap(), None);
}

async fn migrating_twice_does_nothing(ground: Ground) {
    let id = ground.secret("db").await;
    ground.store.migrate().await.unwrap();
    ground.store.check().await.unwrap();
    assert!(
        ground
            .store
            .reader()
            .await
            .unwrap()
            .secret(id)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let ground = Ground::sqlite().await;
    let error = Store::open(config(ground.database.clone(), &ground.clock))
        .await
        .err()
        .unwrap();
    assert!(matches!(error, StorageError::InUse(_)), "{error:?}");
    assert!(
        error.to_string().contains("in use by another claviger-server"),
        "{error}"
    );
    ground.store.close().await;
    Store::open(config(ground.database.clone(), &ground.clock))
        .await
        .unwrap()
        .check()
        .await
        .unwrap();
}

#[tokio::test]
async fn another_file_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "Dear reader, ".repeat(1000)).unwrap();
    let error = Store::open(config(Database::Sqlite(path.clone()), &ManualClock::default()))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(&error, StorageError::NotADatabase(found) if *found == path),
        "{error:?}"
    );
    assert_eq!(
        std::fs::read_to_string(&path).unwrap().len(),
        13_000,
        "left as it was"
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let path = std::path::PathBuf::from("/nonexistent/claviger.db");
    let error = Store::open(config(Database::Sqlite(path), &ManualClock::default()))
        .await
        .err()
        .unwrap();
    assert!(matches!(error, StorageError::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("/nonexistent/claviger.db"), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_said() {
    let ground = Ground::sqlite().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(ground.path())
        .pragma("max_page_count", "1");
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let large = "INSERT INTO settings (name, value) VALUES ('x', hex(zeroblob(1000000)))";
    let error = StorageError::from(sqlx::query(large).execute(&mut connection).await.unwrap_err());
    assert!(matches!(error, StorageError::Full(_)), "{error:?}");
    assert!(error.to_string().contains("free some space"), "{error}");
}

#[tokio::test]
async fn a_password_is_never_shown() {
    let database = Database::Postgres("postgres://claviger:hunter2@127.0.0.1:1/claviger".to_owned());
    let config = config(database, &ManualClock::default());
    assert!(!format!("{config:?}").contains("hunter2"));
    let error = Store::open(config).await.err().unwrap();
    assert!(error.retryable(), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[cfg(unix)]
#[tokio::test]
async fn its_files_are_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::sqlite().await;
    ground.secret("db").await;
    let mut seen = 0;
    for entry in std::fs::read_dir(ground.folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            entry.path()
        );
        seen += 1;
    }
    assert!(seen >= 3, "the file, its lock and its WAL");
}

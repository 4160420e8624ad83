//! Rule 12 on PostgreSQL: the server's own role.

use crate::ground::{Ground, config};
use claviger_model::ids::SecretId;
use claviger_storage::{Database, StorageError, Store};
use claviger_testkit::peers::postgres::Postgres;
use sqlx::Connection as _;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_role_can_do_its_work_and_no_more() {
    let ground = Ground::postgres().await;
    let Database::Postgres(owner) = &ground.database else {
        panic!("PostgreSQL")
    };
    let role = format!("runtime_{}", std::process::id());
    let cluster = Postgres::shared().await.unwrap();
    cluster
        .sql("postgres", &format!("CREATE ROLE {role} LOGIN PASSWORD 'pw'"))
        .await
        .unwrap();
    ground.store.grant_rights(&role).await.unwrap();
    assert!(ground.store.may_rewrite_log().await.unwrap(), "the owner could");

    let (_, rest) = owner.split_once('@').unwrap();
    let url = format!("postgres://{role}:pw@{rest}");
    let store = Store::open(config(Database::Postgres(url.clone()), &ground.clock))
        .await
        .unwrap();
    store.check().await.unwrap();
    assert!(!store.may_rewrite_log().await.unwrap());
    let as_server = Ground { store, ..ground };
    let id: SecretId = as_server.secret("db").await;
    as_server.append(vec![as_server.draft(&[as_server.ada])]).await;
    let mut locked = as_server.locked().await;
    assert!(locked.secret(id).await.unwrap().is_some());
    for role in claviger_model::builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
    locked.erase_openings_before(9).await.unwrap();
    locked.commit().await.unwrap();

    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    for sql in [
        "UPDATE log_events SET outcome = 'done'",
        "DELETE FROM log_events",
        "TRUNCATE log_events CASCADE",
        "DELETE FROM log_subjects",
        "DELETE FROM log_tiles",
        "UPDATE log_openings SET value = ''",
        "DELETE FROM log_head",
        "INSERT INTO log_head SELECT * FROM log_head",
        "ALTER TABLE log_events DISABLE TRIGGER ALL",
        "DROP TABLE log_events",
        "DROP TRIGGER forbid_log_events ON log_events",
        "CREATE TRIGGER mine BEFORE INSERT ON log_events EXECUTE FUNCTION forbid_rewriting()",
        "CREATE TABLE mine (id BIGINT)",
        "DELETE FROM _sqlx_migrations",
    ] {
        let error = StorageError::from(sqlx::query(sql).execute(&mut connection).await.unwrap_err());
        assert!(matches!(error, StorageError::Forbidden(_)), "{sql}: {error:?}");
        // By lack of rights, not only by a trigger.
        let said = format!("{error:?}");
        assert!(
            said.contains("permission denied") || said.contains("must be owner"),
            "{sql}: {said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gone_database_is_said_and_comes_back() {
    let cluster = Postgres::start().await.unwrap();
    let database = Database::Postgres(cluster.fresh_database().await.unwrap());
    let clock = claviger_testkit::clock::ManualClock::default();
    let store = Store::open(config(database, &clock)).await.unwrap();
    store.migrate().await.unwrap();
    let mut held = store.locked().await.unwrap();
    held.put_setting("a", &serde_json::json!(1)).await.unwrap();
    cluster.stop().await.unwrap();
    let error = held.commit().await.unwrap_err();
    assert!(
        matches!(error, StorageError::Unconfirmed(_) | StorageError::Unavailable(_)),
        "{error:?}"
    );
    let error = store.locked().await.err().unwrap();
    assert!(error.retryable(), "{error:?}");
    assert!(error.to_string().contains("check that it runs"), "{error}");
    cluster.start_again().await.unwrap();
    let mut again = store.locked().await.unwrap();
    assert_eq!(again.setting("a").await.unwrap(), None);
    again.commit().await.unwrap();
}

//! The throwaway PostgreSQL does what other tests rely on.
#![expect(clippy::unwrap_used, reason = "tests")]

use claviger_testkit::peers::postgres::Postgres;

#[tokio::test(flavor = "multi_thread")]
async fn each_test_gets_an_empty_database() {
    let postgres = Postgres::shared().await.unwrap();
    let (one, two) = (
        postgres.fresh_database().await.unwrap(),
        postgres.fresh_database().await.unwrap(),
    );
    assert_ne!(one, two);
    let name = one.rsplit('/').next().unwrap();
    let answer = postgres
        .sql(
            name,
            "CREATE TABLE t (n int); INSERT INTO t VALUES (7); SELECT n FROM t",
        )
        .await;
    assert_eq!(answer.unwrap(), "7");
    let empty = postgres.sql(
        two.rsplit('/').next().unwrap(),
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
    );
    assert_eq!(empty.await.unwrap(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_and_comes_back_with_its_data() {
    let postgres = Postgres::start().await.unwrap();
    let url = postgres.fresh_database().await.unwrap();
    let name = url.rsplit('/').next().unwrap();
    postgres.sql(name, "CREATE TABLE kept (n int)").await.unwrap();
    postgres.stop().await.unwrap();
    assert!(postgres.sql(name, "SELECT 1").await.is_err());
    postgres.start_again().await.unwrap();
    assert_eq!(
        postgres.sql(name, "SELECT count(*) FROM kept").await.unwrap(),
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leaves_nothing_behind() {
    let postgres = Postgres::start().await.unwrap();
    let folder = postgres.sql("postgres", "SHOW data_directory").await.unwrap();
    assert!(
        std::path::Path::new("/tmp")
            .join(&folder)
            .parent()
            .unwrap()
            .is_dir()
    );
    drop(postgres);
    assert!(
        !std::path::Path::new(&folder).parent().unwrap().exists(),
        "`{folder}` was left"
    );
}

//! What comes to be owned in the middle of dropping a login: `DROP OWNED` would drop it, with all that is in it.

use super::bench::{Held, first, name, postgres_by, postgres_settings};
use async_trait::async_trait;
use claviger_connectors::{
    Connector as _, Fault, FaultCode, GoOn, Removal,
    postgres::{Patience, Postgres},
};
use claviger_model::connected::Presence;
use claviger_testkit::peers::postgres::Postgres as Peer;
use sqlx::{Connection as _, PgConnection};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Whoever alters the catalogue just before a change of the connector's, the first being 0.
struct Meanwhile<'a> {
    peer: &'a Peer,
    database: &'a str,
    before: usize,
    sql: &'a str,
    asked: AtomicUsize,
}

impl<'a> Meanwhile<'a> {
    const fn new(peer: &'a Peer, database: &'a str, before: usize, sql: &'a str) -> Self {
        Self {
            peer,
            database,
            before,
            sql,
            asked: AtomicUsize::new(0),
        }
    }
}

#[async_trait]
impl GoOn for Meanwhile<'_> {
    async fn go_on(&self) -> Result<(), Fault> {
        if self.asked.fetch_add(1, Ordering::Relaxed) == self.before {
            self.peer.sql(self.database, self.sql).await.unwrap();
        }
        Ok(())
    }
}

/// Changes of the connector, of a login that is in no group and in nobody's session.
const NO_LOGIN: usize = 0;
const HAND_OVER: usize = 2;
const COMMIT: usize = 3;
const DROP: usize = 4;

/// A login that was given something in a database of its own, where a table with a row in it is somebody else's.
async fn given_something(peer: &Peer, login: &str) -> String {
    let url = peer.fresh_database().await.unwrap();
    peer.sql("postgres", &format!("CREATE ROLE {login} LOGIN"))
        .await
        .unwrap();
    let sql = format!(
        "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42); \
         CREATE TABLE of_others (n int); GRANT SELECT ON of_others TO {login}"
    );
    peer.sql(database(&url), &sql).await.unwrap();
    url
}

fn database(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Who owns the table, and what is in it.
async fn kept(peer: &Peer, url: &str) -> [String; 2] {
    let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'";
    [
        peer.sql(database(url), owner).await.unwrap(),
        peer.sql(database(url), "SELECT n FROM kept").await.unwrap(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_login_comes_to_own_in_the_middle_is_not_dropped_with_it() {
    let peer = Peer::shared().await.unwrap();
    for (nth, before) in [NO_LOGIN, HAND_OVER, COMMIT, DROP].into_iter().enumerate() {
        let login = format!("owns_late_{nth}");
        let url = given_something(peer, &login).await;
        let (user, password) = first(&url);
        let connector = postgres_by(&url, &user, &password, None);
        let account = connector.find(&name(&login)).await.unwrap().unwrap();
        let sql = format!("ALTER TABLE kept OWNER TO {login}");
        let go = Meanwhile::new(peer, database(&url), before, &sql);
        let said = connector.remove(&account, &go).await;
        // Seen at the beginning it is why the login stays; seen later, something still depends on it.
        let kept_whole = Ok(Removal::Kept(FaultCode::OwnsThings));
        match before {
            NO_LOGIN => assert_eq!(said, kept_whole),
            _ => assert_eq!(said.unwrap_err().code, FaultCode::InUse, "before change {before}"),
        }
        assert_eq!(
            kept(peer, &url).await,
            [login.as_str(), "42"],
            "before change {before}"
        );
        assert_eq!(connector.verify(&account).await.unwrap(), Presence::Disabled);
        // The next attempt knows it from the beginning.
        let again = Meanwhile::new(peer, database(&url), usize::MAX, "");
        assert_eq!(connector.remove(&account, &again).await, kept_whole);
        let heir = format!("heir_late_{nth}");
        peer.sql("postgres", &format!("CREATE ROLE {heir}"))
            .await
            .unwrap();
        let connector = postgres_by(&url, &user, &password, Some(&heir));
        assert_eq!(connector.remove(&account, &again).await, Ok(Removal::Removed));
        assert_eq!(connector.verify(&account).await.unwrap(), Presence::Gone);
        assert_eq!(kept(peer, &url).await, [heir.as_str(), "42"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_login_comes_to_own_while_its_things_go_to_the_heir_is_not_dropped_either() {
    let peer = Peer::shared().await.unwrap();
    let url = given_something(peer, "owns_after").await;
    let (user, password) = first(&url);
    peer.sql("postgres", "CREATE ROLE heir_after").await.unwrap();
    let sql = "CREATE TABLE own (n int); ALTER TABLE own OWNER TO owns_after";
    peer.sql(database(&url), sql).await.unwrap();
    let mut settings = postgres_settings(&url, &user, Some("heir_after"));
    let long = Duration::from_secs(600);
    settings.patience = Patience {
        action: long,
        statement: long,
        lock: long,
    };
    let connector = Postgres::new(settings, Arc::new(Held(password)));
    let account = connector.find(&name("owns_after")).await.unwrap().unwrap();
    // What is not committed when the things of the login are looked for is none of them; it is when they went to the heir.
    let mut other = PgConnection::connect(&url).await.unwrap();
    let sql = "BEGIN; LOCK TABLE own IN ACCESS EXCLUSIVE MODE; ALTER TABLE kept OWNER TO owns_after";
    sqlx::raw_sql(sql).execute(&mut other).await.unwrap();
    let go = Meanwhile::new(peer, database(&url), usize::MAX, "");
    let (said, ()) = tokio::join!(connector.remove(&account, &go), async {
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'REASSIGN%owns_after%'";
        while peer.sql("postgres", waits).await.unwrap() != "1" {}
        sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    });
    assert_eq!(said.unwrap_err().code, FaultCode::InUse);
    assert_eq!(go.asked.load(Ordering::Relaxed), COMMIT);
    // Nothing of that transaction is left, and the next one sees all of it.
    assert_eq!(kept(peer, &url).await, ["owns_after", "42"]);
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Disabled);
    assert_eq!(connector.remove(&account, &go).await, Ok(Removal::Removed));
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Gone);
    assert_eq!(kept(peer, &url).await, ["heir_after", "42"]);
    let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'own'";
    assert_eq!(peer.sql(database(&url), owner).await.unwrap(), "heir_after");
}

//! What only PostgreSQL has: things that are owned, in several databases, and roles that are not to be touched.

use super::bench::{UpTo, called, first, name, postgres_by};
use claviger_connectors::{Always, Connector, FaultCode, Removal};
use claviger_model::connected::{PlaceKind, Presence};
use claviger_testkit::peers::postgres::Postgres as Peer;
use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use std::str::FromStr as _;

async fn peer() -> &'static Peer {
    Peer::shared().await.unwrap()
}

fn database(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// A login that owns tables in both databases and was given something in the second.
async fn owner_in_two(peer: &Peer, login: &str) -> [String; 2] {
    let urls = [
        peer.fresh_database().await.unwrap(),
        peer.fresh_database().await.unwrap(),
    ];
    peer.sql("postgres", &format!("CREATE ROLE {login} LOGIN PASSWORD 'pw'"))
        .await
        .unwrap();
    for url in &urls {
        let sql = format!(
            "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42); ALTER TABLE kept OWNER TO {login}; \
             CREATE TABLE of_others (n int); GRANT SELECT ON of_others TO {login}; \
             ALTER DEFAULT PRIVILEGES FOR ROLE {login} GRANT SELECT ON TABLES TO PUBLIC"
        );
        peer.sql(database(url), &sql).await.unwrap();
    }
    urls
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_login_owns_in_two_databases_goes_to_the_heir_and_nothing_is_lost() {
    let peer = peer().await;
    let urls = owner_in_two(peer, "owns_two").await;
    peer.sql(
        "postgres",
        "CREATE ROLE heir_of_two; CREATE ROLE club; GRANT club TO owns_two",
    )
    .await
    .unwrap();
    let (user, password) = first(&urls[0]);
    let connector = postgres_by(&urls[0], &user, &password, Some("heir_of_two"));
    let account = connector.find(&name("owns_two")).await.unwrap().unwrap();
    connector.disable(&account, &Always).await.unwrap();
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Disabled);
    assert_eq!(
        connector.remove(&account, &Always).await.unwrap(),
        Removal::Removed
    );
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Gone);
    for url in &urls {
        let owner = peer
            .sql(
                database(url),
                "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'",
            )
            .await
            .unwrap();
        assert_eq!(owner, "heir_of_two");
        assert_eq!(peer.sql(database(url), "SELECT n FROM kept").await.unwrap(), "42");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_heir_an_owner_of_tables_stays_of_no_use_and_their_tables_stay() {
    let peer = peer().await;
    let urls = owner_in_two(peer, "owns_alone").await;
    peer.sql(
        "postgres",
        "CREATE ROLE some_group; GRANT some_group TO owns_alone",
    )
    .await
    .unwrap();
    let (user, password) = first(&urls[0]);
    // Asked in a database of its own: what is owned is in others.
    let elsewhere = peer.fresh_database().await.unwrap();
    let connector = postgres_by(&elsewhere, &user, &password, None);
    let account = connector.find(&name("owns_alone")).await.unwrap().unwrap();
    let kept = Removal::Kept(FaultCode::OwnsThings);
    assert_eq!(connector.remove(&account, &Always).await.unwrap(), kept);
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Disabled);
    assert_eq!(
        peer.sql(database(&urls[1]), "SELECT n FROM kept").await.unwrap(),
        "42"
    );
    let groups = "SELECT count(*) FROM pg_auth_members WHERE member = 'owns_alone'::regrole";
    assert_eq!(peer.sql("postgres", groups).await.unwrap(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_make_roles_and_is_no_superuser_does_the_same() {
    let peer = peer().await;
    let urls = owner_in_two(peer, "owns_for_maker").await;
    // PostgreSQL 16 wants ADMIN on each role that is to be changed; before, CREATEROLE is enough.
    let sql = "CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'pw'; CREATE ROLE heir_of_maker; GRANT heir_of_maker TO maker; \
               GRANT pg_signal_backend TO maker;";
    peer.sql("postgres", sql).await.unwrap();
    let version: u32 = peer
        .sql("postgres", "SHOW server_version_num")
        .await
        .unwrap()
        .parse()
        .unwrap();
    if version >= 160_000 {
        let connector = postgres_by(&urls[0], "maker", "pw", Some("heir_of_maker"));
        let account = connector.find(&name("owns_for_maker")).await.unwrap().unwrap();
        let refused = connector.disable(&account, &Always).await.unwrap_err();
        assert_eq!(refused.code, FaultCode::NotPermitted);
        assert_eq!(connector.verify(&account).await.unwrap(), Presence::There);
        peer.sql("postgres", "GRANT owns_for_maker TO maker WITH ADMIN OPTION")
            .await
            .unwrap();
    }
    for url in &urls {
        // Taking over what somebody owns needs the right to make things where it is.
        peer.sql(database(url), "GRANT CREATE ON SCHEMA public TO heir_of_maker")
            .await
            .unwrap();
    }
    let connector = postgres_by(&urls[0], "maker", "pw", Some("heir_of_maker"));
    let account = connector.find(&name("owns_for_maker")).await.unwrap().unwrap();
    connector.disable(&account, &Always).await.unwrap();
    // What others gave, only they or a superuser take back: until then it stays, of no use.
    let fault = connector.remove(&account, &Always).await.unwrap_err();
    assert_eq!(fault.code, FaultCode::InUse);
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Disabled);
    for url in &urls {
        peer.sql(database(url), "REVOKE SELECT ON of_others FROM owns_for_maker")
            .await
            .unwrap();
    }
    assert_eq!(
        connector.remove(&account, &Always).await.unwrap(),
        Removal::Removed
    );
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Gone);
    assert_eq!(
        peer.sql(database(&urls[1]), "SELECT n FROM kept").await.unwrap(),
        "42"
    );
    // Who is more than it is not touched, and said to be so.
    peer.sql("postgres", "CREATE ROLE above_maker LOGIN SUPERUSER")
        .await
        .unwrap();
    let above = connector.find(&name("above_maker")).await.unwrap().unwrap();
    assert_eq!(above.places.first().unwrap().kind, PlaceKind::Superuser);
    let refused = connector.disable(&above, &Always).await.unwrap_err();
    assert_eq!(refused.code, FaultCode::NotPermitted);
    assert_eq!(connector.verify(&above).await.unwrap(), Presence::There);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_like_sql_are_names() {
    let peer = peer().await;
    let url = peer.fresh_database().await.unwrap();
    let (user, password) = first(&url);
    let odd = "o\"dd; DROP TABLE kept; --";
    peer.sql(
        database(&url),
        "CREATE TABLE kept (n int); CREATE ROLE \"o\"\"dd; DROP TABLE kept; --\" LOGIN; CREATE ROLE o LOGIN",
    )
    .await
    .unwrap();
    let connector = postgres_by(&url, &user, &password, Some("nobody_such"));
    let account = connector.find(&name(odd)).await.unwrap().unwrap();
    connector.disable(&account, &Always).await.unwrap();
    assert_eq!(
        connector.remove(&account, &Always).await.unwrap(),
        Removal::Removed
    );
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Gone);
    assert_eq!(connector.verify(&called("o")).await.unwrap(), Presence::There);
    assert_eq!(
        peer.sql(database(&url), "SELECT count(*) FROM kept")
            .await
            .unwrap(),
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_superuser_it_works_by_nor_the_heir_nor_the_first_superuser() {
    let peer = peer().await;
    let url = peer.fresh_database().await.unwrap();
    let sql = "CREATE ROLE chief SUPERUSER LOGIN; CREATE ROLE deputies; GRANT chief TO deputies; \
               CREATE ROLE worker LOGIN PASSWORD 'pw' CREATEROLE; GRANT deputies TO worker; CREATE ROLE takes_over LOGIN";
    peer.sql("postgres", sql).await.unwrap();
    let connector = postgres_by(&url, "worker", "pw", Some("takes_over"));
    let (first, _) = first(&url);
    for protected in ["worker", "chief", "takes_over", first.as_str()] {
        let account = connector.find(&name(protected)).await.unwrap().unwrap();
        let refused = connector.disable(&account, &Always).await.unwrap_err();
        assert_eq!(refused.code, FaultCode::Protected, "{protected}");
        let refused = connector.remove(&account, &Always).await.unwrap_err();
        assert_eq!(refused.code, FaultCode::Protected, "{protected}");
        assert_eq!(connector.verify(&account).await.unwrap(), Presence::There);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_in_is_still_there_until_they_are_put_out() {
    let peer = peer().await;
    let url = peer.fresh_database().await.unwrap();
    let (user, password) = first(&url);
    let sql = "CREATE ROLE is_in LOGIN PASSWORD 'pw'";
    peer.sql("postgres", sql).await.unwrap();
    let connector = postgres_by(&url, &user, &password, None);
    let account = connector.find(&name("is_in")).await.unwrap().unwrap();
    let options = PgConnectOptions::from_str(&url).unwrap();
    let mut session = options.username("is_in").password("pw").connect().await.unwrap();
    let sql = "ALTER ROLE is_in NOLOGIN";
    peer.sql("postgres", sql).await.unwrap();
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::There);
    session.ping().await.unwrap();
    connector.disable(&account, &Always).await.unwrap();
    session.ping().await.unwrap_err();
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::Disabled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_login_is_still_there_and_goes() {
    let peer = peer().await;
    let url = peer.fresh_database().await.unwrap();
    let (user, password) = first(&url);
    peer.sql("postgres", "CREATE ROLE called_so LOGIN").await.unwrap();
    let connector = postgres_by(&url, &user, &password, None);
    let account = connector.find(&name("called_so")).await.unwrap().unwrap();
    peer.sql("postgres", "ALTER ROLE called_so RENAME TO called_otherwise")
        .await
        .unwrap();
    assert_eq!(connector.verify(&account).await.unwrap(), Presence::There);
    assert_eq!(
        connector.remove(&account, &Always).await.unwrap(),
        Removal::Removed
    );
    assert_eq!(
        connector.verify(&called("called_otherwise")).await.unwrap(),
        Presence::Gone
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_has_a_stable_code() {
    let peer = Peer::start().await.unwrap();
    let url = peer.url("postgres");
    let (user, password) = first(&url);
    let connector = postgres_by(&url, &user, &password, None);
    peer.stop().await.unwrap();
    let fault = connector.verify(&called("ada")).await.unwrap_err();
    assert_eq!(fault.code, FaultCode::Unreachable);
    peer.start_again().await.unwrap();
    assert_eq!(connector.verify(&called("ada")).await.unwrap(), Presence::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_between_two_databases_keeps_what_they_own_in_the_second() {
    let peer = peer().await;
    let urls = owner_in_two(peer, "owns_cut").await;
    peer.sql(
        "postgres",
        "CREATE ROLE heir_of_cut; CREATE ROLE club_of_cut; GRANT club_of_cut TO owns_cut",
    )
    .await
    .unwrap();
    let (user, password) = first(&urls[0]);
    let connector = postgres_by(&urls[0], &user, &password, Some("heir_of_cut"));
    let account = connector.find(&name("owns_cut")).await.unwrap().unwrap();
    let mut seen = Vec::new();
    for calls in 0.. {
        let go = UpTo::calls(calls);
        let done = connector.remove(&account, &go).await;
        let facts = "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = 'owns_cut' AND rolcanlogin) || ' ' || \
                     (SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = 'owns_cut') \
                     || ' ' || (SELECT count(*) FROM pg_roles WHERE rolname = 'owns_cut')";
        let mut stands = vec![peer.sql("postgres", facts).await.unwrap()];
        for url in &urls {
            let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'";
            stands.push(peer.sql(database(url), owner).await.unwrap());
        }
        seen.push(stands);
        match done {
            Ok(done) => {
                assert_eq!(done, Removal::Removed);
                break;
            }
            Err(fault) => assert_eq!(fault.code, FaultCode::CameBack),
        }
    }
    // One change for each call that was let through, in the order in which they are asked for: no more of sessions, one group, and of
    // each database the beginning and the commit. Whatever is done already is not asked for again.
    let stands: Vec<_> = seen.iter().map(|stands| stands[0].as_str()).collect();
    assert_eq!(
        stands,
        ["1 1 1", "0 1 1", "0 1 1", "0 0 1", "0 0 1", "0 0 0", "0 0 0"],
        "{seen:?}"
    );
    let of_heir = |stands: &Vec<String>| stands[1..].iter().filter(|owner| *owner == "heir_of_cut").count();
    let taken: Vec<_> = seen.iter().map(of_heir).collect();
    assert_eq!(taken, [0, 0, 0, 0, 1, 2, 2], "{seen:?}");
}

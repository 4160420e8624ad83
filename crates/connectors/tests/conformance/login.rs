//! Whatever was done to a login, verification says that it is of no use only where it is: held against the server by coming in.

use super::bench::{called, first, name, postgres_by};
use claviger_connectors::{Always, Connector, FaultCode};
use claviger_model::connected::{Account, Presence};
use claviger_testkit::peers::postgres::Postgres as Peer;
use proptest::{prelude::*, test_runner::TestRunner};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};
use std::{
    str::FromStr as _,
    sync::atomic::{AtomicU32, Ordering},
};

/// What others do to a login, and what the connector does.
#[derive(Debug, Clone, Copy)]
enum Deed {
    NoLogin,
    Login,
    Expire,
    NoConnections,
    NoPassword,
    Rename,
    ComeIn,
    Leave,
    Disable,
    Remove,
    MakeAnew,
}

static DEEDS: [Deed; 11] = [
    Deed::NoLogin,
    Deed::Login,
    Deed::Expire,
    Deed::NoConnections,
    Deed::NoPassword,
    Deed::Rename,
    Deed::ComeIn,
    Deed::Leave,
    Deed::Disable,
    Deed::Remove,
    Deed::MakeAnew,
];

static NEXT: AtomicU32 = AtomicU32::new(0);

struct Login<'a> {
    peer: &'a Peer,
    url: &'a str,
    /// What it is called today.
    called: String,
    first: String,
    /// Whether another role was made in its place, which has its name and is somebody else's.
    anew: bool,
    session: Option<PgConnection>,
}

impl Login<'_> {
    async fn come_in(&self) -> Option<PgConnection> {
        let options = PgConnectOptions::from_str(self.url).unwrap();
        options.username(&self.called).password("pw").connect().await.ok()
    }

    async fn sql(&self, what: &str) {
        // A role that is not there any more is what it is.
        let _ = self
            .peer
            .sql("postgres", &what.replace("ROLE_", &self.called))
            .await;
    }

    async fn run(&mut self, connector: &dyn Connector, account: &Account, deed: Deed) {
        match deed {
            Deed::NoLogin => self.sql("ALTER ROLE ROLE_ NOLOGIN").await,
            Deed::Login => {
                self.sql("ALTER ROLE ROLE_ LOGIN PASSWORD 'pw' CONNECTION LIMIT -1 VALID UNTIL 'infinity'")
                    .await
            }
            Deed::Expire => self.sql("ALTER ROLE ROLE_ VALID UNTIL '1999-01-01'").await,
            Deed::NoConnections => self.sql("ALTER ROLE ROLE_ CONNECTION LIMIT 0").await,
            Deed::NoPassword => self.sql("ALTER ROLE ROLE_ PASSWORD NULL").await,
            Deed::Rename if self.anew => {}
            Deed::Rename => {
                let other = format!("{}x", self.called);
                self.sql(&format!("ALTER ROLE ROLE_ RENAME TO {other}")).await;
                let there = format!("SELECT 1 FROM pg_roles WHERE rolname = '{other}'");
                if self.peer.sql("postgres", &there).await.unwrap() == "1" {
                    self.called = other;
                    self.sql("ALTER ROLE ROLE_ PASSWORD 'pw'").await;
                }
            }
            Deed::ComeIn => {
                if let Some(session) = self.come_in().await {
                    self.session = Some(session);
                }
            }
            Deed::Leave => {
                if let Some(session) = self.session.take() {
                    let _ = session.close().await;
                }
            }
            Deed::Disable => drop(connector.disable(account, &Always).await),
            Deed::Remove => drop(connector.remove(account, &Always).await),
            Deed::MakeAnew => {
                let sql = format!("CREATE ROLE {} LOGIN PASSWORD 'pw'", self.first);
                if self.peer.sql("postgres", &sql).await.is_ok() {
                    self.called = self.first.clone();
                    self.anew = true;
                }
            }
        }
    }

    /// What the connector changes of a login, of the role that has the first name today.
    async fn terms(&self) -> String {
        let sql = format!(
            "SELECT oid, rolcanlogin, rolconnlimit, rolvaliduntil FROM pg_roles WHERE rolname = '{}'",
            self.first
        );
        self.peer.sql("postgres", &sql).await.unwrap()
    }

    /// Whether anybody is in, or comes in, as this login.
    async fn is_of_use(&mut self) -> bool {
        let inside = match &mut self.session {
            Some(session) => session.ping().await.is_ok(),
            None => false,
        };
        inside || self.come_in().await.is_some()
    }
}

async fn holds(peer: &Peer, url: &str, deeds: Vec<Deed>) -> Result<(), TestCaseError> {
    let (user, password) = first(url);
    let connector = postgres_by(url, &user, &password, None);
    let first = format!("used_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let sql = format!("CREATE ROLE {first} LOGIN PASSWORD 'pw'");
    peer.sql("postgres", &sql).await.unwrap();
    let account = connector.find(&name(&first)).await.unwrap().unwrap();
    let mut login = Login {
        peer,
        url,
        called: first.clone(),
        first,
        anew: false,
        session: None,
    };
    for deed in deeds {
        let (theirs, before) = (login.anew, login.terms().await);
        login.run(&connector, &account, deed).await;
        if theirs && matches!(deed, Deed::Disable | Deed::Remove) {
            prop_assert_eq!(login.terms().await, before, "{:?}: done to somebody else", deed);
        }
        let said = match connector.verify(&account).await {
            Ok(said) => said,
            Err(fault) => {
                prop_assert!(login.anew && fault.code == FaultCode::AnotherAccount, "{fault:?}");
                Presence::There
            }
        };
        let of_use = login.is_of_use().await;
        prop_assert!(
            !of_use || said == Presence::There,
            "{deed:?}: {said:?}, and it can log in"
        );
        if matches!(deed, Deed::Remove) && !of_use && !login.anew {
            prop_assert_eq!(
                connector.verify(&called(&login.called)).await.unwrap(),
                Presence::Gone
            );
        }
    }
    Ok(())
}

#[test]
fn verification_never_says_gone_while_the_login_is_of_use() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let peer = runtime.block_on(Peer::shared()).unwrap();
    let url = runtime.block_on(peer.fresh_database()).unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let deeds = prop::collection::vec(prop::sample::select(&DEEDS[..]), 1..10);
    runner
        .run(&deeds, |deeds| runtime.block_on(holds(peer, &url, deeds)))
        .unwrap();
}

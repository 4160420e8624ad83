//! A real server on a free port with a clock moved by hand, and a scripted device that talks to it.
#![expect(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "each test program uses a part")]

pub mod device;

use claviger_crypto::secret::SecretString;
use claviger_model::{
    entropy::SystemEntropy,
    event::EventKind,
    time::{Clock, SystemClock, Timestamp},
};
use claviger_server::{
    app::Shared,
    cli::install_crypto,
    config::{Config, Origin, Sources},
    http::listen::Listener,
    jobs, sign_in,
    start::{self, Started, Surroundings},
};
use claviger_storage::{
    Store, StoreConfig, TimeSource,
    log::{LogEntry, LogFilter},
};
use claviger_testkit::{
    clock::ManualClock,
    peers::{
        postgres::Postgres,
        provider::{CLIENT_ID, Person, Provider},
    },
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

/// Where the tables of a test are.
pub enum Tables {
    Sqlite,
    /// A fresh database of the shared cluster, migrated.
    Postgres(String),
}

tokio::task_local! {
    /// Set while a test runs on PostgreSQL; everything else is on SQLite.
    static ON_POSTGRES: ();
}

/// Runs a test whose servers, unless it says otherwise, stand on PostgreSQL.
pub async fn on_postgres(test: impl Future<Output = ()>) {
    ON_POSTGRES.scope((), test).await;
}

impl Tables {
    /// What the running test is for.
    pub async fn of_this_test() -> Self {
        match ON_POSTGRES.try_with(|()| ()) {
            Ok(()) => Self::postgres().await,
            Err(_) => Self::Sqlite,
        }
    }

    pub async fn postgres() -> Self {
        let cluster = Postgres::shared().await.unwrap();
        Self::Postgres(cluster.fresh_database().await.unwrap())
    }
}

/// A server process within this one.
pub struct TestServer {
    pub app: Shared,
    pub url: String,
    pub clock: ManualClock,
    directory: Arc<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

/// How a server is started; the rest is as configured by default.
pub struct Setup<'a> {
    pub provider: &'a Provider,
    pub tables: &'a Tables,
    pub settings: Vec<(&'a str, String)>,
}

impl TestServer {
    /// Starts on a fresh database of the kind that the running test is for.
    pub async fn start(provider: &Provider) -> Self {
        Self::start_with(&Setup {
            provider,
            tables: &Tables::of_this_test().await,
            settings: Vec::new(),
        })
        .await
    }

    pub async fn start_with(setup: &Setup<'_>) -> Self {
        let clock = ManualClock::at(whole_minute(SystemClock.now()));
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), clock, setup).await
    }

    /// Two processes on one PostgreSQL.
    pub async fn two(provider: &Provider) -> (Self, Self) {
        let setup = Setup {
            provider,
            tables: &Tables::postgres().await,
            settings: Vec::new(),
        };
        let one = Self::start_with(&setup).await;
        let other = one.second(&setup).await;
        (one, other)
    }

    /// Another process with the same key file, clock and public origin.
    pub async fn second(&self, setup: &Setup<'_>) -> Self {
        let mut settings = setup.settings.clone();
        settings.push(("PUBLIC_ORIGIN", self.app.origin.to_string()));
        let setup = Setup { settings, ..*setup };
        Self::start_in(Arc::clone(&self.directory), self.clock.clone(), &setup).await
    }

    /// Stops as on SIGTERM and starts again with what is on the disk.
    pub async fn restarted(self, setup: &Setup<'_>) -> Self {
        let (directory, clock) = (Arc::clone(&self.directory), self.clock.clone());
        let mut settings = setup.settings.clone();
        settings.push(("PUBLIC_ORIGIN", self.app.origin.to_string()));
        self.stop().await;
        Self::start_in(directory, clock, &Setup { settings, ..*setup }).await
    }

    async fn start_in(directory: Arc<TempDir>, clock: ManualClock, setup: &Setup<'_>) -> Self {
        install_crypto();
        let config = config(&directory, setup);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let time = TimeSource::Clock(Arc::clone(&shared));
        if let Tables::Postgres(_) = setup.tables {
            let database = config.database.clone();
            let store = Store::open(StoreConfig {
                database,
                time: time.clone(),
                connections: 2,
            })
            .await
            .unwrap();
            store.migrate().await.unwrap();
            store.close().await;
        }
        let listener = Listener::bind(config.listen, config.tls.as_ref()).await.unwrap();
        let url = listener.url();
        let origin = config
            .public_origin
            .clone()
            .unwrap_or_else(|| Origin::parse(&url).unwrap());
        let surroundings = Surroundings {
            clock: shared,
            time,
            entropy: Arc::new(SystemEntropy),
        };
        let started = start::start(config, origin, surroundings, false).await.unwrap();
        let app = started.app.clone();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, started, stopped));
        Self {
            app,
            url,
            clock,
            directory,
            stop: Some(stop),
            serving: Some(serving),
        }
    }

    /// A new bootstrap code.
    pub async fn bootstrap_code(&self) -> SecretString {
        sign_in::bootstrap::arm(&self.app.store, &SystemEntropy)
            .await
            .unwrap()
    }

    /// One round of the jobs after the running minute is over.
    pub async fn minute_passes(&self) {
        self.clock.advance(Duration::from_secs(60));
        jobs::sweep(&self.app).await;
    }

    /// The newest events of a kind, newest first.
    pub async fn events(&self, kind: EventKind) -> Vec<LogEntry> {
        let filter = LogFilter {
            kinds: vec![kind],
            ..LogFilter::default()
        };
        self.app
            .store
            .reader()
            .await
            .unwrap()
            .events_matching(&filter, None, 100)
            .await
            .unwrap()
    }

    /// Stops as on SIGTERM.
    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        let serving = self.serving.take().unwrap();
        drop(self);
        serving.await.unwrap();
    }
}

async fn serve(listener: Listener, started: Started, stopped: oneshot::Receiver<()>) {
    let stop = async {
        let _ = stopped.await;
    };
    listener.serve(started.app.clone(), stop).await.unwrap();
    started.stop().await;
}

fn config(directory: &TempDir, setup: &Setup<'_>) -> Config {
    let path = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    let database = match setup.tables {
        Tables::Sqlite => path("data/server.db"),
        Tables::Postgres(url) => url.clone(),
    };
    std::fs::create_dir_all(directory.path().join("data")).unwrap();
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    let mut environment = vec![
        ("LISTEN", any.to_string()),
        ("DATABASE", database),
        ("KEY_FILE", path("keys/root.key")),
        ("OIDC__ISSUER", setup.provider.issuer().to_owned()),
        ("OIDC__CLIENT_ID", CLIENT_ID.to_owned()),
        ("LIMITS__UNAUTHENTICATED_PER_SECOND", "100000".to_owned()),
        ("LIMITS__UNAUTHENTICATED_BURST", "100000".to_owned()),
    ];
    environment.extend(setup.settings.clone());
    let environment = environment
        .into_iter()
        .map(|(name, value)| (format!("CLAVIGER_{name}"), value))
        .collect();
    Sources {
        environment,
        ..Sources::default()
    }
    .load()
    .unwrap()
}

/// People of most tests.
pub fn people() -> Vec<Person> {
    vec![
        Person::new("olga", &["owners"]),
        Person::new("ada", &["payments", "platform"]),
        Person::new("ben", &["platform"]),
    ]
}

fn whole_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() / 60_000 * 60_000)
}

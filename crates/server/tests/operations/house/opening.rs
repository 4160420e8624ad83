//! The process behind a house, its settings, and its places.

use super::{HOUR, House, ORIGIN, Places, name};
use claviger_model::{entropy::SystemEntropy, ids::ScopeId, scope::EnvironmentClass, time::Clock};
use claviger_server::{
    cli::install_crypto,
    config::{Config, GroupsBy, Limits, LogFormat, Oidc, Origin, Scim},
    http::router,
    keys::root::Home,
    start::{self, Surroundings},
};
use claviger_storage::{Database, Store, StoreConfig, TimeSource, scopes::ScopeSettings};
use claviger_testkit::clock::ManualClock;
use std::{path::Path, sync::Arc, time::Duration};

impl House {
    /// On a SQLite file of its own.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// The same with other settings.
    pub async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(directory.path().join("claviger.db"));
        Self::furnished(database, directory, set).await
    }

    /// The same on a database that is empty.
    pub async fn with_database(database: Database, set: impl FnOnce(&mut Config)) -> Self {
        Self::furnished(database, tempfile::tempdir().unwrap(), set).await
    }

    async fn furnished(
        database: Database,
        directory: tempfile::TempDir,
        set: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = config(database, Home::File(directory.path().join("root.key")));
        set(&mut config);
        let mut house = Self::start(config, ManualClock::default()).await;
        house.furnish().await;
        house._directory = Some(directory);
        house
    }

    /// Another process, or the first one, on a database.
    pub async fn open(database: Database, key_file: &Path, clock: ManualClock) -> Self {
        Self::open_at_home(database, Home::File(key_file.to_owned()), clock).await
    }

    /// The same with a root key that lives elsewhere.
    pub async fn open_at_home(database: Database, root: Home, clock: ManualClock) -> Self {
        Self::start(config(database, root), clock).await
    }

    /// The same with other settings.
    pub async fn open_with(
        database: Database,
        key_file: &Path,
        clock: ManualClock,
        set: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = config(database, Home::File(key_file.to_owned()));
        set(&mut config);
        Self::start(config, clock).await
    }

    async fn start(config: Config, clock: ManualClock) -> Self {
        install_crypto();
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let surroundings = Surroundings {
            time: TimeSource::Clock(Arc::clone(&time)),
            clock: time,
            entropy: Arc::new(SystemEntropy),
        };
        if let Database::Postgres(_) = config.database {
            let config = StoreConfig {
                database: config.database.clone(),
                time: surroundings.time.clone(),
                connections: 2,
            };
            let store = Store::open(config).await.unwrap();
            store.migrate().await.unwrap();
            store.close().await;
        }
        let started = start::start(config, Origin::parse(ORIGIN).unwrap(), surroundings, false)
            .await
            .unwrap();
        let app = started.app.clone();
        let root = app
            .store
            .reader()
            .await
            .unwrap()
            .root_scope()
            .await
            .unwrap()
            .unwrap()
            .id;
        let places = Places {
            root,
            payments: id(1),
            production: id(2),
            staging: id(3),
        };
        Self {
            router: router::build(&app),
            app,
            clock,
            started: Some(started),
            places,
            _directory: None,
        }
    }

    /// Makes the places.
    pub async fn furnish(&mut self) {
        let Places {
            root,
            payments,
            production,
            staging,
        } = self.places;
        let mut locked = self.app.store.locked().await.unwrap();
        let now = locked.now();
        let class = |class| ScopeSettings {
            class: Some(class),
            ..ScopeSettings::default()
        };
        for (id, parent, text, settings) in [
            (payments, root, "payments", ScopeSettings::default()),
            (
                production,
                payments,
                "production",
                class(EnvironmentClass::Production),
            ),
            (staging, payments, "staging", class(EnvironmentClass::Staging)),
        ] {
            locked
                .insert_scope(id, Some(parent), &name(text), &settings, now)
                .await
                .unwrap();
        }
        locked.commit().await.unwrap();
    }
}

const fn id(number: u8) -> ScopeId {
    ScopeId::from_bytes([0x5c, number, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, number])
}

fn config(database: Database, root: Home) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        public_origin: None,
        database,
        connections: 8,
        root,
        transit: None,
        tls: None,
        oidc: Oidc {
            issuer: "https://id.example".to_owned(),
            client_id: "claviger".to_owned(),
            groups_claim: "groups".to_owned(),
            multi_factor_acr: Vec::new(),
            scopes: vec!["openid".to_owned()],
            leeway: Duration::from_secs(60),
            certificate_authority: None,
            reassert: HOUR,
        },
        scim: Scim {
            claim: "sub".to_owned(),
            groups: true,
            groups_by: GroupsBy::DisplayName,
        },
        organization: name("Example"),
        trusted_proxies: Vec::new(),
        limits: Limits {
            body_bytes: 1024 * 1024,
            unauthenticated_per_second: 10_000,
            unauthenticated_burst: 10_000,
            devices_per_second: 10_000,
            devices_burst: 10_000,
            shutdown: Duration::from_secs(1),
        },
        mail: None,
        connectors: std::collections::BTreeMap::new(),
        webhooks: claviger_server::config::WebhookRules {
            // Listed, and yet not to be reached.
            allow: vec!["127.0.0.1:1".to_owned()],
            ..Default::default()
        },
        requests_kept: HOUR * 24 * 100,
        openings_kept: Some(HOUR * 24 * 100),
        metrics: false,
        log: LogFormat::default(),
    }
}

//! A device that signed in at the fake server some time ago.

use super::{
    log::ORGANIZATION,
    server::{DEVICE, Fake, PERSON, SESSION},
};
use crate::{
    DeviceName, Timings, Vault, VaultParts,
    account::{Server, pointer},
    view::state::AppState,
};
use claviger_cache::{
    DeviceItem, Enrolled, KeyBytes, MemoryKeyStore, SessionItem,
    boot::{BootClock, BootTime},
};
use claviger_model::{
    entropy::{Sequence, SystemEntropy},
    time::Clock,
};
use claviger_protocol::wire::Token;
use claviger_sign_in::device_keys::DeviceKeys;
use claviger_testkit::clock::ManualClock;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

pub(crate) struct Device {
    pub(crate) server: Fake,
    pub(crate) clock: ManualClock,
    pub(crate) keys: Arc<MemoryKeyStore>,
    directory: TempDir,
}

struct NoBootClock;

impl BootClock for NoBootClock {
    fn now(&self) -> Option<BootTime> {
        None
    }
}

impl Device {
    /// With keys and session in its keyring, and an empty cache.
    pub(crate) async fn signed_in() -> Self {
        let clock = ManualClock::default();
        let server = Fake::start(clock.now()).await;
        let (keys, directory) = (Arc::new(MemoryKeyStore::default()), tempfile::tempdir().unwrap());
        let made = DeviceKeys::generate(&Sequence::new(1)).unwrap();
        let item = DeviceItem {
            keys: KeyBytes::new(&made.to_secret()),
            origin: server.origin.clone(),
            bundle: server.bundle(),
            enrolled: Some(Enrolled {
                device: DEVICE,
                principal: PERSON,
            }),
        };
        item.store(&*keys, ORGANIZATION).await.unwrap();
        let (ends_at, reassert_by) = {
            let told = server.told();
            (told.ends_at, told.reassert_by)
        };
        let session = SessionItem {
            session: SESSION,
            refresh: Token::new("1".to_owned()),
            provider_refresh: None,
            ends_at,
            reassert_by,
        };
        session.store(&*keys, ORGANIZATION).await.unwrap();
        pointer::store(directory.path(), &Server::verify(&server.bundle()).unwrap()).unwrap();
        Self {
            server,
            clock,
            keys,
            directory,
        }
    }

    /// From now on the server releases values, and copies of them may be kept for so long.
    pub(crate) async fn may_keep(&self, max_age: Duration) {
        let keys = DeviceKeys::from_secret(&self.device_item().await.unwrap().keys.to_secret()).unwrap();
        let mut told = self.server.told();
        told.sealing = Some(keys.sealing_public());
        told.max_age_ms = u64::try_from(max_age.as_millis()).unwrap();
    }

    /// Lets time go by here and there.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.server.told().now = self.clock.now();
    }

    pub(crate) fn parts(&self) -> VaultParts {
        VaultParts {
            clock: Arc::new(self.clock.clone()),
            boot: Arc::new(NoBootClock),
            entropy: Arc::new(SystemEntropy),
            keys: Arc::clone(&self.keys) as _,
            directory: self.directory.path().to_owned(),
            http: claviger_testkit::http::client().unwrap(),
            open_url: Arc::new(|_| Ok(())),
            device: DeviceName {
                name: "laptop".to_owned(),
                platform: "Debian 12".to_owned(),
            },
            timings: Timings {
                poll: Duration::from_millis(100),
                tick: Duration::from_millis(50),
                reconnect_first: Duration::from_millis(20),
                reconnect_last: Duration::from_millis(100),
                ..Timings::default()
            },
        }
    }

    pub(crate) async fn start(&self) -> Vault {
        Vault::start(self.parts()).await
    }

    /// A file of the cache, if there is one.
    pub(crate) fn cache_file(&self) -> Option<PathBuf> {
        Some(self.directory.path().join(format!("{DEVICE}.cache"))).filter(|path| path.exists())
    }

    /// Where the vault keeps its files.
    pub(crate) fn folder(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) async fn session_item(&self) -> Option<SessionItem> {
        SessionItem::load(&*self.keys, ORGANIZATION).await.unwrap()
    }

    pub(crate) async fn device_item(&self) -> Option<DeviceItem> {
        DeviceItem::load(&*self.keys, ORGANIZATION).await.unwrap()
    }
}

/// Waits until the state is as wanted; shows it when it never is.
pub(crate) async fn until(vault: &Vault, wanted: impl Fn(&AppState) -> bool) -> AppState {
    for _ in 0..400 {
        let state = vault.state();
        if wanted(&state) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(wanted(&vault.state()), "never so: {:#?}", vault.state());
    vault.state()
}

//! A device that signed in some time ago and has a full cache.

use crate::{
    company,
    testing::{
        log::ORGANIZATION,
        server::{DEVICE, Fake, PERSON, SESSION},
    },
    wire::Wire,
};
use claviger_cache::{
    Cache, Change, DeviceItem, Enrolled, KeyBytes, KeyStore, Parts, SessionItem, boot::ProcBootClock,
};
use claviger_model::{
    entropy::SystemEntropy,
    time::{Clock, SystemClock},
};
use claviger_protocol::wire::Token;
use claviger_sign_in::device_keys::DeviceKeys;
use claviger_vault::{DeviceName, Timings, Vault, VaultParts};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub struct Device {
    pub wire: Wire,
    server: Fake,
    secrets: usize,
    keys: Arc<dyn KeyStore>,
    directory: PathBuf,
}

impl Device {
    /// With keys and session in its keyring, and everything that it is entitled to in its cache.
    pub async fn enrolled(directory: &Path, keys: Arc<dyn KeyStore>, secrets: usize) -> Self {
        let now = SystemClock.now();
        let mut server = Fake::start(now).await;
        let wire = Wire::to(&server.origin).await;
        server.origin.clone_from(&wire.origin);
        let bundle = server.bundle();
        fs::create_dir_all(directory).unwrap();
        fs::write(
            directory.join("server.json"),
            serde_json::to_vec(&json!({ "bundle": bundle })).unwrap(),
        )
        .unwrap();
        let made = DeviceKeys::generate(&SystemEntropy).unwrap();
        let item = DeviceItem {
            keys: KeyBytes::new(&made.to_secret()),
            origin: wire.origin.clone(),
            bundle,
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
        let device = Self {
            wire,
            server,
            secrets,
            keys,
            directory: directory.to_owned(),
        };
        device.fill(&made).await;
        device
    }

    async fn fill(&self, keys: &DeviceKeys) {
        let parts = Parts {
            clock: Arc::new(SystemClock),
            boot: Arc::new(ProcBootClock),
            entropy: Arc::new(SystemEntropy),
            keys: Arc::clone(&self.keys),
        };
        let device = claviger_cache::Device {
            organization: ORGANIZATION,
            id: DEVICE,
            key: Arc::clone(keys.signing()),
            log: self.server.told().log.key().verifier().clone(),
        };
        let cache = Cache::open(&self.directory, device, parts).await.unwrap().cache;
        let entitlement = company::entitlement();
        let cursor = self.server.told().cursor;
        let now = SystemClock.now();
        cache
            .apply(Change {
                cursor: Some(cursor),
                now: Some(now),
                entitlement: Some(entitlement.clone()),
                principals: company::people(),
                ..Change::default()
            })
            .await
            .unwrap();
        // As the pages of a first sync come.
        let all: Vec<_> = (0..self.secrets).map(|n| company::secret(n, 1, now)).collect();
        for page in all.chunks(5_000) {
            let change = Change {
                secrets: page.to_vec(),
                ..Change::default()
            };
            cache.apply(change).await.unwrap();
        }
        cache.close().await;
        self.server.told().entitlement = Some(entitlement);
    }

    /// Background work stays away while something is measured.
    pub async fn start(&self) -> Vault {
        let never = Duration::from_secs(3_600);
        Vault::start(VaultParts {
            clock: Arc::new(SystemClock),
            boot: Arc::new(ProcBootClock),
            entropy: Arc::new(SystemEntropy),
            keys: Arc::clone(&self.keys),
            directory: self.directory.clone(),
            http: claviger_testkit::http::client().unwrap(),
            open_url: Arc::new(|_| Ok(())),
            device: DeviceName {
                name: "laptop".to_owned(),
                platform: "Debian 12".to_owned(),
            },
            timings: Timings {
                poll: never,
                tick: never,
                reconnect_first: never,
                reconnect_last: never,
                ..Timings::default()
            },
        })
        .await
    }

    /// Somebody gives one of the secrets another variable; answers with it.
    pub fn change_one(&self, n: usize) -> String {
        let mut told = self.server.told();
        let revision = told.cursor + 1;
        told.cursor = revision;
        let at = n * 6_151 % self.secrets;
        let mut record = company::secret(at, revision, told.now);
        let name = format!("CHANGED_{revision}_{n}");
        record.secret.description.variable = Some(name.parse().unwrap());
        told.changed.push((revision, record));
        name
    }
}

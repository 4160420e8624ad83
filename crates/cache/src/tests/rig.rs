//! A device with a directory, a keyring that survives, a clock to set, and a log that releases values to it.

use crate::{
    Cache, Change, Device, KeepLease, Opened, Parts,
    boot::{BootClock, BootTime},
    keyring::{Cause, ItemName, KeyStore, KeyringError},
};
use async_trait::async_trait;
use claviger_crypto::{
    sealing::{ReleaseBinding, seal_value},
    secret::{Key256, SecretBytes},
    signing::{DeviceKey, ServerKey},
};
use claviger_ledger::{
    checkpoint::Checkpoint,
    edge::Edge,
    hash::NodeHash,
    leaf::{Leaf, Outcome, leaf_hash},
    lease::{CiphertextHash, LeaseTerms},
    log_key::LogKey,
};
use claviger_model::{
    action::Action,
    entropy::SystemEntropy,
    event::EventKind,
    ids::{DeviceId, EventId, OrderId, OrganizationId, ScopeId, SecretId},
    name::Name,
    scope::{Discoverable, Scope, ScopePath},
    secret::{Description, Secret, SecretKind},
    time::{Clock, Timestamp},
};
use claviger_protocol::{
    order::{Order, Target},
    release::Release,
    secrets::SecretRecord,
    signed::{Signed, canonical},
    sync::{Entitlement, ScopeRights},
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

pub(super) const START: i64 = 1_800_000_000_000;
pub(super) const HOUR: i64 = 3_600_000;

#[derive(Debug)]
pub(super) struct Times {
    pub(super) wall: AtomicI64,
    pub(super) running: AtomicU64,
    pub(super) boot: AtomicU64,
}

impl Times {
    /// Lets time go by on both clocks.
    pub(super) fn pass(&self, millis: i64) {
        self.wall.fetch_add(millis, Ordering::SeqCst);
        self.running
            .fetch_add(u64::try_from(millis).unwrap(), Ordering::SeqCst);
    }

    pub(super) fn set_wall(&self, millis: i64) {
        self.wall.store(millis, Ordering::SeqCst);
    }

    pub(super) fn restart_machine(&self) {
        self.boot.fetch_add(1, Ordering::SeqCst);
        self.running.store(0, Ordering::SeqCst);
    }
}

impl Clock for Times {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.wall.load(Ordering::SeqCst))
    }
}

impl BootClock for Times {
    fn now(&self) -> Option<BootTime> {
        let boot = u128::from(self.boot.load(Ordering::SeqCst)).to_be_bytes();
        Some(BootTime {
            boot,
            millis: self.running.load(Ordering::SeqCst),
        })
    }
}

/// A keyring in files, so that it outlives a process that is killed.
#[derive(Debug, Clone)]
pub(super) struct FileKeyStore(pub(super) PathBuf);

impl FileKeyStore {
    fn path(&self, item: &ItemName) -> PathBuf {
        self.0.join(item.to_string().replace('/', "_"))
    }
}

#[async_trait]
impl KeyStore for FileKeyStore {
    async fn load(&self, item: &ItemName) -> Result<Option<SecretBytes>, KeyringError> {
        match std::fs::read(self.path(item)) {
            Ok(bytes) => Ok(Some(SecretBytes::new(bytes))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(KeyringError::Failed(Cause::from(error))),
        }
    }

    async fn store(&self, item: &ItemName, secret: &SecretBytes) -> Result<(), KeyringError> {
        let fail = |error| KeyringError::Failed(Cause::from(error));
        let path = self.path(item);
        let new = path.with_extension("new");
        std::fs::write(&new, secret.expose()).map_err(fail)?;
        std::fs::rename(new, path).map_err(fail)
    }

    async fn delete(&self, item: &ItemName) -> Result<(), KeyringError> {
        let _missing = std::fs::remove_file(self.path(item));
        Ok(())
    }
}

/// A device and the server's keys that it knows.
pub(super) struct Rig {
    pub(super) directory: PathBuf,
    pub(super) times: Arc<Times>,
    pub(super) keys: FileKeyStore,
    pub(super) device: Device,
    log: LogKey,
    pub(super) orders: ServerKey,
    #[expect(dead_code, reason = "removed when dropped")]
    kept: Option<tempfile::TempDir>,
}

pub(super) fn secret_id(n: u64) -> SecretId {
    SecretId::from_bytes((u128::from(n) | 1 << 100).to_be_bytes())
}

pub(super) fn scope_id(n: u8) -> ScopeId {
    ScopeId::from_bytes([n; 16])
}

impl Rig {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let rig = Self::within(directory.path());
        Self {
            kept: Some(directory),
            ..rig
        }
    }

    /// In a directory that somebody else removes.
    pub(super) fn within(directory: &Path) -> Self {
        let key = DeviceKey::generate().unwrap();
        std::fs::create_dir(directory.join("keys")).unwrap();
        std::fs::write(directory.join("keys/device.pkcs8"), key.pkcs8().expose()).unwrap();
        Self::at(directory)
    }

    /// The rig that another process made in a directory.
    pub(super) fn at(directory: &Path) -> Self {
        let pkcs8 = std::fs::read(directory.join("keys/device.pkcs8")).unwrap();
        let key = DeviceKey::from_pkcs8(SecretBytes::new(pkcs8)).unwrap();
        let server = |n| ServerKey::from_seed(&Key256::from_bytes(&[n; 32])).unwrap();
        let log = LogKey::new("claviger.test/log/1", server(1)).unwrap();
        Self {
            directory: directory.join("cache"),
            times: Arc::new(Times {
                wall: AtomicI64::new(START),
                running: AtomicU64::new(1_000),
                boot: AtomicU64::new(1),
            }),
            keys: FileKeyStore(directory.join("keys")),
            device: Device {
                organization: OrganizationId::from_bytes([7; 16]),
                id: DeviceId::from_bytes([8; 16]),
                key: Arc::new(key),
                log: log.verifier().clone(),
            },
            log,
            orders: server(2),
            kept: None,
        }
    }

    /// The log's key is replaced, and the device has followed.
    pub(super) fn follow_to_log_key(&mut self, n: u8) {
        let key = ServerKey::from_seed(&Key256::from_bytes(&[n; 32])).unwrap();
        self.log = LogKey::new("claviger.test/log/1", key).unwrap();
        self.device.log = self.log.verifier().clone();
    }

    pub(super) fn parts(&self) -> Parts {
        Parts {
            clock: self.times.clone(),
            boot: self.times.clone(),
            entropy: Arc::new(SystemEntropy),
            keys: Arc::new(self.keys.clone()),
        }
    }

    pub(super) async fn open(&self) -> Opened {
        Cache::open(&self.directory, self.device.clone(), self.parts())
            .await
            .unwrap()
    }

    pub(super) async fn cache(&self) -> Cache {
        self.open().await.cache
    }

    pub(super) fn database(&self) -> PathBuf {
        self.directory.join(format!("{}.cache", self.device.id))
    }

    pub(super) fn now(&self) -> Timestamp {
        Clock::now(self.times.as_ref())
    }

    /// A release of a value to this device, with its place in the log.
    pub(super) fn release(&self, secret: SecretId, version: u64, value: &[u8], max_age: i64) -> KeepLease {
        self.release_as(secret, version, value, max_age, |_| ())
    }

    /// The same with a leaf that says something else; the log holds that leaf.
    pub(super) fn release_as(
        &self,
        secret: SecretId,
        version: u64,
        value: &[u8],
        max_age: i64,
        says: impl FnOnce(&mut Leaf),
    ) -> KeepLease {
        let release_key = Key256::random(&SystemEntropy);
        let event = EventId::random(&SystemEntropy);
        let device = &self.device;
        let binding = ReleaseBinding {
            organization: device.organization,
            device: device.id,
            secret,
            version,
            event,
        };
        let sealed = seal_value(&release_key, &binding, value, &SystemEntropy).unwrap();
        let mut leaf = Leaf::new(
            event,
            EventKind::SecretLeased,
            device.organization,
            self.now(),
            Outcome::Allowed,
        );
        leaf.device = Some(device.id);
        leaf.object.secret = Some(secret);
        leaf.object.version = Some(version);
        leaf.lease = Some(LeaseTerms {
            ciphertext_sha256: CiphertextHash::of(&sealed),
            issued_at: self.now(),
            max_age_ms: u64::try_from(max_age).unwrap(),
            epoch: 1,
        });
        says(&mut leaf);
        let leaf = leaf.to_bytes().unwrap();
        let sibling = NodeHash::of_leaf(b"another");
        let mut edge = Edge::new();
        edge.append([sibling, leaf_hash(&leaf)]);
        let head = Checkpoint {
            origin: self.log.verifier().name().to_owned(),
            size: edge.size(),
            root: edge.root(),
        };
        let release = Release {
            event,
            version,
            sealed: sealed.into(),
            leaf: leaf.into(),
            index: 1,
            proof: vec![(*sibling.as_bytes()).into()],
            openings: Vec::new(),
        };
        KeepLease {
            secret,
            release,
            checkpoint: head.sign(&self.log).unwrap(),
            release_key,
        }
    }

    pub(super) fn order(&self, seq: u64, targets: Vec<Target>) -> Signed {
        let order = Order {
            organization: self.device.organization,
            device: self.device.id,
            order: OrderId::from_bytes(u128::from(seq).to_be_bytes()),
            seq,
            issued_at: self.now(),
            targets,
        };
        let body = canonical(&order).unwrap();
        let signature = self.orders.sign(&body);
        Signed {
            body: body.into(),
            signature: signature.into(),
        }
    }
}

/// A secret's metadata.
pub(super) fn secret(n: u64, scope: u8, name: &str) -> SecretRecord {
    let description = Description {
        name: Name::parse(name).unwrap(),
        variable: None,
        kind: SecretKind::ApiKey,
        owner: None,
        tags: vec![Name::parse("tagged").unwrap()],
        note: String::new(),
        rotate_after_days: Some(90),
        expires_at: None,
    };
    let at = Timestamp::from_millis(START);
    let secret = Secret {
        id: secret_id(n),
        scope: scope_id(scope),
        description,
        version: 1,
        created_at: at,
        changed_at: at,
        deleted_at: None,
    };
    SecretRecord {
        secret,
        revision: 1,
        size: 10,
    }
}

/// The root 0 with 1 below it, 2 below 1, and 3 beside 1; everything may be viewed.
pub(super) fn entitlement() -> Entitlement {
    let scope = |n: u8, parent: Option<u8>, path: &str| Scope {
        id: scope_id(n),
        parent: parent.map(scope_id),
        path: ScopePath::parse(path).unwrap(),
        class: None,
        discoverable: Discoverable::Nobody,
        lease_seconds: None,
    };
    let scopes = vec![
        Scope {
            path: ScopePath::root(),
            ..scope(10, None, "x")
        },
        scope(1, Some(10), "payments"),
        scope(2, Some(1), "payments/production"),
        scope(3, Some(10), "search"),
    ];
    let rights = |n: u8| ScopeRights {
        scope: scope_id(n),
        actions: vec![Action::SecretView, Action::SecretReveal],
        lease_ms: Some(3_600_000),
    };
    Entitlement {
        digest: [1; 32].into(),
        scopes,
        rights: vec![rights(1), rights(3)],
        grants: Vec::new(),
        roles: Vec::new(),
        principals: Vec::new(),
        looks_afresh: false,
        valid_until: None,
    }
}

/// A first sync.
pub(super) async fn synced(cache: &Cache, rig: &Rig, secrets: Vec<SecretRecord>) {
    let change = Change {
        cursor: Some(1),
        now: Some(rig.now()),
        entitlement: Some(entitlement()),
        secrets,
        ..Change::default()
    };
    cache.apply(change).await.unwrap();
}

pub(super) async fn names(cache: &Cache) -> Vec<String> {
    let mut names = cache.secrets(|secret| secret.name.to_owned()).await.unwrap();
    names.sort();
    names
}

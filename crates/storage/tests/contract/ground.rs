//! A fresh, migrated database with a few people and places.

use claviger_model::{
    entropy::Sequence,
    ids::*,
    name::Name,
    principal::{Nature, PrincipalState},
    secret::{Description, SecretKind, Stage},
    time::{Clock as _, Timestamp},
};
use claviger_storage::{
    Database, Digest, Locked, Store, StoreConfig, TimeSource,
    log::{Draft, Outcome, SignCheckpoint},
    organization::{KekGeneration, Organization},
    principals::Principal,
    scopes::ScopeSettings,
    sessions::{Device, DeviceState, Session, SessionState},
    versions::{SealedVersion, Version},
};
use claviger_testkit::{clock::ManualClock, peers::postgres::Postgres};
use std::{path::PathBuf, sync::Arc, time::Duration};

pub struct Ground {
    pub store: Store,
    pub clock: ManualClock,
    pub entropy: Sequence,
    pub database: Database,
    /// Keeps the file.
    pub folder: tempfile::TempDir,
    pub ada: PrincipalId,
    pub root: ScopeId,
    pub payments: ScopeId,
    pub production: ScopeId,
    pub kek: KeyId,
}

impl Ground {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claviger.db");
        Self::laid(Database::Sqlite(path), folder).await
    }

    pub async fn postgres() -> Self {
        let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
        Self::laid(Database::Postgres(url), tempfile::tempdir().unwrap()).await
    }

    async fn laid(database: Database, folder: tempfile::TempDir) -> Self {
        let clock = ManualClock::default();
        let store = Store::open(config(database.clone(), &clock)).await.unwrap();
        store.migrate().await.unwrap();
        let entropy = Sequence::new(1);
        let mut ground = Self {
            ada: PrincipalId::random(&entropy),
            root: ScopeId::random(&entropy),
            payments: ScopeId::random(&entropy),
            production: ScopeId::random(&entropy),
            kek: KeyId::random(&entropy),
            store,
            clock,
            entropy,
            database,
            folder,
        };
        ground.found().await;
        ground
    }

    async fn found(&mut self) {
        let mut locked = self.store.locked().await.unwrap();
        let at = locked.now();
        let organization = Organization {
            id: OrganizationId::random(&self.entropy),
            name: name("Acme"),
            origin: "https://claviger.acme.example".to_owned(),
            demonstration: true,
            created_at: at,
        };
        locked
            .found(&organization, "claviger.acme.example/log")
            .await
            .unwrap();
        let kek = KekGeneration {
            id: self.kek,
            generation: 1,
            wrapped: vec![1, 2, 3],
            next_wrapped: None,
            created_at: at,
            retired_at: None,
        };
        locked.put_kek_generation(&kek).await.unwrap();
        locked
            .insert_principal(&self.person(self.ada, "Ada"))
            .await
            .unwrap();
        let none = ScopeSettings::default();
        locked
            .insert_scope(self.root, None, &name("Acme"), &none, at)
            .await
            .unwrap();
        locked
            .insert_scope(self.payments, Some(self.root), &name("payments"), &none, at)
            .await
            .unwrap();
        locked
            .insert_scope(
                self.production,
                Some(self.payments),
                &name("production"),
                &none,
                at,
            )
            .await
            .unwrap();
        locked.commit().await.unwrap();
    }

    /// A second handle on the same database.
    pub async fn another(&self) -> Store {
        Store::open(config(self.database.clone(), &self.clock))
            .await
            .unwrap()
    }

    pub async fn locked(&self) -> Box<dyn Locked> {
        self.store.locked().await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn later(&self, seconds: u64) -> Timestamp {
        self.now().plus(Duration::from_secs(seconds))
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("claviger.db")
    }

    pub fn person(&self, id: PrincipalId, called: &str) -> Principal {
        Principal {
            id,
            name: name(called),
            state: PrincipalState::Active,
            nature: Nature::Person { outside: false },
            email: Some(format!("{}@acme.example", called.to_lowercase())),
            created_at: self.now(),
        }
    }

    pub fn team(&self, called: &str) -> Principal {
        let nature = Nature::Team;
        Principal {
            nature,
            email: None,
            ..self.person(PrincipalId::random(&self.entropy), called)
        }
    }

    pub fn device(&self, principal: PrincipalId) -> Device {
        let id = DeviceId::random(&self.entropy);
        Device {
            id,
            principal,
            name: name("laptop"),
            platform: "Linux".to_owned(),
            jkt: doubled(id.as_bytes()),
            proof_key: vec![4; 65],
            sealing_key: [7; 32],
            state: DeviceState::Active,
            cache_generation: 0,
            cache_digest: None,
            journal_seq: 0,
            journal_head: None,
            enrolled_at: self.now(),
            seen_at: self.now(),
        }
    }

    pub fn session(&self, device: &Device) -> Session {
        let id = SessionId::random(&self.entropy);
        Session {
            id,
            principal: device.principal,
            device: device.id,
            refresh_n: 1,
            refresh_used: false,
            issuer: "https://id.example".to_owned(),
            subject: "sub-1".to_owned(),
            audience: "claviger".to_owned(),
            sid: Some("sid-1".to_owned()),
            acr: None,
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
            auth_time: Some(self.now()),
            nonce: "n".to_owned(),
            access_hash: doubled(id.as_bytes()),
            access_expires_at: self.later(600),
            created_at: self.now(),
            ends_at: self.later(12 * 3600),
            asserted_at: self.now(),
            state: SessionState::Active,
            ended_at: None,
            by_key: None,
        }
    }

    pub fn sealed(&self, secret: SecretId, version: u64, stage: Stage) -> SealedVersion {
        SealedVersion {
            version: Version {
                secret,
                version,
                stage,
                size: 12,
                binary: false,
                created_at: self.now(),
                created_by: Some(self.ada),
            },
            envelope: vec![u8::try_from(version % 256).unwrap(); 40],
            data_key: vec![9; 60],
            kek: self.kek,
            fingerprint: [u8::try_from(version % 256).unwrap(); 32],
        }
    }

    /// A secret in production with one current version, committed.
    pub async fn secret(&self, called: &str) -> SecretId {
        let id = SecretId::random(&self.entropy);
        let mut locked = self.locked().await;
        let at = locked.now();
        locked
            .insert_secret(id, self.production, &described(called), Some(self.ada), at)
            .await
            .unwrap();
        locked
            .add_version(&self.sealed(id, 1, Stage::Current))
            .await
            .unwrap();
        locked.commit().await.unwrap();
        id
    }

    pub fn draft(&self, subjects: &[PrincipalId]) -> Draft {
        let event = EventId::random(&self.entropy);
        Draft {
            event,
            kind: claviger_model::event::EventKind::SecretUsed,
            outcome: Outcome::Done,
            subjects: subjects.to_vec(),
            actor: subjects.first().copied(),
            device: None,
            secret: None,
            scope: None,
            openings: Vec::new(),
            seal: Box::new(move |placement| {
                let links: Vec<_> = placement
                    .subjects
                    .iter()
                    .map(|link| format!("{}:{}", link.id, link.seq))
                    .collect();
                Ok(format!("{event} {} {}", placement.index, links.join(" ")).into_bytes())
            }),
        }
    }

    /// Appends and commits.
    pub async fn append(&self, drafts: Vec<Draft>) -> claviger_storage::log::Appended {
        let mut locked = self.locked().await;
        let appended = locked.append(drafts, &Noted).await.unwrap();
        locked.commit().await.unwrap();
        appended
    }
}

pub fn config(database: Database, clock: &ManualClock) -> StoreConfig {
    StoreConfig {
        database,
        time: TimeSource::Clock(Arc::new(clock.clone())),
        connections: 4,
    }
}

/// Writes what a real signer would sign.
pub struct Noted;

impl SignCheckpoint for Noted {
    fn sign(
        &self,
        origin: &str,
        size: u64,
        root: &Digest,
    ) -> Result<String, claviger_storage::log::NotaryError> {
        Ok(format!("{origin}\n{size}\n{root:02x?}\n"))
    }
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn described(called: &str) -> Description {
    Description {
        name: name(called),
        variable: Some("DATABASE_URL".parse().unwrap()),
        kind: SecretKind::ConnectionString,
        owner: None,
        tags: vec![name("db"), name("é")],
        note: "ask Ada".to_owned(),
        rotate_after_days: Some(90),
        expires_at: None,
    }
}

pub fn doubled(bytes: &[u8; 16]) -> Digest {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(bytes);
    digest[16..].copy_from_slice(bytes);
    digest
}

//! A server with an organization in it, called through its router with real proofs.

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
};
use claviger_crypto::{
    bytes::encode_base64url,
    jws,
    sealing::SealingKeyPair,
    signing::DeviceKey,
    to_server::{ToServer, seal_to_server},
    token::OpaqueToken,
};
use claviger_model::{
    builtin_roles,
    conditions::GrantConditions,
    entropy::{Entropy, SystemEntropy},
    grant::Grant,
    ids::{DeviceId, GrantId, PrincipalId, RequestId, RoleId, ScopeId, SecretId, SessionId},
    name::Name,
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    secret::Description,
    time::{Clock, Timestamp},
};
use claviger_protocol::{
    proof::{ProofClaims, digest, htu},
    route::{Caller, Route},
    secrets::SealedValue,
};
use claviger_server::{
    app::Shared,
    cli::install_crypto,
    config::{Config, GroupsBy, Limits, LogFormat, Oidc, Origin, Scim},
    http::router,
    keys::root::Home,
    start::{self, Started, Surroundings},
};
use claviger_storage::{
    Database, Store, StoreConfig, TimeSource,
    principals::Principal,
    scopes::ScopeSettings,
    sessions::{Device, DeviceState, Session, SessionState},
};
use claviger_testkit::clock::ManualClock;
use http_body_util::BodyExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tower::ServiceExt;

pub const ORIGIN: &str = "https://vault.example";
const HOUR: Duration = Duration::from_secs(3600);

/// One server process with the places `payments/production` and `payments/staging`.
pub struct House {
    pub app: Shared,
    pub router: Router,
    pub clock: ManualClock,
    pub started: Option<Started>,
    pub places: Places,
    _directory: Option<tempfile::TempDir>,
}

/// The scopes.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    pub root: ScopeId,
    pub payments: ScopeId,
    pub production: ScopeId,
    pub staging: ScopeId,
}

/// Somebody who is signed in on a device.
pub struct Actor {
    pub principal: PrincipalId,
    pub device: DeviceId,
    pub session: SessionId,
    pub key: DeviceKey,
    pub sealing: SealingKeyPair,
    pub token: String,
}

/// A reply.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn parse<T: DeserializeOwned>(&self) -> T {
        assert!(
            self.status < 300,
            "{self:?} {}",
            String::from_utf8_lossy(&self.body)
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The stable code of a problem, or `ok`.
    pub fn code(&self) -> String {
        if self.status < 300 {
            return "ok".to_owned();
        }
        self.json()
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or("none")
            .to_owned()
    }

    /// The problem without what differs from call to call.
    pub fn without_call(&self) -> Value {
        let mut json = self.json();
        json.as_object_mut().map(|fields| fields.remove("call"));
        json
    }
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn description(text: &str) -> Description {
    serde_json::from_value(serde_json::json!({"name": text})).unwrap()
}

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

    /// Somebody new, signed in, with roles at scopes.
    pub async fn actor(&self, roles: &[(RoleId, ScopeId)]) -> Actor {
        self.of_nature(Nature::Person { outside: false }, roles).await
    }

    /// A service identity with an owner of its own.
    pub async fn service(&self, class: EnvironmentClass, roles: &[(RoleId, ScopeId)]) -> Actor {
        let owner = self.actor(&[]).await.principal;
        self.of_nature(Nature::Service { class, owner }, roles).await
    }

    async fn of_nature(&self, nature: Nature, roles: &[(RoleId, ScopeId)]) -> Actor {
        let entropy = SystemEntropy;
        let principal = PrincipalId::random(&entropy);
        let mut locked = self.app.store.locked().await.unwrap();
        let now = locked.now();
        let row = Principal {
            id: principal,
            // Names of services are taken once.
            name: match nature {
                Nature::Service { .. } => name(&format!("service {principal}")),
                _ => name("Somebody"),
            },
            state: PrincipalState::Active,
            nature,
            email: None,
            created_at: now,
        };
        locked.insert_principal(&row).await.unwrap();
        for (role, scope) in roles {
            locked
                .insert_grant(&grant(principal, *role, *scope, now))
                .await
                .unwrap();
        }
        locked.commit().await.unwrap();
        self.sign_in(principal).await
    }

    /// A further device and session of somebody.
    pub async fn sign_in(&self, principal: PrincipalId) -> Actor {
        let entropy = SystemEntropy;
        let (key, sealing) = (DeviceKey::generate().unwrap(), SealingKeyPair::random(&entropy));
        let (device, session) = (DeviceId::random(&entropy), SessionId::random(&entropy));
        let token = OpaqueToken::random(&entropy);
        let mut locked = self.app.store.locked().await.unwrap();
        let now = locked.now();
        let device_row = Device {
            id: device,
            principal,
            name: name("laptop"),
            platform: "Debian 12".to_owned(),
            jkt: *key.public().thumbprint().as_bytes(),
            proof_key: key.public().to_point().to_vec(),
            sealing_key: *sealing.public().as_bytes(),
            state: DeviceState::Active,
            cache_generation: 0,
            cache_digest: None,
            journal_seq: 0,
            journal_head: None,
            enrolled_at: now,
            seen_at: now,
        };
        locked.insert_device(&device_row).await.unwrap();
        let session_row = Session {
            id: session,
            principal,
            device,
            refresh_n: 1,
            refresh_used: false,
            issuer: "https://id.example".to_owned(),
            subject: principal.to_string(),
            audience: "claviger".to_owned(),
            sid: None,
            acr: None,
            amr: vec!["pwd".to_owned(), "mfa".to_owned()],
            auth_time: Some(now),
            nonce: "n".to_owned(),
            access_hash: *token.hash().as_bytes(),
            access_expires_at: now.plus(HOUR * 12),
            created_at: now,
            ends_at: now.plus(HOUR * 12),
            asserted_at: now,
            state: SessionState::Active,
            ended_at: None,
            by_key: None,
        };
        locked.put_session(&session_row).await.unwrap();
        locked.commit().await.unwrap();
        let token = token.to_text().expose().to_owned();
        Actor {
            principal,
            device,
            session,
            key,
            sealing,
            token,
        }
    }

    /// A secret with this value, made by its own editor through the routes.
    pub async fn secret(&self, scope: ScopeId, text: &str, value: &[u8]) -> SecretId {
        let editor = self.actor(&[(builtin_roles::EDITOR, scope)]).await;
        let id = SecretId::random(&SystemEntropy);
        let body = serde_json::json!({
            "id": id, "scope": scope, "description": description(text), "value": self.sealed(&editor, id, 1, value),
        });
        let answer = self
            .call(
                Some(&editor),
                &claviger_protocol::route::CREATE_SECRET,
                &[],
                &body,
            )
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        id
    }

    /// A value sealed by somebody's device to this server.
    pub fn sealed(&self, actor: &Actor, secret: SecretId, version: u64, value: &[u8]) -> SealedValue {
        let binding = ToServer::Write {
            organization: self.app.organization,
            device: actor.device,
            secret,
            version,
        };
        split(
            seal_to_server(
                &self.app.keys.now().sealing.public(),
                &binding,
                value,
                &SystemEntropy,
            )
            .unwrap(),
        )
    }

    /// Calls a route as somebody; none: without proof and token.
    pub async fn call(
        &self,
        actor: Option<&Actor>,
        route: &Route,
        arguments: &[&dyn std::fmt::Display],
        body: &impl Serialize,
    ) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        let body = if body == b"null" { Vec::new() } else { body };
        let request = self.request(actor, route, &route.at(arguments), body);
        self.send(request).await
    }

    pub fn request(&self, actor: Option<&Actor>, route: &Route, path: &str, body: Vec<u8>) -> Request<Body> {
        let mut builder = Request::builder().method(route.method).uri(path);
        if let Some(actor) = actor {
            let with_token = route.caller == Caller::Session;
            builder = builder.header("dpop", self.proof(actor, route.method, path, &body, with_token));
            if with_token {
                builder = builder.header(header::AUTHORIZATION, format!("DPoP {}", actor.token));
            }
        }
        let peer: SocketAddr = ([127, 0, 0, 1], 4_000).into();
        builder
            .extension(ConnectInfo(peer))
            .body(Body::from(body))
            .unwrap()
    }

    pub fn proof(&self, actor: &Actor, method: &str, path: &str, body: &[u8], with_token: bool) -> String {
        let now = self.clock.now();
        let mut jti = [0; 16];
        SystemEntropy.fill(&mut jti);
        let claims = ProofClaims {
            htm: method.to_owned(),
            htu: htu(ORIGIN, path),
            iat: now.seconds(),
            jti: encode_base64url(&jti),
            ath: with_token.then(|| digest(actor.token.as_bytes())),
            nonce: Some(self.app.keys.now().nonces.issue(now)),
            content_sha256: (!body.is_empty()).then(|| digest(body)),
        };
        jws::encode("dpop+jwt", &actor.key, &serde_json::to_vec(&claims).unwrap()).unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let stream = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = if stream {
            Vec::new()
        } else {
            response.into_body().collect().await.unwrap().to_bytes().to_vec()
        };
        Answer { status, body }
    }

    /// How far log, feed and epoch are.
    pub async fn head(&self) -> claviger_storage::log::Head {
        self.app
            .store
            .reader()
            .await
            .unwrap()
            .committed_head()
            .await
            .unwrap()
    }
}

/// The first 33 bytes are suite and encapsulated key.
pub fn split(sealed: Vec<u8>) -> SealedValue {
    let (encapsulated, ciphertext) = sealed.split_at(33);
    SealedValue {
        encapsulated: encapsulated.to_vec().into(),
        ciphertext: ciphertext.to_vec().into(),
    }
}

pub fn grant(principal: PrincipalId, role: RoleId, scope: ScopeId, at: Timestamp) -> Grant {
    Grant {
        id: GrantId::random(&SystemEntropy),
        principal,
        role,
        scope,
        reason: "for the test".to_owned(),
        granted_by: principal,
        granted_at: at,
        not_before: None,
        expires_at: None,
        conditions: GrantConditions::default(),
        ended: None,
    }
}

pub fn request_id() -> RequestId {
    RequestId::random(&SystemEntropy)
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

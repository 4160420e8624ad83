//! A server with an organization in it, called through its router with real proofs.

mod calling;
mod opening;
mod people;

use axum::Router;
use claviger_crypto::{
    sealing::SealingKeyPair,
    signing::DeviceKey,
    to_server::{ToServer, seal_to_server},
};
use claviger_model::{
    builtin_roles,
    conditions::GrantConditions,
    entropy::SystemEntropy,
    grant::Grant,
    ids::{DeviceId, GrantId, PrincipalId, RequestId, RoleId, ScopeId, SecretId, SessionId},
    name::Name,
    secret::Description,
    time::Timestamp,
};
use claviger_protocol::secrets::SealedValue;
use claviger_server::{app::Shared, start::Started};
use claviger_testkit::clock::ManualClock;
use std::time::Duration;

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

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn description(text: &str) -> Description {
    serde_json::from_value(serde_json::json!({"name": text})).unwrap()
}

impl House {
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

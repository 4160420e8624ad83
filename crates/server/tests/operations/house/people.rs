//! Whoever is in a house.

use super::{Actor, HOUR, House, grant, name};
use claviger_crypto::{sealing::SealingKeyPair, signing::DeviceKey, token::OpaqueToken};
use claviger_model::{
    entropy::SystemEntropy,
    ids::{DeviceId, PrincipalId, RoleId, ScopeId, SessionId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
};
use claviger_storage::{
    principals::Principal,
    sessions::{Device, DeviceState, Session, SessionState},
};

impl House {
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
}

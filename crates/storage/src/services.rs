//! Service identities beside their rows as principals, and their keys.

use crate::{
    Digest, Result,
    principals::{NamePlace, Principal},
    usage::Day,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{KeyId, PrincipalId, ScopeId},
    name::Name,
    network::Network,
    service::ServiceKind,
    time::Timestamp,
};

/// What is known of a service identity besides its principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The principal, whose nature names class and owner.
    pub principal: PrincipalId,
    /// What it is for.
    pub kind: ServiceKind,
    /// Where it was made; whoever may manage services there manages this one.
    pub home: ScopeId,
    /// By whom; none where it was made before that was kept.
    pub made_by: Option<PrincipalId>,
    /// When.
    pub made_at: Timestamp,
}

/// A key of a service identity. Only its public half was ever here, and of that the thumbprint is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceKey {
    /// Its id.
    pub id: KeyId,
    /// Whose.
    pub service: PrincipalId,
    /// As people call it.
    pub name: Name,
    /// RFC 7638 thumbprint of the ES256 key.
    pub jkt: Digest,
    /// From where it is good; anywhere when empty.
    pub networks: Vec<Network>,
    /// Who made it.
    pub made_by: PrincipalId,
    /// When.
    pub made_at: Timestamp,
    /// From when it is not good any more.
    pub ends_at: Timestamp,
    /// When it was last exchanged for a token.
    pub last_used_at: Option<Timestamp>,
    /// That it was ended before its time.
    pub ended: Option<KeyEnded>,
}

/// The end of a key before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEnded {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
}

impl ServiceKey {
    /// Whether it is good at a moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.ends_at
    }
}

/// Reads of services and their keys.
#[async_trait]
pub trait ServiceReads {
    /// One.
    async fn service(&mut self, id: PrincipalId) -> Result<Option<Service>>;
    /// A page in the order of names, after the given one, with their principals.
    async fn services(&mut self, after: Option<&NamePlace>, limit: u32) -> Result<Vec<(Service, Principal)>>;
    /// One key.
    async fn service_key(&mut self, id: KeyId) -> Result<Option<ServiceKey>>;
    /// The key with this thumbprint, be it ended.
    async fn service_key_by_jkt(&mut self, jkt: &Digest) -> Result<Option<ServiceKey>>;
    /// The keys of these services, ended ones too, newest first.
    async fn keys_of(&mut self, services: &[PrincipalId]) -> Result<Vec<ServiceKey>>;
    /// Of these services those that have a live key which this person made.
    async fn services_keyed_by(
        &mut self,
        services: &[PrincipalId],
        maker: PrincipalId,
        now: Timestamp,
    ) -> Result<Vec<PrincipalId>>;
    /// The services, be they suspended or ended, that one of these answers for, and those of which somebody made a key that is live; in the
    /// order of ids.
    async fn services_answered_for(
        &mut self,
        owners: &[PrincipalId],
        maker: Option<PrincipalId>,
        now: Timestamp,
    ) -> Result<Vec<Principal>>;
    /// How often each of these keys was exchanged since a day; those that were not are left out.
    async fn key_uses(&mut self, keys: &[KeyId], since: Day) -> Result<Vec<(KeyId, u64)>>;
}

/// Writes of services and their keys.
#[async_trait]
pub trait ServiceWrites {
    /// Keeps what is known of a service whose principal exists.
    async fn insert_service(&mut self, service: &Service) -> Result<()>;
    /// Keeps a key; [`crate::Conflict::IdTaken`], or [`crate::Conflict::AlreadyUsed`] when a service has this key already.
    async fn insert_service_key(&mut self, key: &ServiceKey) -> Result<()>;
    /// Ends a key; [`crate::Conflict::Changed`] when it was ended before.
    async fn end_service_key(&mut self, id: KeyId, ended: KeyEnded) -> Result<()>;
    /// Counts an exchange; in the transaction of its event, so that counts and log say the same.
    async fn note_key_use(&mut self, id: KeyId, at: Timestamp) -> Result<()>;
}

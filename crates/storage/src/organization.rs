//! The organization, the server's own keys, and settings.

use crate::{Result, log::Head};
use async_trait::async_trait;
use claviger_model::{
    ids::{KeyId, OrganizationId},
    name::Name,
    time::Timestamp,
};

/// The company that this database belongs to; one a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Stays for ever; part of every associated data.
    pub id: OrganizationId,
    /// What it is called.
    pub name: Name,
    /// The public origin of the server (`https://…`), as bound into sign-ins.
    pub origin: String,
    /// Stamped as a demonstration, which `serve` refuses unless asked for (rule 37).
    pub demonstration: bool,
    /// When the database was founded.
    pub created_at: Timestamp,
}

/// What a key of the server is for (rule 20: separate keys).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPurpose {
    /// Signs checkpoints of the log.
    Log,
    /// Signs orders and reports.
    Orders,
    /// Opens what clients seal to the server.
    Sealing,
    /// Makes commitments in leaves.
    Commitments,
    /// Makes refresh tokens.
    Tokens,
    /// Makes server nonces.
    Nonces,
    /// Makes fingerprints of values.
    Fingerprints,
    /// Signs what is posted to webhooks; made with the first one.
    Webhooks,
}

/// One generation of a key of the server.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerKey {
    /// Its id.
    pub id: KeyId,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// Counted from 1 for each purpose.
    pub generation: u32,
    /// The public half; empty for symmetric keys.
    pub public: Vec<u8>,
    /// The private half or the key itself, as an envelope under a key-encryption key; empty once it is destroyed.
    pub wrapped: Vec<u8>,
    /// Which key-encryption key wraps it.
    pub kek: KeyId,
    /// The predecessor's signature over the new public key; none for the first (rule 20).
    pub cosignature: Option<Vec<u8>>,
    /// Since when it is used.
    pub created_at: Timestamp,
    /// Since when it is not used for anything new.
    pub retired_at: Option<Timestamp>,
}

/// One generation of the key-encryption key (rule 33).
#[derive(Clone, PartialEq, Eq)]
pub struct KekGeneration {
    /// Its id, written into envelopes.
    pub id: KeyId,
    /// Counted from 1.
    pub generation: u32,
    /// The key, wrapped by the root.
    pub wrapped: Vec<u8>,
    /// The same by the root that follows, while the root is being changed.
    pub next_wrapped: Option<Vec<u8>>,
    /// Since when it is used.
    pub created_at: Timestamp,
    /// Since when it wraps nothing new.
    pub retired_at: Option<Timestamp>,
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerKey({:?} {} {})", self.purpose, self.generation, self.id)
    }
}

impl std::fmt::Debug for KekGeneration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KekGeneration({} {})", self.generation, self.id)
    }
}

/// Reads of the organization, its keys and settings.
#[async_trait]
pub trait OrganizationReads {
    /// The organization; none before it was founded.
    async fn organization(&mut self) -> Result<Option<Organization>>;
    /// The committed head of the log, outside the lock; for the newest checkpoint and for proofs.
    async fn committed_head(&mut self) -> Result<Head>;
    /// All generations of all keys, oldest first.
    async fn server_keys(&mut self) -> Result<Vec<ServerKey>>;
    /// All generations of the key-encryption key, oldest first.
    async fn kek_generations(&mut self) -> Result<Vec<KekGeneration>>;
    /// A setting's JSON.
    async fn setting(&mut self, key: &str) -> Result<Option<serde_json::Value>>;
}

/// Writes of the organization, its keys and settings.
#[async_trait]
pub trait OrganizationWrites {
    /// Founds the organization and gives the log its origin line; [`crate::Conflict::IdTaken`] when there is one.
    async fn found(&mut self, organization: &Organization, log_origin: &str) -> Result<()>;
    /// Renames the organization or moves it to another origin.
    async fn set_organization(&mut self, name: &Name, origin: &str) -> Result<()>;
    /// Stores a new generation; [`crate::Conflict::IdTaken`] when it is there.
    async fn put_server_key(&mut self, key: &ServerKey) -> Result<()>;
    /// Stops using a generation for anything new, and destroys its private half; the public one and its place stay.
    async fn retire_server_key(&mut self, key: KeyId, at: Timestamp) -> Result<()>;
    /// Replaces the wrapping of a key (its key-encryption key was rotated).
    async fn rewrap_server_key(&mut self, key: KeyId, wrapped: &[u8], kek: KeyId) -> Result<()>;
    /// Stores a new generation of the key-encryption key.
    async fn put_kek_generation(&mut self, kek: &KekGeneration) -> Result<()>;
    /// Stops wrapping with a generation.
    async fn retire_kek_generation(&mut self, kek: KeyId, at: Timestamp) -> Result<()>;
    /// Replaces the wrappings of a generation: the one by the root, and the one by the root that follows.
    async fn rewrap_kek_generation(
        &mut self,
        kek: KeyId,
        wrapped: &[u8],
        next_wrapped: Option<&[u8]>,
    ) -> Result<()>;
    /// Destroys a retired generation that wraps nothing any more; whether there was one.
    async fn destroy_kek_generation(&mut self, kek: KeyId) -> Result<bool>;
    /// Writes a setting.
    async fn put_setting(&mut self, key: &str, value: &serde_json::Value) -> Result<()>;
}

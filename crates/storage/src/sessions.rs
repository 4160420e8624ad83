//! Enrolled devices and the sessions on them.

use crate::{Digest, Result, principals::Principal};
use async_trait::async_trait;
use claviger_model::{
    ids::{DeviceId, KeyId, PrincipalId, SessionId},
    name::Name,
    network::Network,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Where a device stands (rule 26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceState {
    /// In use.
    Active,
    /// Reaches only orders, acknowledgements and journal.
    Ending,
    /// Reaches nothing.
    Ended,
}

/// An enrolled device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// What the person calls it.
    pub name: Name,
    /// Operating system and version, as reported.
    pub platform: String,
    /// RFC 7638 thumbprint of its ES256 key.
    pub jkt: Digest,
    /// The ES256 public key: the uncompressed point, 65 bytes.
    pub proof_key: Vec<u8>,
    /// The X25519 public key that values are sealed to.
    pub sealing_key: [u8; 32],
    /// Where it stands.
    pub state: DeviceState,
    /// The generation of its cache at the last contact (rule 24).
    pub cache_generation: u64,
    /// The digest of its cache at the last contact.
    pub cache_digest: Option<Digest>,
    /// The sequence number of the last journal entry received; 0 for none (rule 25).
    pub journal_seq: u64,
    /// The hash of that entry.
    pub journal_head: Option<Digest>,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// The last contact.
    pub seen_at: Timestamp,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionState {
    /// In use.
    Active,
    /// The provider refused; only a fresh ID token brings it back.
    Suspended,
    /// Over.
    Ended,
}

/// By which key a service identity signed in, and from where that key is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    /// The key.
    pub key: KeyId,
    /// Looked at on each call; anywhere when empty.
    pub networks: Vec<Network>,
}

/// A sign-in of a person on a device, and its family of refresh tokens (rule 3); or of a service identity with one of its
/// keys, which has no refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id; also the id of its refresh family.
    pub id: SessionId,
    /// Who signed in.
    pub principal: PrincipalId,
    /// On which device.
    pub device: DeviceId,
    /// The number of the newest refresh token issued.
    pub refresh_n: u64,
    /// Whether that one was presented yet; until then its predecessor may ask for it again.
    pub refresh_used: bool,
    /// The provider's issuer.
    pub issuer: String,
    /// The provider's subject.
    pub subject: String,
    /// The client that the ID token was for.
    pub audience: String,
    /// The provider's session id.
    pub sid: Option<String>,
    /// Authentication context class.
    pub acr: Option<String>,
    /// Authentication methods.
    pub amr: Vec<String>,
    /// When the person last authenticated at the provider.
    pub auth_time: Option<Timestamp>,
    /// The nonce of the first ID token.
    pub nonce: String,
    /// SHA-256 of the access token.
    pub access_hash: Digest,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// When the provider last vouched for it.
    pub asserted_at: Timestamp,
    /// Where it stands.
    pub state: SessionState,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The key of a service identity; none for people.
    pub by_key: Option<SessionKey>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({} of {} {:?})", self.id, self.principal, self.state)
    }
}

/// Everything that a request is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionContext {
    /// The session.
    pub session: Session,
    /// Its device.
    pub device: Device,
    /// Its person.
    pub principal: Principal,
    /// Whether it was made with a key of a service identity whose maker is suspended or disabled: they may have its private half.
    pub is_key_held: bool,
}

/// Which sessions a logout ends (rule 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoutTarget {
    /// One session of the provider.
    Sid {
        /// The issuer.
        issuer: String,
        /// Its session.
        sid: String,
    },
    /// All of a subject.
    Subject {
        /// The issuer.
        issuer: String,
        /// Its subject.
        subject: String,
    },
    /// All of a principal.
    Principal(PrincipalId),
    /// All on a device.
    Device(DeviceId),
    /// One session.
    Session(SessionId),
    /// All that were made with a key of a service identity.
    Key(KeyId),
    /// All of them (after a restore, rule 19).
    All,
}

/// Reads of devices and sessions.
#[async_trait]
pub trait SessionReads {
    /// One device.
    async fn device(&mut self, id: DeviceId) -> Result<Option<Device>>;
    /// The device with this key, in whatever state.
    async fn device_by_jkt(&mut self, jkt: &Digest) -> Result<Option<Device>>;
    /// A person's devices, in whatever state.
    async fn devices_of(&mut self, principal: PrincipalId) -> Result<Vec<Device>>;
    /// One session.
    async fn session(&mut self, id: SessionId) -> Result<Option<Session>>;
    /// A person's sessions that have not ended.
    async fn sessions_of(&mut self, principal: PrincipalId) -> Result<Vec<Session>>;
    /// Session, device and person of an access token's hash, in one statement; the caller judges states and times.
    async fn session_by_access_hash(&mut self, hash: &Digest) -> Result<Option<SessionContext>>;
    /// Session, device and person of each, in one statement and no order; for re-reading under the lock (rule 10).
    async fn session_contexts(&mut self, ids: &[SessionId]) -> Result<Vec<SessionContext>>;
    /// Sessions that a target names and that have not ended.
    async fn sessions_matching(&mut self, target: &LogoutTarget) -> Result<Vec<Session>>;
    /// Whether any session of a service identity is over.
    async fn service_session_over(&mut self, now: Timestamp) -> Result<bool>;
    /// Active sessions that the provider last vouched for before a moment.
    async fn sessions_asserted_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<Session>>;
}

/// Writes of devices and sessions.
#[async_trait]
pub trait SessionWrites {
    /// Enrols a device; [`crate::Conflict::DeviceEnrolled`] when its key is known.
    async fn insert_device(&mut self, device: &Device) -> Result<()>;
    /// Writes name, platform, sealing key, state and last contact; whether it exists.
    async fn update_device(&mut self, device: &Device) -> Result<bool>;
    /// Moves a device on; [`crate::Conflict::Changed`] unless it stood at `from`.
    async fn set_device_state(&mut self, device: DeviceId, from: DeviceState, to: DeviceState) -> Result<()>;
    /// Notes what a device reported of its cache, and the contact.
    async fn note_cache(
        &mut self,
        device: DeviceId,
        generation: u64,
        digest: &Digest,
        at: Timestamp,
    ) -> Result<()>;
    /// Makes a session, or writes all of it anew.
    async fn put_session(&mut self, session: &Session) -> Result<()>;
    /// Deletes sessions of service identities that are over, and their devices that nothing names any more and that last called
    /// before a moment; says how many. Otherwise each run of a job would stay as a device.
    async fn forget_service_sessions(&mut self, now: Timestamp, devices_before: Timestamp) -> Result<u64>;
    /// Ends the sessions that a target names and that have not ended; returns them as they were.
    async fn end_sessions(&mut self, target: &LogoutTarget, at: Timestamp) -> Result<Vec<Session>>;
}

//! What changed for me since a cursor.

use crate::{
    emergency::EmergencyReply, principals::PrincipalRecord, requests::RequestRecord, secrets::SecretRecord,
    wire::Bytes,
};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{RoleId, ScopeId, SecretId},
    scope::Scope,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most records of one page.
pub const PAGE: usize = 1_000;

/// `POST /v1/sync`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncCall {
    /// From the last reply; 0 at first.
    pub cursor: u64,
    /// [`Entitlement::digest`] that the device holds; none at first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<Bytes>,
    /// The cache's generation and digest (rule 24); none where nothing is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheState>,
    /// [`EmergencyNews::mark`] that the device holds; none at first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Bytes>,
}

/// How a device's cache stands (rule 24).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheState {
    /// Counts changes of the key table.
    pub generation: u64,
    /// SHA-256 over the sealed key table.
    pub digest: Bytes,
}

/// The reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncReply {
    /// For the next call.
    pub cursor: u64,
    /// The server's time, for the high-water mark (rule 22).
    pub now: Timestamp,
    /// The device begins, or stands before the beginning of the feed (or after its end): the entitlement and all living
    /// requests are here, every scope is to be fetched by [`ScopesCall`], and what none of these has is to be dropped.
    #[serde(default)]
    pub anew: bool,
    /// Only when the device's digest differs, or `anew`. Everything outside of it is to be dropped; the secrets of scopes
    /// that are new in it are fetched by [`ScopesCall`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<Entitlement>,
    /// Made or changed, within the entitlement.
    pub secrets: Vec<SecretRecord>,
    /// Gone, or moved to where the caller sees nothing.
    pub removed: Vec<SecretId>,
    /// Requests that are new or answered.
    pub requests: Vec<RequestRecord>,
    /// People and teams whose names the above needs and that changed.
    pub principals: Vec<PrincipalRecord>,
    /// More waits: call again with the new cursor.
    pub more: bool,
    /// The newest entry of the caller's own history.
    pub history: u64,
    /// Orders that wait for this device.
    pub orders: u64,
    /// Emergency access, when it may look different from what the device was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyNews>,
}

/// Emergency access as the caller may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyNews {
    /// Stands for this state; for [`SyncCall::emergency`].
    pub mark: Bytes,
    /// Their own rights, and the first page of draws that they may see.
    pub told: EmergencyReply,
}

/// What the caller is entitled to, and through what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entitlement {
    /// SHA-256 over the canonical JSON of the other fields.
    pub digest: Bytes,
    /// Every scope with a right at or below it, parents first.
    pub scopes: Vec<Scope>,
    /// Rights, only where they differ from the parent scope's; they hold below.
    pub rights: Vec<ScopeRights>,
    /// The grants that reach the caller, directly or through teams.
    pub grants: Vec<Grant>,
    /// Names of the roles in `grants`.
    pub roles: Vec<RoleName>,
    /// People and teams named in `grants`, and the caller's teams.
    pub principals: Vec<PrincipalRecord>,
    /// Whether a fresh sign-in would let the caller look at grants at places that do not show now. Their names stay untold until then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub looks_afresh: bool,
    /// The next moment at which any of this changes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

impl Entitlement {
    /// SHA-256 over the canonical JSON (RFC 8785) of all fields but the digest.
    ///
    /// # Errors
    /// When a field cannot be written as JSON.
    pub fn computed_digest(&self) -> Result<Bytes, serde_json::Error> {
        let mut json = serde_json::to_value(self)?;
        if let Some(fields) = json.as_object_mut() {
            fields.remove("digest");
        }
        Ok(Sha256::digest(serde_json_canonicalizer::to_vec(&json)?)
            .to_vec()
            .into())
    }
}

/// Rights at a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeRights {
    /// Where.
    pub scope: ScopeId,
    /// Sorted.
    pub actions: Vec<Action>,
    /// How long an offline copy may be kept; none where it is not allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_ms: Option<u64>,
}

/// A role's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleName {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// `POST /v1/sync/scopes`: the secrets of scopes that are new to the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopesCall {
    /// Exactly these scopes, not what lies below them.
    pub scopes: Vec<ScopeId>,
    /// The last secret of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SecretId>,
}

/// A page of secrets, by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopesReply {
    /// At most [`PAGE`].
    pub secrets: Vec<SecretRecord>,
    /// Owners of these.
    pub principals: Vec<PrincipalRecord>,
    /// Whether another page follows.
    pub more: bool,
}

//! Making and changing secrets.

use crate::wire::Bytes;
use claviger_model::{
    ids::{PrincipalId, RequestId, ScopeId, SecretId},
    secret::{Description, Secret, Stage},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A value sealed to the server (rule 28); bound to organization, device, secret and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedValue {
    /// HPKE encapsulated key.
    pub encapsulated: Bytes,
    /// Ciphertext with tag.
    pub ciphertext: Bytes,
}

/// `POST /v1/secrets`. Answers with [`SecretRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateSecret {
    /// Chosen by the caller, so that a repeated call makes one secret.
    pub id: SecretId,
    /// Where.
    pub scope: ScopeId,
    /// What it is.
    pub description: Description,
    /// Version 1.
    pub value: SealedValue,
}

/// `PUT /v1/secrets/{secret}/description`. Answers with [`SecretRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditSecret {
    /// The revision that the caller saw; another one is a conflict.
    pub revision: u64,
    /// The whole new description.
    pub description: Description,
}

/// `POST /v1/secrets/{secret}/versions`. Answers with [`SecretRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteVersion {
    /// The number of the new version: the current one plus 1; else a conflict.
    pub version: u64,
    /// The new value.
    pub value: SealedValue,
    /// A rotation request that this fulfils.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfils: Option<RequestId>,
}

/// `POST /v1/secrets/{secret}/roll-back`: an older version's value becomes a new version. Answers with [`SecretRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollBack {
    /// The version to go back to.
    pub to: u64,
    /// The number of the new version.
    pub version: u64,
}

/// `POST /v1/secrets/{secret}/move`: needs rights at both ends. Answers with [`SecretRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveSecret {
    /// Where to.
    pub scope: ScopeId,
}

/// A secret as it is synced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRecord {
    /// Metadata.
    #[serde(flatten)]
    pub secret: Secret,
    /// Counts edits of the metadata.
    pub revision: u64,
    /// Bytes of the current value.
    pub size: u64,
}

/// A version, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRecord {
    /// From 1.
    pub number: u64,
    /// Where it stands.
    pub stage: Stage,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: PrincipalId,
    /// Bytes of the value.
    pub size: u64,
}

/// `GET /v1/secrets/{secret}/versions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionsReply {
    /// Newest first.
    pub versions: Vec<VersionRecord>,
}

/// `GET /v1/bin`: deleted secrets within the caller's rights to restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinReply {
    /// Newest first.
    pub secrets: Vec<BinRecord>,
}

/// A deleted secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinRecord {
    /// What it was.
    pub secret: SecretRecord,
    /// Who deleted it.
    pub deleted_by: PrincipalId,
    /// When it is erased.
    pub gone_at: Timestamp,
}

//! One secret in full.

use super::{list::SecretRef, places::EnvironmentClass, request::RotationRequest, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Secret kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SecretKind {
    /// Generic.
    Generic,
    /// Api key.
    ApiKey,
    /// Password.
    Password,
    /// Connection string.
    ConnectionString,
    /// Certificate.
    Certificate,
    /// Key pair.
    KeyPair,
    /// One time seed.
    OneTimeSeed,
}

/// Secret view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum SecretView {
    /// Full.
    Full(Box<SecretDetail>),
    /// Known only.
    KnownOnly(Box<KnownSecret>),
}

/// Known secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownSecret {
    /// Which one.
    #[serde(flatten)]
    pub reference: SecretRef,
    /// Owner.
    pub owner: Option<PersonRef>,
    /// Can grant.
    pub can_grant: Vec<PersonRef>,
}

/// Secret detail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretDetail {
    /// Which one.
    #[serde(flatten)]
    pub reference: SecretRef,
    /// Place.
    pub place: String,
    /// Class.
    pub class: EnvironmentClass,
    /// Kind.
    pub kind: SecretKind,
    /// Tags.
    pub tags: Vec<String>,
    /// Note.
    pub note: Option<String>,
    /// Owner.
    pub owner: Option<PersonRef>,
    /// Created at.
    pub created_at: i64,
    /// Handed back with `updateMetadata`, so that nobody overwrites what they did not see.
    pub revision: u32,
    /// Current version.
    pub current_version: Option<u32>,
    /// Newest first.
    pub versions: Vec<VersionView>,
    /// Rotation.
    pub rotation: Option<Rotation>,
    /// Expires at.
    pub expires_at: Option<i64>,
    /// Offline.
    pub offline: Option<OfflineCopy>,
    /// Rights.
    pub rights: SecretRights,
    /// Why.
    pub why: Vec<Why>,
    /// Open requests.
    pub open_requests: Vec<RotationRequest>,
    /// Favourite.
    pub favourite: bool,
    /// How to hand it to a program, when the command line is installed.
    pub run_command: Option<String>,
}

/// Stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Current.
    Current,
    /// Pending.
    Pending,
    /// Previous.
    Previous,
    /// Old.
    Old,
}

/// Version view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VersionView {
    /// Number.
    pub number: u32,
    /// Stage.
    pub stage: Stage,
    /// Created at.
    pub created_at: i64,
    /// By.
    pub by: String,
    /// Bytes of the value.
    pub size: u32,
}

/// Rotation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    /// Changed at.
    pub changed_at: i64,
    /// Null when nothing limits its age.
    pub max_age: Option<i64>,
}

/// Offline copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OfflineCopy {
    /// Issued at.
    pub issued_at: i64,
    /// Readable until.
    pub readable_until: i64,
}

/// Secret rights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretRights {
    /// Use.
    pub r#use: bool,
    /// Reveal.
    pub reveal: bool,
    /// Write.
    pub write: bool,
    /// Edit metadata.
    pub edit_metadata: bool,
    /// Delete.
    pub delete: bool,
    /// Request rotation.
    pub request_rotation: bool,
    /// May answer requests for rotation.
    pub rotate: bool,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// Grant.
    pub grant: String,
    /// Role.
    pub role: String,
    /// Scope.
    pub scope: String,
    /// The team through which the grant reaches the person.
    pub through_team: Option<String>,
    /// Given by.
    pub given_by: String,
    /// Given at.
    pub given_at: i64,
    /// Reason.
    pub reason: Option<String>,
    /// Ends at.
    pub ends_at: Option<i64>,
    /// Conditions.
    pub conditions: Vec<Condition>,
}

/// Condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// A sentence, as "Production asks for multi-factor sign-in: done at 09:12 today."
    pub words: String,
    /// Met.
    pub met: bool,
}

//! A secret's metadata as it stands in a page, borrowed.

use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    secret::SecretKind,
    time::Timestamp,
};
use claviger_protocol::secrets::SecretRecord;
use serde::{Deserialize, Serialize};

/// A secret without its value; texts are borrowed from the open page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView<'a> {
    /// Its id.
    pub id: SecretId,
    /// Where it stands.
    pub scope: ScopeId,
    /// Its name.
    pub name: &'a str,
    /// Under which name it is injected.
    pub variable: Option<&'a str>,
    /// What the value is.
    pub kind: SecretKind,
    /// Who answers for it.
    pub owner: Option<PrincipalId>,
    /// Free words.
    #[serde(borrow)]
    pub tags: Vec<&'a str>,
    /// For people.
    pub note: &'a str,
    /// After how many days it should change.
    pub rotate_after_days: Option<u16>,
    /// When the credential ends at its target.
    pub expires_at: Option<Timestamp>,
    /// The current version.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the value last changed.
    pub changed_at: Timestamp,
    /// In the bin since then.
    pub deleted_at: Option<Timestamp>,
    /// Counts edits of the metadata.
    pub revision: u64,
    /// Bytes of the current value.
    pub size: u64,
}

impl SecretView<'_> {
    /// The owned record; nothing when a text is none of the form that it must have, which a sealed page never holds.
    pub fn to_record(&self) -> Option<SecretRecord> {
        todo!()
    }
}

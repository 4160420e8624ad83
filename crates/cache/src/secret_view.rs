//! A secret's metadata as it stands in a page, borrowed.

use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    name::Name,
    secret::{Description, Secret, SecretKind, Variable},
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

impl<'a> SecretView<'a> {
    /// Borrows a record.
    pub fn of(record: &'a SecretRecord) -> Self {
        let SecretRecord {
            secret,
            revision,
            size,
        } = record;
        let description = &secret.description;
        Self {
            id: secret.id,
            scope: secret.scope,
            name: description.name.as_str(),
            variable: description.variable.as_ref().map(Variable::as_str),
            kind: description.kind,
            owner: description.owner,
            tags: description.tags.iter().map(Name::as_str).collect(),
            note: &description.note,
            rotate_after_days: description.rotate_after_days,
            expires_at: description.expires_at,
            version: secret.version,
            created_at: secret.created_at,
            changed_at: secret.changed_at,
            deleted_at: secret.deleted_at,
            revision: *revision,
            size: *size,
        }
    }

    /// The owned record; nothing when a text is not of the form that it must have, which a sealed page never holds.
    pub fn to_record(&self) -> Option<SecretRecord> {
        let description = Description {
            name: Name::parse(self.name).ok()?,
            variable: self.variable.map(Variable::parse).transpose().ok()?,
            kind: self.kind,
            owner: self.owner,
            tags: self
                .tags
                .iter()
                .map(|tag| Name::parse(tag))
                .collect::<Result<_, _>>()
                .ok()?,
            note: self.note.to_owned(),
            rotate_after_days: self.rotate_after_days,
            expires_at: self.expires_at,
        };
        let secret = Secret {
            id: self.id,
            scope: self.scope,
            description,
            version: self.version,
            created_at: self.created_at,
            changed_at: self.changed_at,
            deleted_at: self.deleted_at,
        };
        Some(SecretRecord {
            secret,
            revision: self.revision,
            size: self.size,
        })
    }
}

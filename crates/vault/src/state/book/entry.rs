//! A secret's metadata in memory, erased when it is dropped.

use claviger_cache::SecretView;
use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    secret::SecretKind,
    time::Timestamp,
};
use claviger_protocol::secrets::SecretRecord;
use zeroize::Zeroize;

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretEntry {
    pub(crate) id: SecretId,
    pub(crate) scope: ScopeId,
    pub(crate) name: Box<str>,
    pub(crate) variable: Option<Box<str>>,
    pub(crate) kind: SecretKind,
    pub(crate) owner: Option<PrincipalId>,
    pub(crate) tags: Box<[Box<str>]>,
    pub(crate) note: Box<str>,
    pub(crate) rotate_after_days: Option<u16>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) version: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) revision: u64,
    pub(crate) size: u64,
}

impl SecretEntry {
    /// What the list shows: the variable, or the name where there is none.
    pub(crate) fn shown(&self) -> &str {
        self.variable.as_deref().unwrap_or(&self.name)
    }
}

impl From<&SecretRecord> for SecretEntry {
    fn from(record: &SecretRecord) -> Self {
        let (secret, said) = (&record.secret, &record.secret.description);
        Self {
            id: secret.id,
            scope: secret.scope,
            name: said.name.as_str().into(),
            variable: said.variable.as_ref().map(|variable| variable.as_str().into()),
            kind: said.kind,
            owner: said.owner,
            tags: said.tags.iter().map(|tag| tag.as_str().into()).collect(),
            note: said.note.as_str().into(),
            rotate_after_days: said.rotate_after_days,
            expires_at: said.expires_at,
            version: secret.version,
            created_at: secret.created_at,
            changed_at: secret.changed_at,
            deleted_at: secret.deleted_at,
            revision: record.revision,
            size: record.size,
        }
    }
}

impl From<SecretView<'_>> for SecretEntry {
    fn from(view: SecretView<'_>) -> Self {
        Self {
            id: view.id,
            scope: view.scope,
            name: view.name.into(),
            variable: view.variable.map(Into::into),
            kind: view.kind,
            owner: view.owner,
            tags: view.tags.into_iter().map(Into::into).collect(),
            note: view.note.into(),
            rotate_after_days: view.rotate_after_days,
            expires_at: view.expires_at,
            version: view.version,
            created_at: view.created_at,
            changed_at: view.changed_at,
            deleted_at: view.deleted_at,
            revision: view.revision,
            size: view.size,
        }
    }
}

impl Drop for SecretEntry {
    fn drop(&mut self) {
        self.name.zeroize();
        self.variable.zeroize();
        self.note.zeroize();
        for tag in &mut self.tags {
            tag.zeroize();
        }
    }
}

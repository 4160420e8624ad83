//! Files that roles, guardrails and grants are made by: who may, and what was applied last.

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_model::{
    ids::{GrantId, PrincipalId, RoleId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a grant of the role "Policy files" lets its holder carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDelegation {
    /// The grant that it is a part of: to whom, where, until when, by whom.
    pub grant: GrantId,
    /// Which roles may be given and taken.
    pub may_grant: BTreeSet<RoleId>,
    /// Whether roles may be made, changed and deleted.
    pub roles: bool,
    /// Whether guardrails may be made, changed, switched and deleted.
    pub guardrails: bool,
    /// The second Owner.
    pub approved_by: PrincipalId,
}

/// What a file speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileObjectKind {
    /// A role.
    Role,
    /// A guardrail.
    Guardrail,
    /// A grant.
    Grant,
}

/// What a file said of something when it was applied last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileObject {
    /// What it is.
    pub kind: FileObjectKind,
    /// Its id, as files write it.
    pub id: String,
    /// SHA-256 of what the file said.
    pub digest: Digest,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// By which service identity.
    pub applied_by: PrincipalId,
}

/// Reads.
#[async_trait]
pub trait FileReads {
    /// What a grant lets its holder carry out; none for grants of other roles.
    async fn file_delegation(&mut self, grant: GrantId) -> Result<Option<FileDelegation>>;
    /// Those whose grants have not ended, with them as they stand, in the order of ids.
    async fn file_delegations(&mut self, now: Timestamp) -> Result<Vec<FileDelegation>>;
    /// What was applied last of these; those that no file ever had are missing.
    async fn file_objects(&mut self, kind: FileObjectKind, ids: &[String]) -> Result<Vec<FileObject>>;
    /// Whether a grant or a right to emergency access names a role, be it one that is over.
    async fn role_is_named(&mut self, role: RoleId) -> Result<bool>;
}

/// Writes.
#[async_trait]
pub trait FileWrites {
    /// Adds to a grant what its holder may carry out; [`crate::Conflict::IdTaken`].
    async fn insert_file_delegation(&mut self, delegation: &FileDelegation) -> Result<()>;
    /// Remembers what files said.
    async fn put_file_objects(&mut self, objects: &[FileObject]) -> Result<()>;
    /// Forgets things that files took away.
    async fn forget_file_objects(&mut self, kind: FileObjectKind, ids: &[String]) -> Result<()>;
}

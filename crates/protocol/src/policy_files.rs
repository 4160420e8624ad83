//! Roles, guardrails and grants as files: their export, what differs from files, and making things what files say.

use crate::{problem::Code, wire::Bytes};
use claviger_model::{
    ids::{GrantId, PrincipalId, ProposalId, RoleId, ScopeId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many changes one call carries out at most.
pub const MOST_CHANGES: usize = 1_000;

/// `POST /v1/policy-files/export`: the files of what is so today, in the order of their paths.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportFiles {
    /// The last one of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

/// [`ExportFiles`]'s answer: whole files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesReply {
    /// As many as fit into one answer, one at least.
    pub files: Vec<PolicyFile>,
    /// Where the next page goes on.
    #[serde(default)]
    pub next: Option<String>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Below the folder of the export; the same for the same thing.
    pub path: String,
    /// UTF-8, lines ended by a newline.
    pub text: String,
}

/// `POST /v1/policy-files/plan`: what would have to change for the organization to be as these files say, which is also how far
/// it has drifted from them. Files of which none is sent are not compared; a list of guardrails comes with the texts that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFiles {
    /// Any of an export, edited or not.
    pub files: Vec<PolicyFile>,
}

/// [`PlanFiles`]'s answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesPlan {
    /// SHA-256 of the canonical form of all changes that would be carried out.
    pub digest: Bytes,
    /// In the order of files, kinds and ids; none when nothing differs.
    pub changes: Vec<FileChange>,
    /// What cannot be as a file says; nothing of a file with a problem is compared.
    pub problems: Vec<FileProblem>,
    /// What the caller could not carry out, where it is an identity that applies files; then nothing of the plan is.
    #[serde(default)]
    pub refused: Vec<FileRefusal>,
}

/// A change that an identity may not carry out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRefusal {
    /// The file.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// Its id.
    pub id: String,
    /// The code with which the files would be refused.
    pub code: Code,
    /// Why, in words.
    pub message: String,
}

/// `POST /v1/policy-files/apply`: makes things what these files say, all of it or nothing; for the identity that files were delegated
/// to. What no file ever had is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplyFiles {
    /// As they were planned.
    pub files: Vec<PolicyFile>,
    /// [`FilesPlan::digest`] of the plan that was shown.
    pub digest: Bytes,
    /// Why; the reason of every change.
    pub reason: String,
}

/// [`ApplyFiles`]'s answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesApplied {
    /// When.
    pub at: Timestamp,
    /// What was carried out, as the plan had it.
    pub changes: Vec<FileChange>,
}

/// `POST /v1/policy-files/delegations`: lets a service identity carry out what files say. It becomes a proposal, which a second Owner
/// approves; it ends with its grant, which is ended like every grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegateFiles {
    /// What exactly.
    pub delegation: DelegationForm,
    /// Why; shown to the second Owner.
    pub reason: String,
    /// The id of the proposal.
    pub proposal: ProposalId,
}

/// What a service identity may carry out by files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegationForm {
    /// The id of the grant of the role "Policy files" that it becomes.
    pub grant: GrantId,
    /// Which service identity; it holds nothing else.
    pub service: PrincipalId,
    /// The organization's scope, or a project's.
    pub scope: ScopeId,
    /// Which roles it may give and take there, never Owner. Where it makes roles, those that have no more than these, too.
    pub may_grant: BTreeSet<RoleId>,
    /// Whether it makes, changes and deletes roles; for the organization's scope only.
    #[serde(default)]
    pub roles: bool,
    /// Whether it makes, changes, switches and deletes guardrails; for the organization's scope only.
    #[serde(default)]
    pub guardrails: bool,
    /// Until when; 366 days at most.
    pub expires_at: Timestamp,
}

/// A delegation that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationRecord {
    /// What exactly.
    pub delegation: DelegationForm,
    /// Why.
    pub reason: String,
    /// The Owner who wanted it.
    pub made_by: PrincipalId,
    /// The Owner who approved it.
    pub approved_by: PrincipalId,
    /// Since when.
    pub made_at: Timestamp,
}

/// `GET /v1/policy-files/delegations`: for those who manage policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationsReply {
    /// In the order of their grants' ids.
    pub delegations: Vec<DelegationRecord>,
}

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The file that says so.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// Its id.
    pub id: String,
    /// What people call it: a name, or of a grant who, what and where.
    pub name: String,
    /// In which way.
    pub differs: Differs,
    /// Who changed it since files were applied last.
    #[serde(default)]
    pub since: Since,
    /// Whether it stays as it is when the files are applied: the files do not have it and never had it.
    #[serde(default)]
    pub left: bool,
    /// What is otherwise, by field; all of it where it is missing on one side.
    pub fields: Vec<FieldChange>,
}

/// What a file speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A role of one's own.
    Role,
    /// A guardrail.
    Guardrail,
    /// A grant.
    Grant,
}

/// In which way something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Differs {
    /// The file has it, the organization does not.
    OnlyInFile,
    /// The organization has it, the file does not.
    OnlyInOrganization,
    /// Both have it, otherwise.
    Otherwise,
}

/// What has changed since a file with it was applied last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// No file with it was ever applied.
    #[default]
    NeverApplied,
    /// The file says otherwise than it did.
    InFile,
    /// It was changed by other means than files.
    InOrganization,
    /// Both.
    Both,
}

/// A field that is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in the file.
    pub field: String,
    /// In the organization; none where it has none.
    #[serde(default)]
    pub is: Option<String>,
    /// In the file; none where it has none.
    #[serde(default)]
    pub file: Option<String>,
}

/// Why a file cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProblem {
    /// Which.
    pub path: String,
    /// In words.
    pub message: String,
}

//! Policies as files, for those who manage them.

use super::state::PersonRef;
use serde::{Deserialize, Serialize};
use specta::Type;

/// An export that was written into a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyExport {
    /// The folder.
    pub folder: String,
    /// How many files.
    pub files: u32,
}

/// How far the organization is from the files of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyComparison {
    /// The folder.
    pub folder: String,
    /// How many files were compared.
    pub files: u32,
    /// What differs.
    pub changes: Vec<PolicyChange>,
    /// Files that cannot be compared.
    pub problems: Vec<PolicyFileProblem>,
}

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyChange {
    /// The file that speaks of it.
    pub path: String,
    /// What it is.
    pub kind: PolicyKind,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// In which way.
    pub differs: PolicyDiffers,
    /// Who changed it since files were applied last.
    pub since: PolicySince,
    /// It stays as it is when the files are applied.
    pub left: bool,
    /// What is otherwise, by field.
    pub fields: Vec<PolicyField>,
}

/// What a file speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PolicyKind {
    Role,
    Guardrail,
    Grant,
}

/// In which way something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PolicyDiffers {
    OnlyInFile,
    OnlyInOrganization,
    Otherwise,
}

/// What has changed since a file with it was applied last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PolicySince {
    NeverApplied,
    InFile,
    InOrganization,
    Both,
}

/// A field that is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyField {
    /// Its name in the file.
    pub field: String,
    /// In the organization; null where it has none.
    pub is: Option<String>,
    /// In the file; null where it has none.
    pub file: Option<String>,
}

/// Why a file cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyFileProblem {
    /// Which.
    pub path: String,
    /// In words.
    pub message: String,
}

/// A service identity that applies files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyDelegation {
    /// Its grant.
    pub grant: String,
    /// The service identity.
    pub service: PersonRef,
    /// Where; empty for the organization.
    pub path: String,
    /// Names of the roles that it may give and take there.
    pub may_grant: Vec<String>,
    /// It makes and changes roles.
    pub roles: bool,
    /// It makes and changes guardrails.
    pub guardrails: bool,
    /// Until when.
    pub ends_at: i64,
    /// Why.
    pub reason: String,
    /// Who wanted it.
    pub made_by: PersonRef,
    /// Who approved it.
    pub approved_by: PersonRef,
    /// Since when.
    pub made_at: i64,
}

/// What a service identity is to carry out by files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PolicyDelegationDraft {
    /// The service identity.
    pub service: String,
    /// The place: the organization, or a project.
    pub place: String,
    /// The roles that it may give and take there.
    pub may_grant: Vec<String>,
    /// It makes and changes roles.
    pub roles: bool,
    /// It makes and changes guardrails.
    pub guardrails: bool,
    /// Until when.
    pub ends_at: i64,
}

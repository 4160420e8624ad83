//! Policies as files, in a folder that the person chooses.

use crate::chosen;
use claviger_vault::{
    Vault,
    view::{
        policy_files::{PolicyComparison, PolicyDelegation, PolicyDelegationDraft, PolicyExport},
        problem::Problem,
        role::ChangeOutcome,
    },
};
use tauri::{AppHandle, State};

/// Asks for a folder and writes all policies there.
#[tauri::command]
#[specta::specta]
pub async fn export_policy_files(
    app: AppHandle,
    vault: State<'_, Vault>,
) -> Result<Option<PolicyExport>, Problem> {
    match chosen::folder(&app).await {
        Some(folder) => vault.export_policy_folder(&folder).await.map(Some),
        None => Ok(None),
    }
}

/// Asks for a folder and compares its files with what is so today.
#[tauri::command]
#[specta::specta]
pub async fn compare_policy_files(
    app: AppHandle,
    vault: State<'_, Vault>,
) -> Result<Option<PolicyComparison>, Problem> {
    match chosen::folder(&app).await {
        Some(folder) => vault.compare_policy_folder(&folder).await.map(Some),
        None => Ok(None),
    }
}

/// The service identities that apply files.
#[tauri::command]
#[specta::specta]
pub async fn policy_delegations(vault: State<'_, Vault>) -> Result<Vec<PolicyDelegation>, Problem> {
    vault.policy_delegations().await
}

/// Proposes that a service identity applies files.
#[tauri::command]
#[specta::specta]
pub async fn delegate_policy_files(
    vault: State<'_, Vault>,
    draft: PolicyDelegationDraft,
    reason: String,
) -> Result<ChangeOutcome, Problem> {
    vault.delegate_policy_files(&draft, &reason).await
}

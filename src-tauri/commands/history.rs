//! One's own history.

use claviger_vault::{
    Vault,
    view::{
        history::{HistoryPage, HistoryQuery, ProofStatus},
        problem::Problem,
    },
};
use tauri::State;

/// A page of one's own history.
#[tauri::command]
#[specta::specta]
pub async fn history(vault: State<'_, Vault>, query: HistoryQuery) -> Result<HistoryPage, Problem> {
    vault.history(query).await
}

/// Whether the log proves the history whole.
#[tauri::command]
#[specta::specta]
pub async fn proof_status(vault: State<'_, Vault>) -> Result<ProofStatus, Problem> {
    vault.proof_status().await
}

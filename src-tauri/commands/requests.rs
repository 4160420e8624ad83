//! Requests for a rotation.

use claviger_vault::{
    Vault,
    view::{problem::Problem, request::RequestsView},
};
use tauri::State;

/// Requests of mine and those that I may answer.
#[tauri::command]
#[specta::specta]
pub async fn requests(vault: State<'_, Vault>) -> Result<RequestsView, Problem> {
    vault.requests().await
}

/// Asks for a rotation.
#[tauri::command]
#[specta::specta]
pub async fn request_rotation(
    vault: State<'_, Vault>,
    secret: String,
    reason: String,
) -> Result<String, Problem> {
    vault.request_rotation(&secret, &reason).await
}

/// Refuses a request.
#[tauri::command]
#[specta::specta]
pub async fn refuse_request(vault: State<'_, Vault>, id: String, words: String) -> Result<(), Problem> {
    vault.refuse_request(&id, &words).await
}

/// Takes a request back.
#[tauri::command]
#[specta::specta]
pub async fn withdraw_request(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.withdraw_request(&id).await
}

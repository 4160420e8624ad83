//! Server, sign-in, lock, sync.

use claviger_vault::{
    Vault,
    view::{
        problem::Problem,
        state::{LockReason, ServerView},
    },
};
use tauri::State;

/// Fetches a server's enrolment bundle; nothing is pinned yet.
#[tauri::command]
#[specta::specta]
pub async fn connect_server(vault: State<'_, Vault>, origin: String) -> Result<ServerView, Problem> {
    vault.connect_server(&origin).await
}

/// Pins the server whose fingerprint the person confirmed.
#[tauri::command]
#[specta::specta]
pub async fn confirm_server(
    vault: State<'_, Vault>,
    origin: String,
    fingerprint: String,
) -> Result<(), Problem> {
    vault.confirm_server(&origin, &fingerprint).await
}

/// Unpins the server and destroys what this device holds of it.
#[tauri::command]
#[specta::specta]
pub async fn forget_server(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.forget_server().await
}

/// Signs in through the browser.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(vault: State<'_, Vault>, bootstrap_code: Option<String>) -> Result<(), Problem> {
    vault.sign_in(bootstrap_code).await
}

/// Takes a waiting sign-in back.
#[tauri::command]
#[specta::specta]
pub async fn cancel_sign_in(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.cancel_sign_in();
    Ok(())
}

/// Ends the session.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.sign_out().await
}

/// Locks.
#[tauri::command]
#[specta::specta]
pub async fn lock(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.lock(LockReason::Asked).await;
    Ok(())
}

/// Unlocks.
#[tauri::command]
#[specta::specta]
pub async fn unlock(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.unlock().await
}

/// Asks the keyring again that was locked or absent.
#[tauri::command]
#[specta::specta]
pub async fn retry_keyring(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.retry_keyring().await
}

/// Asks the server what changed.
#[tauri::command]
#[specta::specta]
pub async fn sync_now(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.sync_now().await
}

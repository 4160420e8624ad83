//! Places and secrets without their values.

use claviger_vault::{
    Vault,
    view::{
        list::{ListPage, ListQuery},
        places::{KeptOffline, PlacesView},
        problem::Problem,
        search::SearchReply,
        secret::SecretView,
        value::{BinRow, MetadataEdit},
    },
};
use tauri::State;

/// The tree of places.
#[tauri::command]
#[specta::specta]
pub async fn places(vault: State<'_, Vault>) -> Result<PlacesView, Problem> {
    vault.places().await
}

/// A page of the list.
#[tauri::command]
#[specta::specta]
pub async fn list(vault: State<'_, Vault>, query: ListQuery) -> Result<ListPage, Problem> {
    vault.list(query).await
}

/// Searches as one types.
#[tauri::command]
#[specta::specta]
pub async fn search(vault: State<'_, Vault>, text: String, limit: u32) -> Result<SearchReply, Problem> {
    vault.search(&text, limit).await
}

/// One secret in full.
#[tauri::command]
#[specta::specta]
pub async fn secret(vault: State<'_, Vault>, id: String) -> Result<SecretView, Problem> {
    vault.secret(&id).await
}

/// Marks a favourite.
#[tauri::command]
#[specta::specta]
pub async fn set_favourite(vault: State<'_, Vault>, id: String, on: bool) -> Result<(), Problem> {
    vault.set_favourite(&id, on).await
}

/// Changes what is said of a secret.
#[tauri::command]
#[specta::specta]
pub async fn update_metadata(vault: State<'_, Vault>, id: String, edit: MetadataEdit) -> Result<(), Problem> {
    vault.update_metadata(&id, edit).await
}

/// Puts a secret into the bin.
#[tauri::command]
#[specta::specta]
pub async fn delete_secret(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.delete_secret(&id).await
}

/// Takes a secret out of the bin.
#[tauri::command]
#[specta::specta]
pub async fn restore_secret(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.restore_secret(&id).await
}

/// What is in the bin.
#[tauri::command]
#[specta::specta]
pub async fn bin(vault: State<'_, Vault>) -> Result<Vec<BinRow>, Problem> {
    vault.bin().await
}

/// Keeps the values of a place for offline use, or stops doing so.
#[tauri::command]
#[specta::specta]
pub async fn keep_offline(
    vault: State<'_, Vault>,
    place: String,
    on: bool,
) -> Result<Option<KeptOffline>, Problem> {
    vault.keep_offline(&place, on).await
}

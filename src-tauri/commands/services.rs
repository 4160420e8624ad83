//! Service identities and their keys.

use crate::chosen;
use claviger_vault::{
    Vault,
    view::{
        access::AccessPlace,
        problem::Problem,
        services::{ServiceDraft, ServiceEdit, ServiceKeyDraft, ServiceKeyFile, ServiceView, ServicesView},
    },
};
use tauri::{AppHandle, State};

/// Services that this person may know of.
#[tauri::command]
#[specta::specta]
pub async fn services(vault: State<'_, Vault>, after: Option<String>) -> Result<ServicesView, Problem> {
    vault.services(after.as_deref()).await
}

/// One of them, with its keys.
#[tauri::command]
#[specta::specta]
pub async fn service(vault: State<'_, Vault>, id: String) -> Result<ServiceView, Problem> {
    vault.service(&id).await
}

/// Places where this person may make services.
#[tauri::command]
#[specta::specta]
pub async fn service_places(vault: State<'_, Vault>) -> Result<Vec<AccessPlace>, Problem> {
    vault.service_places().await
}

/// Makes a service.
#[tauri::command]
#[specta::specta]
pub async fn create_service(vault: State<'_, Vault>, draft: ServiceDraft) -> Result<ServiceView, Problem> {
    vault.create_service(&draft).await
}

/// Renames a service, or gives it to another team.
#[tauri::command]
#[specta::specta]
pub async fn edit_service(
    vault: State<'_, Vault>,
    id: String,
    edit: ServiceEdit,
) -> Result<ServiceView, Problem> {
    vault.edit_service(&id, &edit).await
}

/// Disables a service, or enables it again.
#[tauri::command]
#[specta::specta]
pub async fn set_service_active(
    vault: State<'_, Vault>,
    id: String,
    active: bool,
    reason: String,
) -> Result<ServiceView, Problem> {
    vault.set_service_active(&id, active, &reason).await
}

/// Asks for a place, makes a key and writes its private half there; none when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn make_service_key(
    app: AppHandle,
    vault: State<'_, Vault>,
    service: String,
    draft: ServiceKeyDraft,
) -> Result<Option<ServiceKeyFile>, Problem> {
    let chosen = chosen::new_file(&app, "claviger-service-key.json", &["json"]).await;
    let Some(path) = chosen else {
        return Ok(None);
    };
    vault.make_service_key(&service, &draft, &path).await.map(Some)
}

/// Registers a key that was made elsewhere, by its public half.
#[tauri::command]
#[specta::specta]
pub async fn register_service_key(
    vault: State<'_, Vault>,
    service: String,
    draft: ServiceKeyDraft,
    public_key: String,
) -> Result<ServiceView, Problem> {
    vault.register_service_key(&service, &draft, &public_key).await
}

/// Ends a key.
#[tauri::command]
#[specta::specta]
pub async fn end_service_key(vault: State<'_, Vault>, key: String, reason: String) -> Result<(), Problem> {
    vault.end_service_key(&key, &reason).await
}

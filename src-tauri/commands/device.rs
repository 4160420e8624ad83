//! Devices, offline copies, settings.

use claviger_vault::{
    Vault,
    view::{
        device::{DeviceView, LeaseSummary, Settings},
        problem::Problem,
    },
};
use tauri::State;

/// What this device keeps for offline use.
#[tauri::command]
#[specta::specta]
pub async fn leases(vault: State<'_, Vault>) -> Result<Vec<LeaseSummary>, Problem> {
    vault.leases().await
}

/// Devices and sessions of the person.
#[tauri::command]
#[specta::specta]
pub async fn devices(vault: State<'_, Vault>) -> Result<Vec<DeviceView>, Problem> {
    vault.devices().await
}

/// Ends a session.
#[tauri::command]
#[specta::specta]
pub async fn end_session(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.end_session(&id).await
}

/// Tells a device to destroy everything.
#[tauri::command]
#[specta::specta]
pub async fn end_device(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.end_device(&id).await
}

/// Settings of this device.
#[tauri::command]
#[specta::specta]
pub async fn settings(vault: State<'_, Vault>) -> Result<Settings, Problem> {
    vault.settings().await
}

/// Changes the settings.
#[tauri::command]
#[specta::specta]
pub async fn set_settings(vault: State<'_, Vault>, settings: Settings) -> Result<(), Problem> {
    vault.set_settings(settings).await
}

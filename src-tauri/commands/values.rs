//! Values on their way out (clipboard, screen) and in.

use crate::clipboard::ClipboardGuard;
use claviger_vault::{
    Purpose, Vault,
    secret::SecretBytes,
    view::{
        problem::Problem,
        value::{CopyReply, RevealReply, RevealedValue, SecretDraft, ValueInput},
    },
};
use std::time::Duration;
use tauri::State;

/// Copies a value without showing it; it leaves the clipboard by itself.
#[tauri::command]
#[specta::specta]
pub async fn copy_value(
    vault: State<'_, Vault>,
    clipboard: State<'_, ClipboardGuard>,
    id: String,
    version: Option<u32>,
) -> Result<CopyReply, Problem> {
    let turn = clipboard.turn();
    let stay = Duration::from_secs(vault.settings().await?.clipboard_seconds.into());
    let opened = vault.value(&id, version, Purpose::Copy).await?;
    let offline = opened.offline();
    let text = claviger_vault::value::copyable(opened.value)?;
    let clears_at = clipboard.hold(turn, text, stay).await?;
    Ok(CopyReply {
        clears_at: clears_at.millis(),
        offline,
    })
}

/// Takes the value out of the clipboard now.
#[tauri::command]
#[specta::specta]
pub async fn clear_clipboard(clipboard: State<'_, ClipboardGuard>) -> Result<(), Problem> {
    clipboard.clear_asked().await
}

/// Copies something that is no secret, as a path or a command; it stays.
#[tauri::command]
#[specta::specta]
pub async fn copy_text(clipboard: State<'_, ClipboardGuard>, text: String) -> Result<(), Problem> {
    clipboard.copy_plain(text).await
}

/// Shows a value, for as long as the settings say.
#[tauri::command]
#[specta::specta]
pub async fn reveal_value(
    vault: State<'_, Vault>,
    id: String,
    version: Option<u32>,
) -> Result<RevealReply, Problem> {
    let show = Duration::from_secs(vault.settings().await?.reveal_seconds.into());
    let opened = vault.value(&id, version, Purpose::Reveal).await?;
    let offline = opened.offline();
    let hides_at = vault.now().plus(show).millis();
    Ok(RevealReply {
        value: shown(opened.value),
        hides_at,
        offline,
    })
}

/// Makes a secret; answers with its id.
#[tauri::command]
#[specta::specta]
pub async fn create_secret(vault: State<'_, Vault>, draft: SecretDraft) -> Result<String, Problem> {
    vault.create_secret(draft).await
}

/// Writes a new version; answers with its number.
#[tauri::command]
#[specta::specta]
pub async fn new_version(
    vault: State<'_, Vault>,
    id: String,
    value: ValueInput,
    fulfils: Option<String>,
) -> Result<u32, Problem> {
    vault.new_version(&id, value, fulfils.as_deref()).await
}

fn shown(value: SecretBytes) -> RevealedValue {
    match value.into_text() {
        Ok(text) => RevealedValue::Text {
            text: text.expose().to_owned(),
        },
        Err(bytes) => RevealedValue::Binary {
            size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            base64: claviger_vault::value::base64(&bytes),
        },
    }
}

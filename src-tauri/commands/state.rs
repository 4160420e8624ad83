//! The state of the app, and signs of life from the page.

use claviger_vault::{Vault, view::state::AppState};
use tauri::State;

/// The state as it is now; later ones come as events.
#[tauri::command]
#[specta::specta]
pub fn state(vault: State<'_, Vault>) -> AppState {
    vault.state()
}

/// The person is there: the time until the lock starts anew.
#[tauri::command]
#[specta::specta]
pub fn note_activity(vault: State<'_, Vault>) {
    vault.note_activity();
}

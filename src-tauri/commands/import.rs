//! Importing a `.env` file that the person chooses; neither its path nor its values come to the page.

use crate::chosen;
use claviger_vault::{
    Vault,
    view::{
        import::{EnvChoice, EnvFile, EnvOutcome},
        problem::Problem,
    },
};
use tauri::{AppHandle, State};

/// Asks for a file and reads it; none when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn choose_env_file(
    app: AppHandle,
    vault: State<'_, Vault>,
    place: String,
) -> Result<Option<EnvFile>, Problem> {
    let Some(path) = chosen::file(&app).await else {
        return Ok(None);
    };
    vault.read_env_file(&place, &path).await.map(Some)
}

/// Takes chosen variables in; each has its own outcome.
#[tauri::command]
#[specta::specta]
pub async fn import_env_file(
    vault: State<'_, Vault>,
    id: String,
    choices: Vec<EnvChoice>,
) -> Result<Vec<EnvOutcome>, Problem> {
    vault.import_env_file(&id, choices).await
}

/// Gives the file up: its values are erased.
#[tauri::command]
#[specta::specta]
pub async fn forget_env_file(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.forget_env_file()
}

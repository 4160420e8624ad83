//! Writing one's own history to a file that the person chooses.

use crate::chosen;
use claviger_vault::{
    Vault,
    view::{
        history::{ExportFormat, ExportReply, HistoryQuery},
        problem::Problem,
    },
};
use tauri::{AppHandle, State};

/// Asks for a place and writes the history there; none when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn export_history(
    app: AppHandle,
    vault: State<'_, Vault>,
    format: ExportFormat,
    query: HistoryQuery,
) -> Result<Option<ExportReply>, Problem> {
    let (name, extension) = match format {
        ExportFormat::Csv => ("claviger-history.csv", "csv"),
        ExportFormat::Json => ("claviger-history.json", "json"),
    };
    let Some(path) = chosen::new_file(&app, name, &[extension]).await else {
        return Ok(None);
    };
    vault.export_history(format, query, &path).await.map(Some)
}

//! Writing one's own history to a file that the person chooses.

use claviger_vault::{
    Vault,
    view::{
        history::{ExportFormat, ExportReply, HistoryQuery},
        problem::Problem,
    },
};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

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
    let (chosen, choice) = oneshot::channel();
    app.dialog()
        .file()
        .set_file_name(name)
        .add_filter(extension, &[extension])
        .save_file(move |path| {
            // The page may have gone meanwhile; then nobody waits for the answer.
            drop(chosen.send(path));
        });
    let Some(path) = choice.await.ok().flatten().and_then(|path| path.into_path().ok()) else {
        return Ok(None);
    };
    vault.export_history(format, query, &path).await.map(Some)
}

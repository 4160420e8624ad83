//! Files and folders that the person chooses in a dialog of the desktop; none when they closed it.

use std::path::PathBuf;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

/// A file to read.
pub async fn file(app: &AppHandle) -> Option<PathBuf> {
    let dialog = app.dialog().file();
    chosen(|tell| dialog.pick_file(tell)).await
}

/// A folder.
pub async fn folder(app: &AppHandle) -> Option<PathBuf> {
    let dialog = app.dialog().file();
    chosen(|tell| dialog.pick_folder(tell)).await
}

/// A file to write, with a name to begin with and the endings that it may have, the first of them proposed.
pub async fn new_file(app: &AppHandle, name: &str, endings: &[&str]) -> Option<PathBuf> {
    let mut dialog = app.dialog().file().set_file_name(name);
    for ending in endings {
        dialog = dialog.add_filter(*ending, &[*ending]);
    }
    chosen(|tell| dialog.save_file(tell)).await
}

type Tell = Box<dyn FnOnce(Option<FilePath>) + Send>;

async fn chosen(ask: impl FnOnce(Tell)) -> Option<PathBuf> {
    let (tell, choice) = oneshot::channel();
    ask(Box::new(move |path| {
        // The page may have gone meanwhile; then nobody waits for the answer.
        drop(tell.send(path));
    }));
    choice.await.ok().flatten().and_then(|path| path.into_path().ok())
}

//! The desktop shell: windows, clipboard, lock; thin commands that forward to `claviger-vault`.

pub mod bindings;
mod browser;
mod clipboard;
mod commands;
mod device;
mod events;
mod hardening;
mod parts;
mod timings;
mod window;

use crate::clipboard::ClipboardGuard;
use claviger_vault::Vault;
use std::process::ExitCode;
use tauri::{App, Manager, RunEvent};

/// Runs the app until its last window is closed.
pub fn run() -> ExitCode {
    if let Some(code) = hardening::prepare() {
        return code;
    }
    let commands = bindings::builder();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(
            |app, _arguments, _directory| window::bring_to_front(app),
        ))
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(commands.invoke_handler())
        .setup(|app| set_up(app))
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    let guard = app.state::<ClipboardGuard>();
                    tauri::async_runtime::block_on(guard.clear_locked());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}

fn set_up(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    let parts = parts::of(app.handle())?;
    let vault = tauri::async_runtime::block_on(Vault::start(parts));
    let guard = ClipboardGuard::new(vault.clone());
    events::forward(app.handle().clone(), vault.clone(), guard.clone());
    app.manage(vault);
    app.manage(guard);
    window::open(app)?;
    Ok(())
}

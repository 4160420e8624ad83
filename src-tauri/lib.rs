//! The desktop shell: windows, clipboard, lock; thin commands that forward to `claviger-vault`.

mod announce;
pub mod bindings;
mod browser;
mod chosen;
mod clipboard;
mod clock;
mod commands;
mod device;
mod events;
mod hardening;
mod links;
mod parts;
mod timings;
mod window;

use crate::{clipboard::ClipboardGuard, links::Links};
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
            |app, arguments, _directory| {
                if app.state::<Links>().keep(arguments.iter().map(String::as_str)) {
                    events::link_waits(app);
                }
                window::bring_to_front(app);
            },
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
    let links = Links::default();
    let arguments: Vec<String> = std::env::args_os()
        .filter_map(|argument| argument.into_string().ok())
        .collect();
    links.keep(arguments.iter().map(String::as_str));
    app.manage(links);
    let parts = parts::of(app.handle())?;
    let vault = tauri::async_runtime::block_on(Vault::start(parts));
    let guard = ClipboardGuard::new(vault.clone());
    events::forward(app.handle().clone(), vault.clone(), guard.clone());
    events::announce(app.handle().clone(), vault.clone());
    app.manage(vault);
    app.manage(guard);
    window::open(app)?;
    Ok(())
}

//! What the vault announces, passed on to the page.

use crate::clipboard::ClipboardGuard;
use claviger_vault::{HostEvent, Vault, view::state::SessionState};
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

/// Passes every event on, and empties the clipboard when the app locks.
pub fn forward(app: AppHandle, vault: Vault, guard: ClipboardGuard) {
    let mut events = vault.events();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let HostEvent::StateChanged(state) = &event
                        && matches!(
                            state.session,
                            SessionState::Locked { .. } | SessionState::SignedOut { .. }
                        )
                    {
                        guard.clear_locked().await;
                    }
                    pass_on(&app, &event);
                }
                // Hints were lost; the whole state says everything that matters.
                Err(RecvError::Lagged(_)) => pass_on(&app, &HostEvent::StateChanged(Box::new(vault.state()))),
                Err(RecvError::Closed) => return,
            }
        }
    });
}

fn pass_on(app: &AppHandle, event: &HostEvent) {
    let passed = match event {
        HostEvent::StateChanged(state) => app.emit("state-changed", state),
        HostEvent::Changed(changed) => app.emit("changed", changed),
        HostEvent::ClipboardCleared(cleared) => app.emit("clipboard-cleared", cleared),
        HostEvent::OrderExecuted(executed) => app.emit("order-executed", executed),
    };
    if let Err(error) = passed {
        tracing::warn!(%error, "an event did not reach the page");
    }
}

//! What the vault announces, passed on to the page.

use crate::{announce::Announcer, clipboard::ClipboardGuard, links::Links, window};
use claviger_vault::{HostEvent, Vault, view::state::SessionState};
use std::sync::Arc;
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::broadcast::error::RecvError;

/// Tells the page that the app was opened with a link.
pub fn link_waits(app: &AppHandle) {
    if let Err(error) = app.emit("link-waits", ()) {
        tracing::warn!(%error, "an event did not reach the page");
    }
}

/// Opens the app at a link: the page takes it once somebody is signed in, as when the app was started with it.
pub fn follow(app: &AppHandle, link: &str) {
    if app.state::<Links>().keep([link]) {
        link_waits(app);
    }
    window::bring_to_front(app);
}

/// Says on the desktop what is new while the window is not in front.
pub fn announce(app: AppHandle, vault: Vault) {
    let mut events = vault.events();
    tauri::async_runtime::spawn(async move {
        let clicked = app.clone();
        let mut announcer = Announcer::new(Arc::new(move |link: &str| follow(&clicked, link)));
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => HostEvent::StateChanged(Box::new(vault.state())),
                Err(RecvError::Closed) => return,
            };
            announcer.hear(&vault, &event, || window::is_in_front(&app)).await;
        }
    });
}

/// Passes every event on, and empties the clipboard when the app locks.
pub fn forward(app: AppHandle, vault: Vault, guard: ClipboardGuard) {
    let mut events = vault.events();
    tauri::async_runtime::spawn(async move {
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                // Hints were lost, a lock perhaps among them; the whole state says everything that matters.
                Err(RecvError::Lagged(_)) => HostEvent::StateChanged(Box::new(vault.state())),
                Err(RecvError::Closed) => return,
            };
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

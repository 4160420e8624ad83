//! Tokens of the identity provider's SCIM client. A new one goes into the clipboard, never to the page.

use crate::clipboard::{ClipboardGuard, Turn};
use claviger_vault::{
    NewToken, Vault,
    view::{
        problem::Problem,
        provisioning::{ProvisioningTokenDraft, ProvisioningTokenTurn, ProvisioningView},
    },
};
use std::time::Duration;
use tauri::State;

/// Where the provider's client is pointed to, and the tokens.
#[tauri::command]
#[specta::specta]
pub async fn provisioning(vault: State<'_, Vault>) -> Result<ProvisioningView, Problem> {
    vault.provisioning().await
}

/// Makes a token and puts it into the clipboard; answers when it leaves it.
#[tauri::command]
#[specta::specta]
pub async fn make_provisioning_token(
    vault: State<'_, Vault>,
    clipboard: State<'_, ClipboardGuard>,
    draft: ProvisioningTokenDraft,
) -> Result<i64, Problem> {
    let filling = clipboard.turn();
    clipboard.ready().await?;
    let made = vault.make_provisioning_token(&draft).await?;
    hand_over(&vault, &clipboard, filling, made).await
}

/// Makes a token in place of another one, likewise.
#[tauri::command]
#[specta::specta]
pub async fn rotate_provisioning_token(
    vault: State<'_, Vault>,
    clipboard: State<'_, ClipboardGuard>,
    id: String,
    turn: ProvisioningTokenTurn,
) -> Result<i64, Problem> {
    let filling = clipboard.turn();
    clipboard.ready().await?;
    let made = vault.rotate_provisioning_token(&id, &turn).await?;
    hand_over(&vault, &clipboard, filling, made).await
}

/// Ends a token at once.
#[tauri::command]
#[specta::specta]
pub async fn end_provisioning_token(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.end_provisioning_token(&id).await
}

/// A token that did not come into the clipboard is one that nobody has: it ends.
async fn hand_over(
    vault: &Vault,
    clipboard: &ClipboardGuard,
    filling: Turn,
    made: NewToken,
) -> Result<i64, Problem> {
    let held = async {
        let stay = Duration::from_secs(vault.settings().await?.clipboard_seconds.into());
        clipboard.hold(filling, made.token, stay).await
    };
    match held.await {
        Ok(clears_at) => Ok(clears_at.millis()),
        Err(problem) => {
            if let Err(problem) = vault.end_provisioning_token(&made.id).await {
                tracing::warn!(code = problem.code, "a token that nobody has could not be ended");
            }
            Err(problem)
        }
    }
}

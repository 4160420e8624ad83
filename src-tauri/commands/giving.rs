//! Giving access.

use claviger_vault::{
    Vault,
    view::{
        giving::{GiveAccess, GiveChoice, GivePlan, GiveReceivers},
        problem::Problem,
    },
};
use tauri::State;

/// Roles at a place, the least first, and whether they may be given.
#[tauri::command]
#[specta::specta]
pub async fn give_choices(
    vault: State<'_, Vault>,
    place: String,
    principal: Option<String>,
    action: Option<String>,
) -> Result<Vec<GiveChoice>, Problem> {
    vault
        .give_choices(&place, principal.as_deref(), action.as_deref())
        .await
}

/// Who may receive a role at a place.
#[tauri::command]
#[specta::specta]
pub async fn give_receivers(
    vault: State<'_, Vault>,
    place: String,
    role: String,
    letters: String,
) -> Result<GiveReceivers, Problem> {
    vault.give_receivers(&place, &role, &letters).await
}

/// What giving it would do.
#[tauri::command]
#[specta::specta]
pub async fn plan_access(vault: State<'_, Vault>, give: GiveAccess) -> Result<GivePlan, Problem> {
    vault.plan_access(&give).await
}

/// Gives just what was shown.
#[tauri::command]
#[specta::specta]
pub async fn give_access(
    vault: State<'_, Vault>,
    give: GiveAccess,
    grant: String,
    digest: String,
    reason: String,
) -> Result<(), Problem> {
    vault.give_access(&give, &grant, &digest, &reason).await
}

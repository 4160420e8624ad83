//! Emergency access.

use claviger_vault::{
    Vault,
    view::{
        emergency::{EmergencyDraws, EmergencyRights, EmergencyVerdict, EmergencyView, GiveEmergency},
        giving::GivePlan,
        problem::Problem,
    },
};
use tauri::State;

/// What one holds, and what one may look at.
#[tauri::command]
#[specta::specta]
pub async fn emergency(vault: State<'_, Vault>) -> Result<EmergencyView, Problem> {
    vault.emergency().await
}

/// Further draws, from where a page ended.
#[tauri::command]
#[specta::specta]
pub async fn emergency_draws(vault: State<'_, Vault>, after: String) -> Result<EmergencyDraws, Problem> {
    vault.emergency_draws(&after).await
}

/// Further rights of others.
#[tauri::command]
#[specta::specta]
pub async fn emergency_rights(vault: State<'_, Vault>, after: String) -> Result<EmergencyRights, Problem> {
    vault.emergency_rights(&after).await
}

/// What could be read with a right in an emergency; nothing is given.
#[tauri::command]
#[specta::specta]
pub async fn plan_emergency(vault: State<'_, Vault>, give: GiveEmergency) -> Result<GivePlan, Problem> {
    vault.plan_emergency(&give).await
}

/// Gives just the right that was shown.
#[tauri::command]
#[specta::specta]
pub async fn give_emergency(
    vault: State<'_, Vault>,
    give: GiveEmergency,
    right: String,
    digest: String,
    reason: String,
) -> Result<(), Problem> {
    vault.give_emergency(&give, &right, &digest, &reason).await
}

/// Ends a right.
#[tauri::command]
#[specta::specta]
pub async fn end_emergency(vault: State<'_, Vault>, right: String, reason: String) -> Result<(), Problem> {
    vault.end_emergency(&right, &reason).await
}

/// Draws a right of one's own.
#[tauri::command]
#[specta::specta]
pub async fn draw_emergency(
    vault: State<'_, Vault>,
    right: String,
    reason: String,
    seconds: u32,
) -> Result<(), Problem> {
    vault.draw_emergency(&right, &reason, seconds).await
}

/// Gives a draw back, or with a reason takes one away.
#[tauri::command]
#[specta::specta]
pub async fn end_draw(vault: State<'_, Vault>, grant: String, reason: Option<String>) -> Result<(), Problem> {
    vault.end_draw(&grant, reason.as_deref()).await
}

/// Says what one finds of a draw.
#[tauri::command]
#[specta::specta]
pub async fn review_emergency(
    vault: State<'_, Vault>,
    draw: String,
    verdict: EmergencyVerdict,
    words: String,
) -> Result<(), Problem> {
    vault.review_emergency(&draw, verdict, &words).await
}

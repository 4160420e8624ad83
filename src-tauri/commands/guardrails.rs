//! Guardrails: the list, the editor, what a change does, and the change itself.

use claviger_vault::{
    Vault,
    view::{
        guardrails::{
            GuardrailCheck, GuardrailEdit, GuardrailLanguage, GuardrailPast, GuardrailPlanView, GuardrailView,
        },
        problem::Problem,
        role::ChangeOutcome,
    },
};
use tauri::State;

/// All guardrails.
#[tauri::command]
#[specta::specta]
pub async fn guardrails(vault: State<'_, Vault>) -> Result<Vec<GuardrailView>, Problem> {
    vault.guardrails().await
}

/// What a guardrail can speak of.
#[tauri::command]
#[specta::specta]
pub async fn guardrail_language(vault: State<'_, Vault>) -> Result<GuardrailLanguage, Problem> {
    vault.guardrail_language().await
}

/// What is wrong or odd in a text.
#[tauri::command]
#[specta::specta]
pub async fn check_guardrail(vault: State<'_, Vault>, text: String) -> Result<GuardrailCheck, Problem> {
    vault.check_guardrail(&text).await
}

/// Who loses and gains what by a change.
#[tauri::command]
#[specta::specta]
pub async fn plan_guardrail(
    vault: State<'_, Vault>,
    edit: GuardrailEdit,
    skip: u32,
) -> Result<GuardrailPlanView, Problem> {
    vault.plan_guardrail(&edit, skip).await
}

/// What of the last 90 days a text would have refused.
#[tauri::command]
#[specta::specta]
pub async fn guardrail_past(
    vault: State<'_, Vault>,
    text: String,
    skip: u32,
) -> Result<GuardrailPast, Problem> {
    vault.guardrail_past(&text, skip).await
}

/// Changes a guardrail just as it was shown.
#[tauri::command]
#[specta::specta]
pub async fn change_guardrail(
    vault: State<'_, Vault>,
    edit: GuardrailEdit,
    digest: String,
    reason: String,
    propose: bool,
) -> Result<ChangeOutcome, Problem> {
    vault.change_guardrail(&edit, &digest, &reason, propose).await
}

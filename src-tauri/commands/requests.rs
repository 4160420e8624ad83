//! Requests for a rotation and for access.

use claviger_vault::{
    Vault,
    view::{
        asking::{AccessOptions, AnswerOutcome, ApproveAccess, AskAccess, RequestEvidence},
        problem::Problem,
        request::{RequestHistory, RequestsView},
    },
};
use tauri::State;

/// Requests of mine and those that I may answer.
#[tauri::command]
#[specta::specta]
pub async fn requests(vault: State<'_, Vault>) -> Result<RequestsView, Problem> {
    vault.requests().await
}

/// A page of requests of any age, the newest first; `after` as [`RequestHistory::next`] said.
#[tauri::command]
#[specta::specta]
pub async fn request_history(
    vault: State<'_, Vault>,
    after: Option<String>,
) -> Result<RequestHistory, Problem> {
    vault.request_history(after.as_deref()).await
}

/// Asks for a rotation.
#[tauri::command]
#[specta::specta]
pub async fn request_rotation(
    vault: State<'_, Vault>,
    secret: String,
    reason: String,
) -> Result<String, Problem> {
    vault.request_rotation(&secret, &reason).await
}

/// Refuses a request.
#[tauri::command]
#[specta::specta]
pub async fn refuse_request(vault: State<'_, Vault>, id: String, words: String) -> Result<(), Problem> {
    vault.refuse_request(&id, &words).await
}

/// Takes a request back.
#[tauri::command]
#[specta::specta]
pub async fn withdraw_request(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.withdraw_request(&id).await
}

/// What could be asked for at a place, or for the sake of a secret.
#[tauri::command]
#[specta::specta]
pub async fn access_options(
    vault: State<'_, Vault>,
    place: Option<String>,
    secret: Option<String>,
) -> Result<AccessOptions, Problem> {
    vault.access_options(place.as_deref(), secret.as_deref()).await
}

/// Asks for access.
#[tauri::command]
#[specta::specta]
pub async fn request_access(vault: State<'_, Vault>, ask: AskAccess) -> Result<String, Problem> {
    vault.request_access(ask).await
}

/// Approves a request, perhaps less than it asks for.
#[tauri::command]
#[specta::specta]
pub async fn approve_request(
    vault: State<'_, Vault>,
    id: String,
    terms: ApproveAccess,
) -> Result<(), Problem> {
    vault.approve_request(&id, terms).await
}

/// Approves many as asked, or refuses them with words.
#[tauri::command]
#[specta::specta]
pub async fn answer_requests(
    vault: State<'_, Vault>,
    ids: Vec<String>,
    refusal: Option<String>,
) -> Result<Vec<AnswerOutcome>, Problem> {
    vault.answer_requests(ids, refusal).await
}

/// Hands back early what a request gave.
#[tauri::command]
#[specta::specta]
pub async fn hand_back(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.hand_back(&id).await
}

/// What helps to answer a request.
#[tauri::command]
#[specta::specta]
pub async fn request_evidence(vault: State<'_, Vault>, id: String) -> Result<RequestEvidence, Problem> {
    vault.request_evidence(&id).await
}

//! Who has what, and why.

use claviger_vault::{
    Vault,
    view::{
        access::{AccessAtView, AccessOfView, AccessPlaces, MatrixView, PrincipalView, RoleRef},
        explain::{ExplainAbout, ExplainView},
        grant_change::{GrantChange, GrantPlanView},
        problem::Problem,
    },
};
use tauri::State;

/// Places where this person may look at grants.
#[tauri::command]
#[specta::specta]
pub async fn access_places(vault: State<'_, Vault>) -> Result<AccessPlaces, Problem> {
    vault.access_places().await
}

/// Who has access at a place.
#[tauri::command]
#[specta::specta]
pub async fn access_at(
    vault: State<'_, Vault>,
    place: String,
    after: Option<String>,
) -> Result<AccessAtView, Problem> {
    vault.access_at(&place, after.as_deref()).await
}

/// What reaches somebody.
#[tauri::command]
#[specta::specta]
pub async fn access_of(
    vault: State<'_, Vault>,
    principal: String,
    after: Option<String>,
) -> Result<AccessOfView, Problem> {
    vault.access_of(&principal, after.as_deref()).await
}

/// People and places.
#[tauri::command]
#[specta::specta]
pub async fn access_matrix(
    vault: State<'_, Vault>,
    top: String,
    after: Option<String>,
    after_places: Option<String>,
) -> Result<MatrixView, Problem> {
    vault
        .access_matrix(&top, after.as_deref(), after_places.as_deref())
        .await
}

/// People, teams and services by name.
#[tauri::command]
#[specta::specta]
pub async fn access_people(vault: State<'_, Vault>, letters: String) -> Result<Vec<PrincipalView>, Problem> {
    vault.access_people(&letters).await
}

/// Roles that can do less than one.
#[tauri::command]
#[specta::specta]
pub async fn lesser_roles(vault: State<'_, Vault>, role: String) -> Result<Vec<RoleRef>, Problem> {
    vault.lesser_roles(&role).await
}

/// What taking from a grant would take.
#[tauri::command]
#[specta::specta]
pub async fn plan_grant_change(
    vault: State<'_, Vault>,
    grant: String,
    change: GrantChange,
) -> Result<GrantPlanView, Problem> {
    vault.plan_grant_change(&grant, &change).await
}

/// Carries out that plan.
#[tauri::command]
#[specta::specta]
pub async fn change_grant(
    vault: State<'_, Vault>,
    grant: String,
    change: GrantChange,
    digest: String,
    reason: String,
) -> Result<(), Problem> {
    vault.change_grant(&grant, &change, &digest, &reason).await
}

/// Why somebody can or cannot do something.
#[tauri::command]
#[specta::specta]
pub async fn explain(
    vault: State<'_, Vault>,
    about: ExplainAbout,
    action: String,
    principal: Option<String>,
) -> Result<ExplainView, Problem> {
    vault.explain(&about, &action, principal.as_deref()).await
}

/// Signs in afresh, for what may be looked at only then.
#[tauri::command]
#[specta::specta]
pub async fn sign_in_afresh(vault: State<'_, Vault>) -> Result<(), Problem> {
    vault.sign_in_afresh().await
}

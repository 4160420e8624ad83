//! Offboarding.

use crate::chosen;
use claviger_vault::{
    Vault,
    view::{
        offboarding::{
            LeakView, OffboardingRights,
            cases::{
                BrakeView, CaseDraft, CaseRotations, CaseView, CasesView, EndedAccessView, EndedOfView,
                OpenedCaseView, RehearsalView,
            },
            radius::{RadiusView, SuspectRef},
        },
        problem::Problem,
        value::ValueInput,
    },
};
use tauri::{AppHandle, State};

/// What this person may do here.
#[tauri::command]
#[specta::specta]
pub async fn offboarding_rights(vault: State<'_, Vault>) -> Result<OffboardingRights, Problem> {
    vault.offboarding_rights()
}

/// What somebody or something reaches and holds.
#[tauri::command]
#[specta::specta]
pub async fn blast_radius(
    vault: State<'_, Vault>,
    of: SuspectRef,
    after: Option<String>,
) -> Result<RadiusView, Problem> {
    vault.blast_radius(&of, after.as_deref()).await
}

/// Where a leaked value stands and stood, and to whom it came.
#[tauri::command]
#[specta::specta]
pub async fn look_up_leak(vault: State<'_, Vault>, value: ValueInput) -> Result<LeakView, Problem> {
    vault.look_up_leak(value).await
}

/// What offboarding somebody would do now.
#[tauri::command]
#[specta::specta]
pub async fn rehearse_case(
    vault: State<'_, Vault>,
    person: String,
    heir: Option<String>,
) -> Result<RehearsalView, Problem> {
    vault.rehearse_case(&person, heir.as_deref()).await
}

/// Opens a case, now or at a set time.
#[tauri::command]
#[specta::specta]
pub async fn open_case(vault: State<'_, Vault>, draft: CaseDraft) -> Result<OpenedCaseView, Problem> {
    vault.open_case(&draft).await
}

/// Cases, newest first.
#[tauri::command]
#[specta::specta]
pub async fn cases(vault: State<'_, Vault>, open: bool, after: Option<String>) -> Result<CasesView, Problem> {
    vault.cases(open, after.as_deref()).await
}

/// One case.
#[tauri::command]
#[specta::specta]
pub async fn case(vault: State<'_, Vault>, id: String) -> Result<CaseView, Problem> {
    vault.case(&id).await
}

/// Lets a case go on, as a second pair of eyes.
#[tauri::command]
#[specta::specta]
pub async fn approve_case(
    vault: State<'_, Vault>,
    id: String,
    starts_at: Option<i64>,
) -> Result<CaseView, Problem> {
    vault.approve_case(&id, starts_at).await
}

/// Asks for a place and writes the signed report there; answers with its path, or nothing when the person closed the dialog.
#[tauri::command]
#[specta::specta]
pub async fn save_case_report(
    app: AppHandle,
    vault: State<'_, Vault>,
    id: String,
) -> Result<Option<String>, Problem> {
    let chosen = chosen::new_file(&app, "offboarding-report.html", &["html", "json"]).await;
    let Some(path) = chosen else {
        return Ok(None);
    };
    vault.save_case_report(&id, &path).await?;
    Ok(Some(path.display().to_string()))
}

/// Calls a case off that has not begun.
#[tauri::command]
#[specta::specta]
pub async fn cancel_case(vault: State<'_, Vault>, id: String, reason: String) -> Result<CaseView, Problem> {
    vault.cancel_case(&id, &reason).await
}

/// Values of a case that have to change.
#[tauri::command]
#[specta::specta]
pub async fn case_rotations(
    vault: State<'_, Vault>,
    id: String,
    after: Option<String>,
) -> Result<CaseRotations, Problem> {
    vault.case_rotations(&id, after.as_deref()).await
}

/// Accepts that a value stays as it is.
#[tauri::command]
#[specta::specta]
pub async fn accept_rotation(
    vault: State<'_, Vault>,
    id: String,
    secret: String,
    reason: String,
) -> Result<(), Problem> {
    vault.accept_rotation(&id, &secret, &reason).await
}

/// Accepts that an account in a connected system stays, or that a system is not asked.
#[tauri::command]
#[specta::specta]
pub async fn accept_connected(
    vault: State<'_, Vault>,
    id: String,
    system: String,
    account: Option<String>,
    reason: String,
) -> Result<CaseView, Problem> {
    vault
        .accept_connected(&id, &system, account.as_deref(), &reason)
        .await
}

/// The grants that a case ended, and the local teams.
#[tauri::command]
#[specta::specta]
pub async fn ended_grants(vault: State<'_, Vault>, id: String) -> Result<EndedAccessView, Problem> {
    vault.ended_grants(&id).await
}

/// What somebody's newest case ended and one may give again.
#[tauri::command]
#[specta::specta]
pub async fn ended_of(vault: State<'_, Vault>, person: String) -> Result<Option<EndedOfView>, Problem> {
    vault.ended_of(&person).await
}

/// Gives grants and memberships again that a case ended, all or none.
#[tauri::command]
#[specta::specta]
pub async fn restore_grants(
    vault: State<'_, Vault>,
    id: String,
    grants: Vec<String>,
    teams: Vec<String>,
    reason: String,
) -> Result<(), Problem> {
    vault.restore_grants(&id, &grants, &teams, &reason).await
}

/// Enables somebody again, which restores nothing.
#[tauri::command]
#[specta::specta]
pub async fn enable_person(vault: State<'_, Vault>, person: String, reason: String) -> Result<(), Problem> {
    vault.enable_person(&person, &reason).await
}

/// The brake.
#[tauri::command]
#[specta::specta]
pub async fn brake(vault: State<'_, Vault>) -> Result<BrakeView, Problem> {
    vault.brake().await
}

/// Sets the brake.
#[tauri::command]
#[specta::specta]
pub async fn set_brake(
    vault: State<'_, Vault>,
    people_per_hour: u32,
    people: Vec<String>,
) -> Result<BrakeView, Problem> {
    vault.set_brake(people_per_hour, &people).await
}

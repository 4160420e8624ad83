//! Places, teams and roles, and changes to them that wait for a second owner.

use claviger_vault::{
    Vault,
    view::{
        approval::{ApprovalEdit, ApprovalSettings},
        managing::{ManagedPlace, MovePlanView, NewPlace, PlaceEdit},
        problem::Problem,
        role::{ChangeOutcome, ProposalView, RoleEdit, RolesView},
        team::{PeopleView, TeamView},
    },
};
use tauri::State;

/// Places with what was set at them.
#[tauri::command]
#[specta::specta]
pub async fn managed_places(vault: State<'_, Vault>) -> Result<Vec<ManagedPlace>, Problem> {
    vault.managed_places().await
}

/// Makes a place.
#[tauri::command]
#[specta::specta]
pub async fn create_place(vault: State<'_, Vault>, place: NewPlace) -> Result<String, Problem> {
    vault.create_place(&place).await
}

/// Changes a place.
#[tauri::command]
#[specta::specta]
pub async fn edit_place(vault: State<'_, Vault>, id: String, edit: PlaceEdit) -> Result<(), Problem> {
    vault.edit_place(&id, &edit).await
}

/// What moving a place would do.
#[tauri::command]
#[specta::specta]
pub async fn plan_move(vault: State<'_, Vault>, id: String, parent: String) -> Result<MovePlanView, Problem> {
    vault.plan_move(&id, &parent).await
}

/// Moves a place just as it was shown.
#[tauri::command]
#[specta::specta]
pub async fn move_place(
    vault: State<'_, Vault>,
    id: String,
    parent: String,
    digest: String,
) -> Result<(), Problem> {
    vault.move_place(&id, &parent, &digest).await
}

/// How requests are approved at a place.
#[tauri::command]
#[specta::specta]
pub async fn approval_settings(vault: State<'_, Vault>, place: String) -> Result<ApprovalSettings, Problem> {
    vault.approval_settings(&place).await
}

/// Changes how requests are approved at a place.
#[tauri::command]
#[specta::specta]
pub async fn set_approval(vault: State<'_, Vault>, place: String, edit: ApprovalEdit) -> Result<(), Problem> {
    vault.set_approval(&place, &edit).await
}

/// People, teams and services.
#[tauri::command]
#[specta::specta]
pub async fn people(vault: State<'_, Vault>) -> Result<PeopleView, Problem> {
    vault.people().await
}

/// A team and who is in it.
#[tauri::command]
#[specta::specta]
pub async fn team(vault: State<'_, Vault>, id: String) -> Result<TeamView, Problem> {
    vault.team(&id).await
}

/// Makes a team.
#[tauri::command]
#[specta::specta]
pub async fn create_team(vault: State<'_, Vault>, name: String) -> Result<String, Problem> {
    vault.create_team(&name).await
}

/// Renames a team.
#[tauri::command]
#[specta::specta]
pub async fn rename_team(vault: State<'_, Vault>, id: String, name: String) -> Result<(), Problem> {
    vault.rename_team(&id, &name).await
}

/// Puts somebody into a team.
#[tauri::command]
#[specta::specta]
pub async fn add_member(vault: State<'_, Vault>, team: String, member: String) -> Result<(), Problem> {
    vault.add_member(&team, &member).await
}

/// Takes somebody out of a team.
#[tauri::command]
#[specta::specta]
pub async fn remove_member(vault: State<'_, Vault>, team: String, member: String) -> Result<(), Problem> {
    vault.remove_member(&team, &member).await
}

/// Lets a group of the identity provider stand for a team.
#[tauri::command]
#[specta::specta]
pub async fn map_group(
    vault: State<'_, Vault>,
    team: String,
    group: String,
    reason: String,
    propose: bool,
) -> Result<ChangeOutcome, Problem> {
    vault.map_group(&team, &group, &reason, propose).await
}

/// The group stands for the team no more.
#[tauri::command]
#[specta::specta]
pub async fn unmap_group(vault: State<'_, Vault>, team: String, group: String) -> Result<(), Problem> {
    vault.unmap_group(&team, &group).await
}

/// Roles, and what they can be made of.
#[tauri::command]
#[specta::specta]
pub async fn roles(vault: State<'_, Vault>) -> Result<RolesView, Problem> {
    vault.roles().await
}

/// Makes a role or changes one.
#[tauri::command]
#[specta::specta]
pub async fn put_role(
    vault: State<'_, Vault>,
    edit: RoleEdit,
    reason: String,
    propose: bool,
) -> Result<ChangeOutcome, Problem> {
    vault.put_role(&edit, &reason, propose).await
}

/// Deletes a role.
#[tauri::command]
#[specta::specta]
pub async fn delete_role(vault: State<'_, Vault>, id: String, reason: String) -> Result<(), Problem> {
    vault.delete_role(&id, &reason).await
}

/// Changes that wait or waited for a second owner.
#[tauri::command]
#[specta::specta]
pub async fn proposals(vault: State<'_, Vault>) -> Result<Vec<ProposalView>, Problem> {
    vault.proposals().await
}

/// Approves one of them, and makes it.
#[tauri::command]
#[specta::specta]
pub async fn approve_proposal(vault: State<'_, Vault>, id: String, digest: String) -> Result<(), Problem> {
    vault.approve_proposal(&id, &digest).await
}

/// Refuses one of them.
#[tauri::command]
#[specta::specta]
pub async fn refuse_proposal(vault: State<'_, Vault>, id: String, words: String) -> Result<(), Problem> {
    vault.refuse_proposal(&id, &words).await
}

/// Takes one's own back.
#[tauri::command]
#[specta::specta]
pub async fn withdraw_proposal(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.withdraw_proposal(&id).await
}

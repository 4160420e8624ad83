//! Notices, what the person wants of them, webhooks, and where links lead.

use crate::links::Links;
use claviger_vault::{
    Vault,
    view::{
        notices::{
            LinkView, NoticePreferences, NoticeWay, NoticesView, WebhookDraft, WebhookTest, WebhooksView,
        },
        problem::Problem,
    },
};
use tauri::State;

/// A page of notices.
#[tauri::command]
#[specta::specta]
pub async fn notices(
    vault: State<'_, Vault>,
    before: Option<String>,
    unread: bool,
) -> Result<NoticesView, Problem> {
    vault.notices(before.as_deref(), unread).await
}

/// Marks some as read.
#[tauri::command]
#[specta::specta]
pub async fn read_notices(vault: State<'_, Vault>, ids: Vec<String>) -> Result<u32, Problem> {
    vault.read_notices(&ids).await
}

/// Marks all as read that are not newer than a moment.
#[tauri::command]
#[specta::specta]
pub async fn read_notices_until(vault: State<'_, Vault>, until: i64) -> Result<u32, Problem> {
    vault.read_notices_until(until).await
}

/// What the person wants to be told by which way.
#[tauri::command]
#[specta::specta]
pub async fn notice_preferences(vault: State<'_, Vault>) -> Result<NoticePreferences, Problem> {
    vault.notice_preferences().await
}

/// Chooses a way for a kind.
#[tauri::command]
#[specta::specta]
pub async fn set_notice_preference(
    vault: State<'_, Vault>,
    kind: String,
    way: NoticeWay,
    wanted: bool,
) -> Result<NoticePreferences, Problem> {
    vault.set_notice_preference(&kind, way, wanted).await
}

/// The webhooks of the organization.
#[tauri::command]
#[specta::specta]
pub async fn webhooks(vault: State<'_, Vault>) -> Result<WebhooksView, Problem> {
    vault.webhooks().await
}

/// Makes one.
#[tauri::command]
#[specta::specta]
pub async fn create_webhook(vault: State<'_, Vault>, draft: WebhookDraft) -> Result<(), Problem> {
    vault.create_webhook(&draft).await
}

/// Ends one.
#[tauri::command]
#[specta::specta]
pub async fn end_webhook(vault: State<'_, Vault>, id: String) -> Result<(), Problem> {
    vault.end_webhook(&id).await
}

/// Has posts signed by another key.
#[tauri::command]
#[specta::specta]
pub async fn rotate_webhook_key(
    vault: State<'_, Vault>,
    replaces: u32,
    at_once: bool,
) -> Result<(), Problem> {
    vault.rotate_webhook_key(replaces, at_once).await
}

/// Posts a test there.
#[tauri::command]
#[specta::specta]
pub async fn test_webhook(vault: State<'_, Vault>, id: String) -> Result<WebhookTest, Problem> {
    vault.test_webhook(&id).await
}

/// Where the link leads that the app was last opened with; none, or it was asked before. The page asks once somebody is signed in.
#[tauri::command]
#[specta::specta]
pub fn take_link(vault: State<'_, Vault>, links: State<'_, Links>) -> Result<Option<LinkView>, Problem> {
    match links.take() {
        Some(text) => vault.follow_link(&text).map(Some),
        None => Ok(None),
    }
}

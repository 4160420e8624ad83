//! Where an organization's notices are posted to.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, WebhookId},
    name::Name,
    notice::NoticeKind,
    time::Timestamp,
};

/// One receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// As people call it.
    pub name: Name,
    /// Where to post.
    pub url: String,
    /// Which kinds.
    pub kinds: Vec<NoticeKind>,
    /// Who made it.
    pub made_by: PrincipalId,
    /// When.
    pub made_at: Timestamp,
    /// That it was ended.
    pub ended: Option<WebhookEnded>,
}

/// The end of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookEnded {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
}

/// Reads of webhooks.
#[async_trait]
pub trait WebhookReads {
    /// One, ended or not.
    async fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>>;
    /// Those that were not ended, oldest first.
    async fn webhooks(&mut self) -> Result<Vec<Webhook>>;
}

/// Writes of webhooks.
#[async_trait]
pub trait WebhookWrites {
    /// Makes one; [`crate::Conflict::IdTaken`].
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<()>;
    /// Ends one, with what waits for it; [`crate::Conflict::Changed`] when it was ended before.
    async fn end_webhook(&mut self, id: WebhookId, ended: WebhookEnded) -> Result<()>;
}

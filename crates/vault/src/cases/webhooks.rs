//! Where the organization's notices are posted to; for Owners.

use super::{input, names};
use crate::{
    Vault,
    api::Nothing,
    view::{
        notices::{GivenUpView, WebhookDraft, WebhookKeyView, WebhookTest, WebhookView, WebhooksView},
        problem::Problem,
    },
};
use claviger_model::{ids::WebhookId, notice::NoticeKind, time::Timestamp};
use claviger_protocol::{
    notices::{CreateWebhook, RotateWebhookKey, TestReply, WebhookKeyRecord, WebhookRecord, WebhooksReply},
    route,
};

impl Vault {
    /// The webhooks, and what was given up lately.
    ///
    /// # Errors
    /// When the person may not connect other systems, or the server does not answer.
    pub async fn webhooks(&self) -> Result<WebhooksView, Problem> {
        let reply: WebhooksReply = self.inner.ask(route::WEBHOOKS, &[]).await?;
        let book = self.inner.live()?.book();
        let webhook = |record: &WebhookRecord| WebhookView {
            id: record.id.to_string(),
            name: record.name.clone(),
            url: record.url.clone(),
            kinds: record.kinds.clone(),
            made_by: names::person(&book, record.made_by),
            made_at: record.made_at.millis(),
            last_at: record.last.as_ref().map(|last| last.at.millis()),
            last_taken: record.last.as_ref().is_some_and(|last| last.taken),
            last_said: record.last.as_ref().map(|last| last.said.clone()),
            waiting: names::number(record.waiting),
            given_up: names::number(record.given_up),
        };
        let given_up = reply.given_up.iter().map(|one| GivenUpView {
            kind: one.kind.clone(),
            webhook: one.webhook.map(|id| id.to_string()),
            at: Timestamp::millis(one.at),
            said: one.said.clone(),
        });
        Ok(WebhooksView {
            webhooks: reply.webhooks.iter().map(webhook).collect(),
            keys: reply.keys.iter().map(key).collect(),
            allowed: reply.allowed.clone(),
            kinds: reply.kinds.clone(),
            given_up: given_up.collect(),
        })
    }

    /// Makes one.
    ///
    /// # Errors
    /// When the name or the URL cannot stand, or the server refuses.
    pub async fn create_webhook(&self, draft: &WebhookDraft) -> Result<(), Problem> {
        let kinds = draft.kinds.iter().map(|kind| NoticeKind::from_code(kind));
        let call = CreateWebhook {
            id: WebhookId::random(&*self.inner.parts.entropy),
            name: input::name(&draft.name)?,
            url: draft.url.trim().to_owned(),
            kinds: kinds.collect::<Option<_>>().ok_or_else(names::not_found)?,
        };
        self.inner
            .call::<_, Nothing>(route::CREATE_WEBHOOK, &[], &call)
            .await?;
        Ok(())
    }

    /// Ends one.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn end_webhook(&self, id: &str) -> Result<(), Problem> {
        let id: WebhookId = names::id(id)?;
        self.inner.ask::<Nothing>(route::END_WEBHOOK, &[&id]).await?;
        Ok(())
    }

    /// Has posts signed by another key; the old ones sign, too, for a while, unless they are to end at once.
    ///
    /// # Errors
    /// When somebody else made one meanwhile, or the server refuses.
    pub async fn rotate_webhook_key(&self, replaces: u32, at_once: bool) -> Result<(), Problem> {
        let call = RotateWebhookKey { replaces, at_once };
        self.inner
            .call::<_, Nothing>(route::ROTATE_WEBHOOK_KEY, &[], &call)
            .await?;
        Ok(())
    }

    /// Posts a test there.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn test_webhook(&self, id: &str) -> Result<WebhookTest, Problem> {
        let id: WebhookId = names::id(id)?;
        let reply: TestReply = self.inner.ask(route::TEST_WEBHOOK, &[&id]).await?;
        Ok(WebhookTest {
            taken: reply.taken,
            said: reply.said,
        })
    }
}

fn key(record: &WebhookKeyRecord) -> WebhookKeyView {
    WebhookKeyView {
        number: record.number,
        public: record.public.clone(),
        made_at: record.made_at.millis(),
        until: record.until.map(Timestamp::millis),
    }
}

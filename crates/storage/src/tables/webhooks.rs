//! Webhooks.

use super::{
    cells::{Cells, all, json_text, one},
    handle::Handle,
};
use crate::{
    Conflict, Result, StorageError,
    notices::Channel,
    raw_id::RawId as _,
    translate::said,
    webhooks::{Webhook, WebhookEnded, WebhookReads, WebhookWrites},
};
use async_trait::async_trait;
use claviger_model::ids::WebhookId;

#[async_trait]
impl WebhookReads for Handle {
    async fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            webhook_columns!(),
            " FROM webhooks w WHERE w.id = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), webhook)
    }

    async fn webhooks(&mut self) -> Result<Vec<Webhook>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            webhook_columns!(),
            " FROM webhooks w WHERE w.ended_at IS NULL ORDER BY w.made_at, w.id"
        ))
        .fetch_all(self.db())
        .await?;
        all(&rows, webhook)
    }
}

#[async_trait]
impl WebhookWrites for Handle {
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<()> {
        sqlx::query(
            "INSERT INTO webhooks (id, name, url, kinds, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(webhook.id.raw())
        .bind(webhook.name.as_str())
        .bind(&webhook.url)
        .bind(json_text(&webhook.kinds)?)
        .bind(webhook.made_by.raw())
        .bind(webhook.made_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn end_webhook(&mut self, id: WebhookId, ended: WebhookEnded) -> Result<()> {
        let done = sqlx::query(
            "UPDATE webhooks SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(id.raw())
        .bind(ended.at.millis())
        .bind(ended.by.raw())
        .execute(self.db())
        .await?;
        if done.rows_affected() == 0 {
            return Err(Conflict::Changed.into());
        }
        sqlx::query("DELETE FROM notice_deliveries WHERE channel = $1 AND state = 'waiting'")
            .bind(Channel::Webhook(id).to_string())
            .execute(self.db())
            .await?;
        Ok(())
    }
}

/// Reads `webhook_columns!`.
fn webhook(cells: &mut Cells<'_>) -> Result<Webhook> {
    let (id, name, url, kinds) = (cells.id()?, cells.name()?, cells.take()?, cells.json()?);
    let (made_by, made_at) = (cells.id()?, cells.time()?);
    let ended = match (cells.time_or_null()?, cells.id_or_null()?) {
        (Some(at), Some(by)) => Some(WebhookEnded { at, by }),
        (None, None) => None,
        _ => {
            return Err(StorageError::Corrupt {
                column: "ended_by".to_owned(),
                source: said("half an end"),
            });
        }
    };
    Ok(Webhook {
        id,
        name,
        url,
        kinds,
        made_by,
        made_at,
        ended,
    })
}

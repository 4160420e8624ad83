//! The organization and settings.

use super::{
    cells::{Cells, json_text, one},
    handle::{Handle, head},
};
use crate::{
    Conflict, Result,
    log::Head,
    organization::{KekGeneration, Organization, OrganizationReads, OrganizationWrites, ServerKey},
    raw_id::RawId as _,
};
use async_trait::async_trait;
use claviger_model::{ids::KeyId, name::Name, time::Timestamp};

#[async_trait]
impl OrganizationReads for Handle {
    async fn organization(&mut self) -> Result<Option<Organization>> {
        let row = sqlx::query(
            "SELECT o.id, o.name, o.origin, o.demonstration, o.created_at FROM organization o WHERE o.one = 1",
        )
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), |cells| {
            Ok(Organization {
                id: cells.id()?,
                name: cells.name()?,
                origin: cells.take()?,
                demonstration: cells.flag()?,
                created_at: cells.time()?,
            })
        })
    }

    async fn committed_head(&mut self) -> Result<Head> {
        let row = sqlx::query(concat!(
            "SELECT ",
            head_columns!(),
            " FROM log_head h WHERE h.id = 1"
        ))
        .fetch_one(self.db())
        .await?;
        head(&mut Cells::of(&row))
    }

    async fn server_keys(&mut self) -> Result<Vec<ServerKey>> {
        super::server_keys::keys(self.db()).await
    }

    async fn kek_generations(&mut self) -> Result<Vec<KekGeneration>> {
        super::server_keys::keks(self.db()).await
    }

    async fn setting(&mut self, key: &str) -> Result<Option<serde_json::Value>> {
        let row = sqlx::query("SELECT s.value FROM settings s WHERE s.name = $1")
            .bind(key)
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), |cells| cells.json())
    }
}

#[async_trait]
impl OrganizationWrites for Handle {
    async fn found(&mut self, organization: &Organization, log_origin: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO organization (one, id, name, origin, demonstration, created_at) VALUES (1, $1, $2, $3, $4, $5)",
        )
        .bind(organization.id.raw())
        .bind(organization.name.as_str())
        .bind(&organization.origin)
        .bind(i64::from(organization.demonstration))
        .bind(organization.created_at.millis())
        .execute(self.db())
        .await?;
        let held = self.held()?;
        held.log_changed = true;
        log_origin.clone_into(&mut held.head.origin);
        Ok(())
    }

    async fn set_organization(&mut self, name: &Name, origin: &str) -> Result<()> {
        let done = sqlx::query("UPDATE organization SET name = $1, origin = $2 WHERE one = 1")
            .bind(name.as_str())
            .bind(origin)
            .execute(self.db())
            .await?;
        if done.rows_affected() == 0 {
            Err(Conflict::Missing.into())
        } else {
            Ok(())
        }
    }

    async fn put_server_key(&mut self, key: &ServerKey) -> Result<()> {
        super::server_keys::put_key(self.db(), key).await
    }

    async fn retire_server_key(&mut self, key: KeyId, at: Timestamp) -> Result<()> {
        super::server_keys::retire_key(self.db(), key, at).await
    }

    async fn rewrap_server_key(&mut self, key: KeyId, wrapped: &[u8], kek: KeyId) -> Result<()> {
        super::server_keys::rewrap_key(self.db(), key, wrapped, kek).await
    }

    async fn put_kek_generation(&mut self, kek: &KekGeneration) -> Result<()> {
        super::server_keys::put_kek(self.db(), kek).await
    }

    async fn retire_kek_generation(&mut self, kek: KeyId, at: Timestamp) -> Result<()> {
        super::server_keys::retire_kek(self.db(), kek, at).await
    }

    async fn rewrap_kek_generation(
        &mut self,
        kek: KeyId,
        wrapped: &[u8],
        next_wrapped: Option<&[u8]>,
    ) -> Result<()> {
        super::server_keys::rewrap_kek(self.db(), kek, wrapped, next_wrapped).await
    }

    async fn destroy_kek_generation(&mut self, kek: KeyId) -> Result<bool> {
        super::server_keys::destroy_kek(self.db(), kek).await
    }

    async fn put_setting(&mut self, key: &str, value: &serde_json::Value) -> Result<()> {
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(json_text(value)?)
        .execute(self.db())
        .await?;
        Ok(())
    }
}

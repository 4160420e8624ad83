//! Writes of what the provider says through SCIM.

use super::{cells::json_text, handle::Handle, ids};
use crate::{
    Conflict, Result,
    raw_id::{RawId as _, int, raw_or_null},
    scim::{ScimGroup, ScimToken, ScimUser, ScimWrites, TokenEnded},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{KeyId, PrincipalId, ScimId},
    name::folded,
    time::Timestamp,
};

#[async_trait]
impl ScimWrites for Handle {
    async fn insert_scim_token(&mut self, token: &ScimToken) -> Result<()> {
        sqlx::query(
            "INSERT INTO scim_tokens (id, name, hash, made_by, made_at, ends_at, replaces) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(token.id.raw())
        .bind(token.name.as_str())
        .bind(token.hash.as_slice())
        .bind(token.made_by.raw())
        .bind(token.made_at.millis())
        .bind(token.ends_at.millis())
        .bind(raw_or_null(token.replaces.as_ref()))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn shorten_scim_token(&mut self, id: KeyId, ends_at: Timestamp) -> Result<()> {
        sqlx::query("UPDATE scim_tokens SET ends_at = $2 WHERE id = $1 AND ends_at > $2")
            .bind(id.raw())
            .bind(ends_at.millis())
            .execute(self.db())
            .await?;
        Ok(())
    }

    async fn end_scim_token(&mut self, id: KeyId, ended: TokenEnded) -> Result<()> {
        let done = sqlx::query(
            "UPDATE scim_tokens SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(id.raw())
        .bind(ended.at.millis())
        .bind(ended.by.raw())
        .execute(self.db())
        .await?;
        if done.rows_affected() == 0 {
            return Err(Conflict::Changed.into());
        }
        Ok(())
    }

    async fn note_scim_token_use(&mut self, id: KeyId, at: Timestamp) -> Result<()> {
        sqlx::query("UPDATE scim_tokens SET last_used_at = $2 WHERE id = $1")
            .bind(id.raw())
            .bind(at.millis())
            .execute(self.db())
            .await?;
        Ok(())
    }

    async fn insert_scim_user(&mut self, user: &ScimUser) -> Result<()> {
        sqlx::query(
            "INSERT INTO scim_users (id, principal, user_name, folded, external_id, active, attributes, version, made_at, \
             changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(user.id.raw())
        .bind(user.principal.raw())
        .bind(&user.user_name)
        .bind(folded(&user.user_name))
        .bind(user.external_id.as_deref())
        .bind(i64::from(user.active))
        .bind(json_text(&user.attributes)?)
        .bind(int(user.version))
        .bind(user.made_at.millis())
        .bind(user.changed_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn update_scim_user(&mut self, user: &ScimUser) -> Result<()> {
        sqlx::query(
            "UPDATE scim_users SET principal = $2, user_name = $3, folded = $4, external_id = $5, active = $6, \
             attributes = $7, version = $8, changed_at = $9 WHERE id = $1",
        )
        .bind(user.id.raw())
        .bind(user.principal.raw())
        .bind(&user.user_name)
        .bind(folded(&user.user_name))
        .bind(user.external_id.as_deref())
        .bind(i64::from(user.active))
        .bind(json_text(&user.attributes)?)
        .bind(int(user.version))
        .bind(user.changed_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn delete_scim_user(&mut self, id: ScimId) -> Result<()> {
        self.clear_scim_memberships(id).await?;
        sqlx::query("DELETE FROM scim_users WHERE id = $1")
            .bind(id.raw())
            .execute(self.db())
            .await?;
        Ok(())
    }

    async fn clear_scim_memberships(&mut self, user: ScimId) -> Result<()> {
        sqlx::query("DELETE FROM scim_members WHERE scim_user = $1")
            .bind(user.raw())
            .execute(self.db())
            .await?;
        Ok(())
    }

    async fn insert_scim_group(&mut self, group: &ScimGroup) -> Result<()> {
        sqlx::query(
            "INSERT INTO scim_groups (id, display, folded, external_id, version, made_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(group.id.raw())
        .bind(&group.display)
        .bind(folded(&group.display))
        .bind(group.external_id.as_deref())
        .bind(int(group.version))
        .bind(group.made_at.millis())
        .bind(group.changed_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn update_scim_group(&mut self, group: &ScimGroup) -> Result<()> {
        sqlx::query(
            "UPDATE scim_groups SET display = $2, folded = $3, external_id = $4, version = $5, changed_at = $6 \
             WHERE id = $1",
        )
        .bind(group.id.raw())
        .bind(&group.display)
        .bind(folded(&group.display))
        .bind(group.external_id.as_deref())
        .bind(int(group.version))
        .bind(group.changed_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn delete_scim_group(&mut self, id: ScimId) -> Result<()> {
        for statement in [
            "DELETE FROM scim_members WHERE scim_group = $1",
            "DELETE FROM scim_groups WHERE id = $1",
        ] {
            sqlx::query(statement).bind(id.raw()).execute(self.db()).await?;
        }
        Ok(())
    }

    async fn change_scim_members(&mut self, group: ScimId, join: &[ScimId], leave: &[ScimId]) -> Result<()> {
        if !leave.is_empty() {
            sqlx::query(concat!(
                "DELETE FROM scim_members WHERE scim_group = $1 AND scim_user ",
                any!("$2")
            ))
            .bind(group.raw())
            .bind(ids(leave))
            .execute(self.db())
            .await?;
        }
        super::rows::insert(
            self.db(),
            "INSERT INTO scim_members (scim_group, scim_user) ",
            join,
            |row, user| {
                row.push_bind(group.raw()).push_bind(user.raw());
            },
        )
        .await
    }

    async fn note_claim(
        &mut self,
        issuer: &str,
        claim: &str,
        value: &str,
        principal: PrincipalId,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO provider_claims (issuer, claim, value, principal) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (issuer, claim, value) DO NOTHING",
        )
        .bind(issuer)
        .bind(claim)
        .bind(value)
        .bind(principal.raw())
        .execute(self.db())
        .await?;
        Ok(())
    }
}

//! Writes of secrets' metadata; each moves the secret's cursor with the feed.

use super::{
    cells::{json_text, one},
    changes::of_secret,
    handle::Handle,
    rows::insert,
};
use crate::{
    Conflict, Result,
    changes::{ChangeKind, ChangeReads as _, ChangeWrites as _},
    codes::Coded as _,
    raw_id::{RawId as _, int, raw_or_null},
    secrets::{SecretReads as _, SecretWrites},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{PrincipalId, ScopeId, SecretId},
    secret::{Description, Secret},
    time::Timestamp,
};

#[async_trait]
impl SecretWrites for Handle {
    async fn insert_secret(
        &mut self,
        id: SecretId,
        scope: ScopeId,
        description: &Description,
        by: Option<PrincipalId>,
        at: Timestamp,
    ) -> Result<Secret> {
        self.insert_secrets(&[(id, scope, description.clone())], by, at)
            .await?;
        let description = description.clone();
        Ok(Secret {
            id,
            scope,
            description,
            version: 0,
            created_at: at,
            changed_at: at,
            deleted_at: None,
        })
    }

    async fn insert_secrets(
        &mut self,
        secrets: &[(SecretId, ScopeId, Description)],
        by: Option<PrincipalId>,
        at: Timestamp,
    ) -> Result<()> {
        let (before, _) = self.cursor().await?;
        let mut rows = Vec::with_capacity(secrets.len());
        for (cursor, (id, scope, description)) in (before + 1..).zip(secrets) {
            rows.push((cursor, id, scope, description, json_text(&description.tags)?));
        }
        insert(
            self.db(),
            "INSERT INTO secrets (id, scope, name, folded, variable, kind, owner, tags, note, rotate_after_days, \
             expires_at, version, created_at, created_by, changed_at, cursor) ",
            &rows,
            |row, (cursor, id, scope, description, tags)| {
                row.push_bind(id.raw())
                    .push_bind(scope.raw())
                    .push_bind(description.name.as_str())
                    .push_bind(description.name.folded())
                    .push_bind(description.variable.as_ref().map(|variable| variable.as_str()))
                    .push_bind(description.kind.text())
                    .push_bind(raw_or_null(description.owner.as_ref()))
                    .push_bind(tags.as_str())
                    .push_bind(description.note.as_str())
                    .push_bind(description.rotate_after_days.map(i64::from))
                    .push_bind(description.expires_at.map(Timestamp::millis))
                    .push_bind(0_i64)
                    .push_bind(at.millis())
                    .push_bind(raw_or_null(by.as_ref()))
                    .push_bind(at.millis())
                    .push_bind(int(*cursor));
            },
        )
        .await?;
        let changes: Vec<_> = secrets
            .iter()
            .map(|(id, scope, _)| of_secret(ChangeKind::Secret, *scope, *id))
            .collect();
        self.record_changes(&changes).await?;
        Ok(())
    }

    async fn describe_secret(
        &mut self,
        id: SecretId,
        description: &Description,
        _at: Timestamp,
    ) -> Result<bool> {
        let row = sqlx::query(
            "UPDATE secrets SET name = $2, folded = $3, variable = $4, kind = $5, owner = $6, tags = $7, note = $8, \
             rotate_after_days = $9, expires_at = $10 WHERE id = $1 AND deleted_at IS NULL RETURNING scope",
        )
        .bind(id.raw())
        .bind(description.name.as_str())
        .bind(description.name.folded())
        .bind(description.variable.as_ref().map(|variable| variable.as_str()))
        .bind(description.kind.text())
        .bind(raw_or_null(description.owner.as_ref()))
        .bind(json_text(&description.tags)?)
        .bind(&description.note)
        .bind(description.rotate_after_days.map(i64::from))
        .bind(description.expires_at.map(Timestamp::millis))
        .fetch_optional(self.db())
        .await?;
        let scope = one(row.as_ref(), |cells| cells.id())?;
        self.moved_on(id, scope).await
    }

    async fn move_secret(&mut self, id: SecretId, to: ScopeId, _at: Timestamp) -> Result<bool> {
        let Some(secret) = self
            .secret(id)
            .await?
            .filter(|secret| secret.deleted_at.is_none())
        else {
            return Ok(false);
        };
        if secret.scope == to {
            return Ok(true);
        }
        sqlx::query("UPDATE secrets SET scope = $2 WHERE id = $1")
            .bind(id.raw())
            .bind(to.raw())
            .execute(self.db())
            .await?;
        self.tell(of_secret(ChangeKind::SecretGone, secret.scope, id))
            .await?;
        self.moved_on(id, Some(to)).await
    }

    async fn delete_secret(&mut self, id: SecretId, by: PrincipalId, at: Timestamp) -> Result<bool> {
        let row = sqlx::query(
            "UPDATE secrets SET deleted_at = $2, deleted_by = $3 WHERE id = $1 AND deleted_at IS NULL RETURNING scope",
        )
        .bind(id.raw())
        .bind(at.millis())
        .bind(by.raw())
        .fetch_optional(self.db())
        .await?;
        let scope = one(row.as_ref(), |cells| cells.id())?;
        self.moved_on(id, scope).await
    }

    async fn restore_secret(&mut self, id: SecretId, _at: Timestamp) -> Result<bool> {
        let row = sqlx::query(
            "UPDATE secrets SET deleted_at = NULL, deleted_by = NULL WHERE id = $1 AND deleted_at IS NOT NULL \
             RETURNING scope",
        )
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        let scope = one(row.as_ref(), |cells| cells.id())?;
        self.moved_on(id, scope).await
    }

    async fn erase_secret(&mut self, id: SecretId, _at: Timestamp) -> Result<bool> {
        let Some(secret) = self
            .secret(id)
            .await?
            .filter(|secret| secret.deleted_at.is_some())
        else {
            return Ok(false);
        };
        sqlx::query("DELETE FROM secret_versions WHERE secret = $1")
            .bind(id.raw())
            .execute(self.db())
            .await?;
        sqlx::query("DELETE FROM secrets WHERE id = $1")
            .bind(id.raw())
            .execute(self.db())
            .await?;
        self.tell(of_secret(ChangeKind::SecretGone, secret.scope, id))
            .await?;
        Ok(true)
    }
}

impl Handle {
    /// Tells of a secret's change and moves its cursor there; false without a scope, which means that it was not found.
    pub async fn moved_on(&mut self, id: SecretId, scope: Option<ScopeId>) -> Result<bool> {
        let Some(scope) = scope else { return Ok(false) };
        let cursor = self.tell(of_secret(ChangeKind::Secret, scope, id)).await?;
        let done = sqlx::query("UPDATE secrets SET cursor = $2 WHERE id = $1")
            .bind(id.raw())
            .bind(int(cursor))
            .execute(self.db())
            .await?;
        if done.rows_affected() == 0 {
            Err(Conflict::Missing.into())
        } else {
            Ok(true)
        }
    }
}

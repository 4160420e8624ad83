//! Delegations of files, and what was applied.

use super::{
    cells::{Cells, all, json_text, one},
    handle::Handle,
    texts,
};
use crate::{
    Result,
    codes::Coded as _,
    files::{FileDelegation, FileObject, FileObjectKind, FileReads, FileWrites},
    raw_id::RawId as _,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{GrantId, RoleId},
    time::Timestamp,
};

#[async_trait]
impl FileReads for Handle {
    async fn file_delegation(&mut self, grant: GrantId) -> Result<Option<FileDelegation>> {
        let row = sqlx::query(
            "SELECT f.given, f.may_grant, f.roles, f.guardrails, f.approved_by FROM file_delegations f WHERE f.given = $1",
        )
        .bind(grant.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), delegation)
    }

    async fn file_delegations(&mut self, now: Timestamp) -> Result<Vec<FileDelegation>> {
        let rows = sqlx::query(
            "SELECT f.given, f.may_grant, f.roles, f.guardrails, f.approved_by FROM file_delegations f \
             JOIN grants g ON g.id = f.given \
             WHERE g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1) ORDER BY f.given",
        )
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, delegation)
    }

    async fn file_objects(&mut self, kind: FileObjectKind, ids: &[String]) -> Result<Vec<FileObject>> {
        let rows = sqlx::query(concat!(
            "SELECT f.kind, f.id, f.digest, f.applied_at, f.applied_by FROM file_objects f \
             WHERE f.kind = $1 AND f.id ",
            any_text!("$2"),
            " ORDER BY f.id"
        ))
        .bind(kind.text())
        .bind(texts(ids.iter().map(String::as_str)))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(FileObject {
                kind: cells.code()?,
                id: cells.take()?,
                digest: cells.digest()?,
                applied_at: cells.time()?,
                applied_by: cells.id()?,
            })
        })
    }

    async fn role_is_named(&mut self, role: RoleId) -> Result<bool> {
        let found = sqlx::query(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM grants g WHERE g.role = $1) \
             OR EXISTS (SELECT 1 FROM emergency_rights y WHERE y.role = $1)",
        )
        .bind(role.raw())
        .fetch_optional(self.db())
        .await?;
        Ok(found.is_some())
    }
}

#[async_trait]
impl FileWrites for Handle {
    async fn insert_file_delegation(&mut self, delegation: &FileDelegation) -> Result<()> {
        sqlx::query(
            "INSERT INTO file_delegations (given, may_grant, roles, guardrails, approved_by) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(delegation.grant.raw())
        .bind(json_text(&delegation.may_grant)?)
        .bind(i64::from(delegation.roles))
        .bind(i64::from(delegation.guardrails))
        .bind(delegation.approved_by.raw())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn put_file_objects(&mut self, objects: &[FileObject]) -> Result<()> {
        for object in objects {
            sqlx::query(
                "INSERT INTO file_objects (kind, id, digest, applied_at, applied_by) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (kind, id) DO UPDATE SET digest = excluded.digest, applied_at = excluded.applied_at, \
                 applied_by = excluded.applied_by",
            )
            .bind(object.kind.text())
            .bind(&object.id)
            .bind(object.digest.as_slice())
            .bind(object.applied_at.millis())
            .bind(object.applied_by.raw())
            .execute(self.db())
            .await?;
        }
        Ok(())
    }

    async fn forget_file_objects(&mut self, kind: FileObjectKind, ids: &[String]) -> Result<()> {
        sqlx::query(concat!(
            "DELETE FROM file_objects WHERE kind = $1 AND id ",
            any_text!("$2")
        ))
        .bind(kind.text())
        .bind(texts(ids.iter().map(String::as_str)))
        .execute(self.db())
        .await?;
        Ok(())
    }
}

fn delegation(cells: &mut Cells<'_>) -> Result<FileDelegation> {
    Ok(FileDelegation {
        grant: cells.id()?,
        may_grant: cells.json()?,
        roles: cells.flag()?,
        guardrails: cells.flag()?,
        approved_by: cells.id()?,
    })
}

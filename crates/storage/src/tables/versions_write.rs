//! Writes of versions.

use super::{
    cells::{Cells, all, one},
    changes::of_secret,
    handle::Handle,
    ids,
    rows::insert,
};
use crate::{
    Conflict, Result,
    changes::{ChangeKind, ChangeWrites as _},
    codes::Coded as _,
    raw_id::{RawId as _, int, raw_or_null},
    versions::{SealedVersion, VersionWrites, WrappedKey},
};
use async_trait::async_trait;
use claviger_model::{ids::SecretId, secret::Stage, time::Timestamp};

#[async_trait]
impl VersionWrites for Handle {
    async fn next_version(&mut self, secret: SecretId) -> Result<u64> {
        let row = sqlx::query("SELECT MAX(v.version) FROM secret_versions v WHERE v.secret = $1")
            .bind(secret.raw())
            .fetch_one(self.db())
            .await?;
        Ok(Cells::of(&row).number_or_null::<u64>()?.unwrap_or(0) + 1)
    }

    async fn add_version(&mut self, added: &SealedVersion) -> Result<()> {
        let version = &added.version;
        if version.stage == Stage::Current {
            self.step_back(version.secret).await?;
        }
        self.insert_versions(std::slice::from_ref(added)).await?;
        if version.stage == Stage::Current {
            self.set_current(version.secret, version.version, version.created_at)
                .await?;
        }
        Ok(())
    }

    async fn add_first_versions(&mut self, added: &[SealedVersion]) -> Result<()> {
        self.insert_versions(added).await?;
        let secrets: Vec<SecretId> = added.iter().map(|sealed| sealed.version.secret).collect();
        let rows = sqlx::query(concat!(
            "UPDATE secrets SET version = (SELECT v.version FROM secret_versions v WHERE v.secret = secrets.id \
             AND v.stage = 'current') WHERE id ",
            any!("$1"),
            " RETURNING scope, id"
        ))
        .bind(ids(&secrets))
        .fetch_all(self.db())
        .await?;
        let changes = all(&rows, |cells| {
            Ok(of_secret(ChangeKind::Secret, cells.id()?, cells.id()?))
        })?;
        let newest = self.record_changes(&changes).await?;
        // One cursor for all of them: the feed tells each, and all come in one commit.
        sqlx::query(concat!("UPDATE secrets SET cursor = $1 WHERE id ", any!("$2")))
            .bind(int(newest))
            .bind(ids(&secrets))
            .execute(self.db())
            .await?;
        Ok(())
    }

    async fn make_current(&mut self, secret: SecretId, version: u64, at: Timestamp) -> Result<bool> {
        let row = sqlx::query("SELECT v.stage FROM secret_versions v WHERE v.secret = $1 AND v.version = $2")
            .bind(secret.raw())
            .bind(int(version))
            .fetch_optional(self.db())
            .await?;
        match one(row.as_ref(), |cells| cells.code())? {
            None | Some(Stage::Current) => return Ok(false),
            Some(_) => {}
        }
        self.step_back(secret).await?;
        sqlx::query("UPDATE secret_versions SET stage = 'current' WHERE secret = $1 AND version = $2")
            .bind(secret.raw())
            .bind(int(version))
            .execute(self.db())
            .await?;
        self.set_current(secret, version, at).await?;
        Ok(true)
    }

    async fn rewrap_data_keys(&mut self, keys: &[WrappedKey]) -> Result<()> {
        for key in keys {
            sqlx::query(
                "UPDATE secret_versions SET data_key = $3, kek = $4 WHERE secret = $1 AND version = $2",
            )
            .bind(key.secret.raw())
            .bind(int(key.version))
            .bind(key.data_key.as_slice())
            .bind(key.kek.raw())
            .execute(self.db())
            .await?;
        }
        Ok(())
    }
}

impl Handle {
    /// The current version becomes previous, the previous one retired.
    async fn step_back(&mut self, secret: SecretId) -> Result<()> {
        sqlx::query(
            "UPDATE secret_versions SET stage = CASE stage WHEN 'current' THEN 'previous' ELSE 'retired' END \
             WHERE secret = $1 AND stage IN ('current', 'previous')",
        )
        .bind(secret.raw())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn set_current(&mut self, secret: SecretId, version: u64, at: Timestamp) -> Result<()> {
        let row =
            sqlx::query("UPDATE secrets SET version = $2, changed_at = $3 WHERE id = $1 RETURNING scope")
                .bind(secret.raw())
                .bind(int(version))
                .bind(at.millis())
                .fetch_optional(self.db())
                .await?;
        let scope = one(row.as_ref(), |cells| cells.id())?.ok_or(Conflict::Missing)?;
        self.moved_on(secret, Some(scope)).await?;
        Ok(())
    }

    async fn insert_versions(&mut self, added: &[SealedVersion]) -> Result<()> {
        insert(
            self.db(),
            "INSERT INTO secret_versions (secret, version, stage, size, is_binary, created_at, created_by, envelope, \
             data_key, kek, fingerprint) ",
            added,
            |row, sealed| {
                let version = &sealed.version;
                row.push_bind(version.secret.raw())
                    .push_bind(int(version.version))
                    .push_bind(version.stage.text())
                    .push_bind(i64::from(version.size))
                    .push_bind(i64::from(version.binary))
                    .push_bind(version.created_at.millis())
                    .push_bind(raw_or_null(version.created_by.as_ref()))
                    .push_bind(sealed.envelope.as_slice())
                    .push_bind(sealed.data_key.as_slice())
                    .push_bind(sealed.kek.raw())
                    .push_bind(sealed.fingerprint.as_slice());
            },
        )
        .await
    }
}

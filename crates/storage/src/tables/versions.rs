//! Versions of values.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids, list,
};
use crate::{
    Digest, Result,
    raw_id::{RawId as _, int},
    versions::{CurrentNumber, CurrentVersion, SealedVersion, Version, VersionReads, WrappedKey},
};
use async_trait::async_trait;
use claviger_model::ids::{KeyId, SecretId};

/// How the living of a bound list of secrets stand.
macro_rules! current_numbers {
    ($place:literal) => {
        concat!(
            "SELECT s.id, s.scope, s.name, s.version, s.cursor FROM secrets s \
             WHERE s.deleted_at IS NULL AND s.version > 0 AND s.id ",
            any!($place)
        )
    };
}
pub(super) use current_numbers;

/// Reads [`current_numbers!`].
pub fn current_number(cells: &mut Cells<'_>) -> Result<CurrentNumber> {
    Ok(CurrentNumber {
        secret: cells.id()?,
        scope: cells.id()?,
        name: cells.name()?,
        version: cells.number()?,
        cursor: cells.number()?,
    })
}

#[async_trait]
impl VersionReads for Handle {
    async fn versions(&mut self, secret: SecretId) -> Result<Vec<Version>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            version_columns!(),
            " FROM secret_versions v WHERE v.secret = $1 ORDER BY v.version DESC"
        ))
        .bind(secret.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, version)
    }

    async fn sealed_version(&mut self, secret: SecretId, version: u64) -> Result<Option<SealedVersion>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            sealed_columns!(),
            " FROM secret_versions v WHERE v.secret = $1 AND v.version = $2"
        ))
        .bind(secret.raw())
        .bind(int(version))
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), sealed)
    }

    async fn current_sealed(&mut self, secrets: &[SecretId]) -> Result<Vec<CurrentVersion>> {
        let rows = sqlx::query(concat!(
            "SELECT s.scope, s.cursor, ",
            sealed_columns!(),
            " FROM secrets s JOIN secret_versions v ON v.secret = s.id AND v.version = s.version \
             WHERE s.deleted_at IS NULL AND s.id ",
            any!("$1")
        ))
        .bind(ids(secrets))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(CurrentVersion {
                scope: cells.id()?,
                cursor: cells.number()?,
                sealed: sealed(cells)?,
            })
        })
    }

    async fn current_numbers(&mut self, secrets: &[SecretId]) -> Result<Vec<CurrentNumber>> {
        let rows = sqlx::query(current_numbers!("$1"))
            .bind(ids(secrets))
            .fetch_all(self.db())
            .await?;
        all(&rows, current_number)
    }

    async fn versions_with_fingerprint(
        &mut self,
        fingerprints: &[Digest],
        limit: u32,
    ) -> Result<Vec<Version>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            version_columns!(),
            " FROM secret_versions v WHERE v.fingerprint ",
            any!("$1"),
            " ORDER BY CASE v.stage WHEN 'current' THEN 0 ELSE 1 END, v.secret, v.version LIMIT $2"
        ))
        .bind(list(fingerprints.iter().map(Digest::as_slice)))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, version)
    }

    async fn data_keys_under(&mut self, kek: KeyId, limit: u32) -> Result<Vec<WrappedKey>> {
        let rows = sqlx::query(
            "SELECT v.secret, v.version, v.data_key, v.kek FROM secret_versions v WHERE v.kek = $1 LIMIT $2",
        )
        .bind(kek.raw())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(WrappedKey {
                secret: cells.id()?,
                version: cells.number()?,
                data_key: cells.take()?,
                kek: cells.id()?,
            })
        })
    }

    async fn count_data_keys(&mut self, kek: KeyId) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) FROM secret_versions v WHERE v.kek = $1")
            .bind(kek.raw())
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }
}

fn version(cells: &mut Cells<'_>) -> Result<Version> {
    Ok(Version {
        secret: cells.id()?,
        version: cells.number()?,
        stage: cells.code()?,
        size: cells.number()?,
        binary: cells.flag()?,
        created_at: cells.time()?,
        created_by: cells.id_or_null()?,
    })
}

fn sealed(cells: &mut Cells<'_>) -> Result<SealedVersion> {
    Ok(SealedVersion {
        version: version(cells)?,
        envelope: cells.take()?,
        data_key: cells.take()?,
        kek: cells.id()?,
        fingerprint: cells.digest()?,
    })
}

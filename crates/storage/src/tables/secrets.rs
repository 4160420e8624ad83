//! Reads of secrets' metadata.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Result,
    raw_id::{RawId as _, int},
    secrets::{ChangedSecret, ScopeState, SecretFacts, SecretKey, SecretReads},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{ScopeId, SecretId},
    name::Name,
    secret::{Description, Secret},
    time::Timestamp,
};

macro_rules! secrets {
    ($condition:expr) => {
        concat!("SELECT ", secret_columns!(), " FROM secrets s WHERE ", $condition)
    };
}

/// What else is known of a secret; with its current version joined as `v`.
macro_rules! fact_columns {
    () => {
        "s.cursor, COALESCE(v.size, 0), s.deleted_by"
    };
}

macro_rules! with_current_version {
    () => {
        " FROM secrets s LEFT JOIN secret_versions v ON v.secret = s.id AND v.version = s.version WHERE "
    };
}

/// The condition of a page ordered by (scope, id), in the part that is named.
macro_rules! in_page {
    ($part:literal) => {
        concat!(
            $part,
            " AND s.scope ",
            any!("$1"),
            " AND (s.scope > $2 OR s.id > $3) ORDER BY s.scope, s.id LIMIT $4"
        )
    };
}

macro_rules! page {
    ($part:literal) => {
        secrets!(in_page!($part))
    };
}

#[async_trait]
impl SecretReads for Handle {
    async fn secret(&mut self, id: SecretId) -> Result<Option<Secret>> {
        let row = sqlx::query(secrets!("s.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), secret)
    }

    async fn secrets(&mut self, wanted: &[SecretId]) -> Result<Vec<Secret>> {
        let rows = sqlx::query(secrets!(concat!("s.id ", any!("$1"))))
            .bind(ids(wanted))
            .fetch_all(self.db())
            .await?;
        all(&rows, secret)
    }

    async fn secret_facts(&mut self, wanted: &[SecretId]) -> Result<Vec<SecretFacts>> {
        let rows = sqlx::query(concat!(
            "SELECT s.id, ",
            fact_columns!(),
            with_current_version!(),
            "s.id ",
            any!("$1")
        ))
        .bind(ids(wanted))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            let id = cells.id()?;
            facts(id, cells)
        })
    }

    async fn secret_named(&mut self, scope: ScopeId, name: &Name) -> Result<Option<Secret>> {
        let row = sqlx::query(secrets!(
            "s.scope = $1 AND s.folded = $2 AND s.deleted_at IS NULL"
        ))
        .bind(scope.raw())
        .bind(name.folded())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), secret)
    }

    async fn secrets_in(
        &mut self,
        scopes: &[ScopeId],
        after: Option<SecretKey>,
        limit: u32,
    ) -> Result<Vec<Secret>> {
        paged(self, page!("s.deleted_at IS NULL"), scopes, after, limit, secret).await
    }

    async fn secrets_with_facts_in(
        &mut self,
        scopes: &[ScopeId],
        after: Option<SecretKey>,
        limit: u32,
    ) -> Result<Vec<(Secret, SecretFacts)>> {
        let query = concat!(
            "SELECT ",
            secret_columns!(),
            ", ",
            fact_columns!(),
            with_current_version!(),
            in_page!("s.deleted_at IS NULL")
        );
        paged(self, query, scopes, after, limit, |cells| {
            let secret = secret(cells)?;
            let facts = facts(secret.id, cells)?;
            Ok((secret, facts))
        })
        .await
    }

    async fn bin_in(
        &mut self,
        scopes: &[ScopeId],
        after: Option<SecretKey>,
        limit: u32,
    ) -> Result<Vec<Secret>> {
        paged(
            self,
            page!("s.deleted_at IS NOT NULL"),
            scopes,
            after,
            limit,
            secret,
        )
        .await
    }

    async fn secrets_changed(
        &mut self,
        scopes: &[ScopeId],
        since: u64,
        limit: u32,
    ) -> Result<Vec<ChangedSecret>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            secret_columns!(),
            ", s.cursor FROM secrets s WHERE s.scope ",
            any!("$1"),
            " AND s.cursor > $2 ORDER BY s.cursor LIMIT $3"
        ))
        .bind(ids(scopes))
        .bind(int(since))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(ChangedSecret {
                secret: secret(cells)?,
                cursor: cells.number()?,
            })
        })
    }

    async fn scope_states(&mut self, scopes: &[ScopeId]) -> Result<Vec<(ScopeId, ScopeState)>> {
        let rows = sqlx::query(concat!(
            "SELECT s.scope, COUNT(*), MAX(s.cursor) FROM secrets s WHERE s.scope ",
            any!("$1"),
            " GROUP BY s.scope"
        ))
        .bind(ids(scopes))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            let scope = cells.id()?;
            let (secrets, newest) = (cells.number()?, cells.number()?);
            Ok((scope, ScopeState { secrets, newest }))
        })
    }

    async fn count_secrets(&mut self, scopes: &[ScopeId]) -> Result<Vec<(ScopeId, u64)>> {
        let rows = sqlx::query(concat!(
            "SELECT s.scope, COUNT(*) FROM secrets s WHERE s.deleted_at IS NULL AND s.scope ",
            any!("$1"),
            " GROUP BY s.scope ORDER BY s.scope"
        ))
        .bind(ids(scopes))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.number()?)))
    }

    async fn bin_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<Secret>> {
        let rows = sqlx::query(secrets!(
            "s.deleted_at IS NOT NULL AND s.deleted_at < $1 ORDER BY s.deleted_at, s.id LIMIT $2"
        ))
        .bind(moment.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, secret)
    }
}

async fn paged<T>(
    handle: &mut Handle,
    query: &'static str,
    scopes: &[ScopeId],
    after: Option<SecretKey>,
    limit: u32,
    read: fn(&mut Cells<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    // Scopes that earlier pages have exhausted are not asked for again, so that a page costs what it shows.
    let wanted: Vec<ScopeId> = match after {
        Some(key) => scopes
            .iter()
            .filter(|scope| **scope >= key.scope)
            .copied()
            .collect(),
        None => scopes.to_vec(),
    };
    let rows = sqlx::query(query)
        .bind(ids(&wanted))
        .bind(after.as_ref().map(|key| key.scope.raw()).unwrap_or_default())
        .bind(after.as_ref().map(|key| key.id.raw()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(handle.db())
        .await?;
    all(&rows, read)
}

/// Reads `fact_columns!`.
fn facts(id: SecretId, cells: &mut Cells<'_>) -> Result<SecretFacts> {
    Ok(SecretFacts {
        id,
        cursor: cells.number()?,
        size: cells.number()?,
        deleted_by: cells.id_or_null()?,
    })
}

/// Reads `secret_columns!`.
pub fn secret(cells: &mut Cells<'_>) -> Result<Secret> {
    let (id, scope) = (cells.id()?, cells.id()?);
    let description = Description {
        name: cells.name()?,
        variable: cells.parsed_or_null()?,
        kind: cells.code()?,
        owner: cells.id_or_null()?,
        tags: cells.json()?,
        note: cells.take()?,
        rotate_after_days: cells.number_or_null()?,
        expires_at: cells.time_or_null()?,
    };
    Ok(Secret {
        id,
        scope,
        description,
        version: cells.number()?,
        created_at: cells.time()?,
        changed_at: cells.time()?,
        deleted_at: cells.time_or_null()?,
    })
}

//! The server's keys and the generations of the key-encryption key, wrapped.

use super::{
    Connection,
    cells::{Cells, all},
};
use crate::{
    Conflict, Result,
    codes::Coded as _,
    organization::{KekGeneration, ServerKey},
    raw_id::RawId as _,
};
use claviger_model::{ids::KeyId, time::Timestamp};

pub async fn keys(db: &mut Connection) -> Result<Vec<ServerKey>> {
    let rows = sqlx::query(
        "SELECT k.id, k.purpose, k.generation, k.public, k.wrapped, k.kek, k.cosignature, k.created_at, k.retired_at \
         FROM server_keys k ORDER BY k.generation, k.purpose",
    )
    .fetch_all(db)
    .await?;
    all(&rows, |cells| {
        Ok(ServerKey {
            id: cells.id()?,
            purpose: cells.code()?,
            generation: cells.number()?,
            public: cells.take()?,
            wrapped: cells.take()?,
            kek: cells.id()?,
            cosignature: cells.take()?,
            created_at: cells.time()?,
            retired_at: cells.time_or_null()?,
        })
    })
}

pub async fn keks(db: &mut Connection) -> Result<Vec<KekGeneration>> {
    let rows = sqlx::query(
        "SELECT k.id, k.generation, k.wrapped, k.next_wrapped, k.created_at, k.retired_at FROM kek_generations k \
         ORDER BY k.generation",
    )
    .fetch_all(db)
    .await?;
    all(&rows, kek)
}

fn kek(cells: &mut Cells<'_>) -> Result<KekGeneration> {
    Ok(KekGeneration {
        id: cells.id()?,
        generation: cells.number()?,
        wrapped: cells.take()?,
        next_wrapped: cells.take()?,
        created_at: cells.time()?,
        retired_at: cells.time_or_null()?,
    })
}

pub async fn put_key(db: &mut Connection, key: &ServerKey) -> Result<()> {
    sqlx::query(
        "INSERT INTO server_keys (id, purpose, generation, public, wrapped, kek, cosignature, created_at, retired_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(key.id.raw())
    .bind(key.purpose.text())
    .bind(i64::from(key.generation))
    .bind(key.public.as_slice())
    .bind(key.wrapped.as_slice())
    .bind(key.kek.raw())
    .bind(key.cosignature.as_deref())
    .bind(key.created_at.millis())
    .bind(key.retired_at.map(Timestamp::millis))
    .execute(db)
    .await?;
    Ok(())
}

pub async fn retire_key(db: &mut Connection, key: KeyId, at: Timestamp) -> Result<()> {
    let done = sqlx::query(
        "UPDATE server_keys SET retired_at = $2, wrapped = $3 WHERE id = $1 AND retired_at IS NULL",
    )
    .bind(key.raw())
    .bind(at.millis())
    .bind(b"".as_slice())
    .execute(db)
    .await?;
    changed(done.rows_affected())
}

pub async fn rewrap_key(db: &mut Connection, key: KeyId, wrapped: &[u8], kek: KeyId) -> Result<()> {
    let done = sqlx::query("UPDATE server_keys SET wrapped = $2, kek = $3 WHERE id = $1")
        .bind(key.raw())
        .bind(wrapped)
        .bind(kek.raw())
        .execute(db)
        .await?;
    changed(done.rows_affected())
}

pub async fn put_kek(db: &mut Connection, kek: &KekGeneration) -> Result<()> {
    sqlx::query(
        "INSERT INTO kek_generations (id, generation, wrapped, next_wrapped, created_at, retired_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(kek.id.raw())
    .bind(i64::from(kek.generation))
    .bind(kek.wrapped.as_slice())
    .bind(kek.next_wrapped.as_deref())
    .bind(kek.created_at.millis())
    .bind(kek.retired_at.map(Timestamp::millis))
    .execute(db)
    .await?;
    Ok(())
}

pub async fn retire_kek(db: &mut Connection, kek: KeyId, at: Timestamp) -> Result<()> {
    let done = sqlx::query("UPDATE kek_generations SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL")
        .bind(kek.raw())
        .bind(at.millis())
        .execute(db)
        .await?;
    changed(done.rows_affected())
}

pub async fn rewrap_kek(
    db: &mut Connection,
    kek: KeyId,
    wrapped: &[u8],
    next_wrapped: Option<&[u8]>,
) -> Result<()> {
    let done = sqlx::query("UPDATE kek_generations SET wrapped = $2, next_wrapped = $3 WHERE id = $1")
        .bind(kek.raw())
        .bind(wrapped)
        .bind(next_wrapped)
        .execute(db)
        .await?;
    changed(done.rows_affected())
}

pub async fn destroy_kek(db: &mut Connection, kek: KeyId) -> Result<bool> {
    let done = sqlx::query(
        "DELETE FROM kek_generations WHERE id = $1 AND retired_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM secret_versions v WHERE v.kek = $1) \
         AND NOT EXISTS (SELECT 1 FROM server_keys k WHERE k.kek = $1)",
    )
    .bind(kek.raw())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn changed(rows: u64) -> Result<()> {
    if rows == 0 {
        Err(Conflict::Changed.into())
    } else {
        Ok(())
    }
}

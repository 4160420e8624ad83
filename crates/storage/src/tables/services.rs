//! Service identities and their keys.

use super::{
    cells::{Cells, all, json_text, one},
    handle::Handle,
    ids,
    principals::principal,
};
use crate::{
    Conflict, Digest, Result, StorageError,
    codes::Coded as _,
    principals::{NamePlace, Principal},
    raw_id::{RawId as _, raw_or_null},
    services::{KeyEnded, Service, ServiceKey, ServiceReads, ServiceWrites},
    translate::said,
    usage::Day,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{KeyId, PrincipalId},
    time::Timestamp,
};

macro_rules! keys {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            service_key_columns!(),
            " FROM service_keys k WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl ServiceReads for Handle {
    async fn service(&mut self, id: PrincipalId) -> Result<Option<Service>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            service_columns!(),
            " FROM services v WHERE v.principal = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), service)
    }

    async fn services(&mut self, after: Option<&NamePlace>, limit: u32) -> Result<Vec<(Service, Principal)>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            service_columns!(),
            ", ",
            principal_columns!(),
            " FROM services v JOIN principals p ON p.id = v.principal \
             WHERE p.folded > $1 OR (p.folded = $1 AND p.id > $2) ORDER BY p.folded, p.id LIMIT $3"
        ))
        .bind(after.map_or("", |place| place.folded.as_str()))
        .bind(raw_or_null(after.map(|place| &place.id)).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((service(cells)?, principal(cells)?)))
    }

    async fn service_key(&mut self, id: KeyId) -> Result<Option<ServiceKey>> {
        let row = sqlx::query(keys!("k.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), key)
    }

    async fn service_key_by_jkt(&mut self, jkt: &Digest) -> Result<Option<ServiceKey>> {
        let row = sqlx::query(keys!("k.jkt = $1"))
            .bind(jkt.as_slice())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), key)
    }

    async fn keys_of(&mut self, services: &[PrincipalId]) -> Result<Vec<ServiceKey>> {
        let rows = sqlx::query(keys!(concat!(
            "k.service ",
            any!("$1"),
            " ORDER BY k.made_at DESC, k.id"
        )))
        .bind(ids(services))
        .fetch_all(self.db())
        .await?;
        all(&rows, key)
    }

    async fn services_keyed_by(
        &mut self,
        services: &[PrincipalId],
        maker: PrincipalId,
        now: Timestamp,
    ) -> Result<Vec<PrincipalId>> {
        let rows = sqlx::query(concat!(
            "SELECT DISTINCT k.service FROM service_keys k WHERE k.made_by = $2 AND k.ended_at IS NULL AND k.ends_at > $3 \
             AND k.service ",
            any!("$1")
        ))
        .bind(ids(services))
        .bind(maker.raw())
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.id())
    }

    async fn services_answered_for(
        &mut self,
        owners: &[PrincipalId],
        maker: Option<PrincipalId>,
        now: Timestamp,
    ) -> Result<Vec<Principal>> {
        let rows = sqlx::query(concat!(
            "WITH theirs (id) AS (SELECT o.id FROM principals o WHERE o.kind = 'service' AND o.owner ",
            any!("$1"),
            " UNION SELECT k.service FROM service_keys k \
             WHERE k.made_by = $2 AND k.ended_at IS NULL AND k.ends_at > $3) SELECT ",
            principal_columns!(),
            " FROM theirs t JOIN principals p ON p.id = t.id ORDER BY p.id"
        ))
        .bind(ids(owners))
        .bind(raw_or_null(maker.as_ref()))
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, principal)
    }

    async fn key_uses(&mut self, keys: &[KeyId], since: Day) -> Result<Vec<(KeyId, u64)>> {
        let rows = sqlx::query(concat!(
            "SELECT u.service_key, CAST(SUM(u.uses) AS BIGINT) FROM service_key_uses u \
             WHERE u.day >= $2 AND u.service_key ",
            any!("$1"),
            " GROUP BY u.service_key"
        ))
        .bind(ids(keys))
        .bind(since.0)
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.number()?)))
    }
}

#[async_trait]
impl ServiceWrites for Handle {
    async fn insert_service(&mut self, service: &Service) -> Result<()> {
        sqlx::query(
            "INSERT INTO services (principal, kind, home, made_by, made_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(service.principal.raw())
        .bind(service.kind.text())
        .bind(service.home.raw())
        .bind(raw_or_null(service.made_by.as_ref()))
        .bind(service.made_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn insert_service_key(&mut self, key: &ServiceKey) -> Result<()> {
        sqlx::query(
            "INSERT INTO service_keys (id, service, name, jkt, networks, made_by, made_at, ends_at, last_used_at, ended_at, \
             ended_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(key.id.raw())
        .bind(key.service.raw())
        .bind(key.name.as_str())
        .bind(key.jkt.as_slice())
        .bind(json_text(&key.networks)?)
        .bind(key.made_by.raw())
        .bind(key.made_at.millis())
        .bind(key.ends_at.millis())
        .bind(key.last_used_at.map(Timestamp::millis))
        .bind(key.ended.map(|ended| ended.at.millis()))
        .bind(raw_or_null(key.ended.as_ref().map(|ended| &ended.by)))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn end_service_key(&mut self, id: KeyId, ended: KeyEnded) -> Result<()> {
        let done = sqlx::query(
            "UPDATE service_keys SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL",
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

    async fn note_key_use(&mut self, id: KeyId, at: Timestamp) -> Result<()> {
        let day = Day::of(at);
        let known = sqlx::query("UPDATE service_keys SET last_used_at = $2 WHERE id = $1")
            .bind(id.raw())
            .bind(at.millis())
            .execute(self.db())
            .await?;
        if known.rows_affected() == 0 {
            return Err(Conflict::Missing.into());
        }
        sqlx::query(
            "INSERT INTO service_key_uses (service_key, day, uses) VALUES ($1, $2, 1) \
             ON CONFLICT (service_key, day) DO UPDATE SET uses = service_key_uses.uses + 1",
        )
        .bind(id.raw())
        .bind(day.0)
        .execute(self.db())
        .await?;
        sqlx::query("DELETE FROM service_key_uses WHERE service_key = $1 AND day < $2")
            .bind(id.raw())
            .bind(day.recent_since().0)
            .execute(self.db())
            .await?;
        Ok(())
    }
}

/// Reads `service_columns!`.
fn service(cells: &mut Cells<'_>) -> Result<Service> {
    Ok(Service {
        principal: cells.id()?,
        kind: cells.code()?,
        home: cells.id()?,
        made_by: cells.id_or_null()?,
        made_at: cells.time()?,
    })
}

/// Reads `service_key_columns!`.
pub fn key(cells: &mut Cells<'_>) -> Result<ServiceKey> {
    let (id, service, name, jkt) = (cells.id()?, cells.id()?, cells.name()?, cells.digest()?);
    let (networks, made_by, made_at) = (cells.json()?, cells.id()?, cells.time()?);
    let (ends_at, last_used_at) = (cells.time()?, cells.time_or_null()?);
    let ended = match (cells.time_or_null()?, cells.id_or_null()?) {
        (Some(at), Some(by)) => Some(KeyEnded { at, by }),
        (None, None) => None,
        _ => {
            return Err(StorageError::Corrupt {
                column: "ended_by".to_owned(),
                source: said("half an end"),
            });
        }
    };
    Ok(ServiceKey {
        id,
        service,
        name,
        jkt,
        networks,
        made_by,
        made_at,
        ends_at,
        last_used_at,
        ended,
    })
}

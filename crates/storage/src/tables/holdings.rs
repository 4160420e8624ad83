//! Who holds which value.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Result, StorageError,
    codes::Coded as _,
    holdings::{Held, HoldingReads, HoldingWrites, OfflineRead},
    raw_id::{RawId as _, int},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    blast::{Holding, How},
    event::EventKind,
    ids::{DeviceId, PrincipalId, SecretId},
    time::Timestamp,
};
use std::collections::BTreeSet;

macro_rules! holding_columns {
    () => {
        "h.principal, h.device, h.secret, h.version, h.how, h.times, h.first_at, h.last_at, h.event, h.kept_until"
    };
}

/// From holdings to the secrets that have the same value today.
macro_rules! held {
    ($condition:literal) => {
        concat!(
            "SELECT c.secret, c.version, ",
            holding_columns!(),
            " FROM holdings h JOIN secret_versions v ON v.secret = h.secret AND v.version = h.version \
             JOIN secret_versions c ON c.fingerprint = v.fingerprint AND c.stage = 'current' WHERE ",
            $condition,
            " ORDER BY c.secret, h.secret, h.version, h.device, h.how"
        )
    };
}

#[async_trait]
impl HoldingReads for Handle {
    async fn held_by(&mut self, principal: PrincipalId) -> Result<Vec<Held>> {
        let rows = sqlx::query(held!("h.principal = $1"))
            .bind(principal.raw())
            .fetch_all(self.db())
            .await?;
        all(&rows, held)
    }

    async fn held_on(&mut self, device: DeviceId, since: Timestamp) -> Result<Vec<Held>> {
        let rows = sqlx::query(held!("h.device = $1 AND h.last_at >= $2"))
            .bind(device.raw())
            .bind(since.millis())
            .fetch_all(self.db())
            .await?;
        all(&rows, held)
    }

    async fn value_held_of(&mut self, secret: SecretId) -> Result<Vec<Held>> {
        let rows = sqlx::query(concat!(
            "SELECT c.secret, c.version, ",
            holding_columns!(),
            " FROM secret_versions c JOIN secret_versions v ON v.fingerprint = c.fingerprint \
             JOIN holdings h ON h.secret = v.secret AND h.version = v.version \
             WHERE c.secret = $1 AND c.stage = 'current' ORDER BY h.principal, h.device, h.secret, h.version, h.how"
        ))
        .bind(secret.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, held)
    }

    async fn holdings_of(&mut self, versions: &[(SecretId, u64)]) -> Result<Vec<Holding>> {
        let secrets: BTreeSet<_> = versions.iter().map(|(secret, _)| *secret).collect();
        let secrets: Vec<_> = secrets.into_iter().collect();
        if secrets.is_empty() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(concat!(
            "SELECT ",
            holding_columns!(),
            " FROM holdings h WHERE h.secret ",
            any!("$1"),
            " ORDER BY h.principal, h.device, h.secret, h.version, h.how"
        ))
        .bind(ids(&secrets))
        .fetch_all(self.db())
        .await?;
        let wanted: BTreeSet<_> = versions.iter().copied().collect();
        let mut found = all(&rows, holding)?;
        found.retain(|holding| wanted.contains(&(holding.secret, holding.version)));
        Ok(found)
    }

    async fn leases_at_hand(&mut self, device: DeviceId, now: Timestamp) -> Result<(u64, Option<Timestamp>)> {
        let row = sqlx::query(
            "SELECT COUNT(DISTINCT r.secret), MAX(r.issued_at + r.max_age_ms) FROM releases r WHERE r.device = $1 \
             AND r.max_age_ms > 0 AND r.ended_at IS NULL AND r.issued_at + r.max_age_ms > $2",
        )
        .bind(device.raw())
        .bind(now.millis())
        .fetch_optional(self.db())
        .await?;
        let found = one(row.as_ref(), |cells| Ok((cells.number()?, cells.time_or_null()?)))?;
        Ok(found.unwrap_or_default())
    }
}

#[async_trait]
impl HoldingWrites for Handle {
    async fn note_offline_read(&mut self, read: &OfflineRead) -> Result<()> {
        sqlx::query(
            "INSERT INTO holdings AS h (principal, secret, version, device, how, times, first_at, last_at, event) \
             VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $7) \
             ON CONFLICT (principal, secret, version, device, how) DO UPDATE SET times = h.times + 1, \
             event = CASE WHEN excluded.last_at >= h.last_at THEN excluded.event ELSE h.event END, \
             first_at = CASE WHEN excluded.first_at < h.first_at THEN excluded.first_at ELSE h.first_at END, \
             last_at = CASE WHEN excluded.last_at > h.last_at THEN excluded.last_at ELSE h.last_at END",
        )
        .bind(read.principal.raw())
        .bind(read.secret.raw())
        .bind(int(read.version))
        .bind(read.device.raw())
        .bind(EventKind::SecretReadOffline.text())
        .bind(read.at.millis())
        .bind(read.event.raw())
        .execute(self.db())
        .await?;
        Ok(())
    }
}

fn held(cells: &mut Cells<'_>) -> Result<Held> {
    Ok(Held {
        secret: cells.id()?,
        version: cells.number()?,
        holding: holding(cells)?,
    })
}

fn holding(cells: &mut Cells<'_>) -> Result<Holding> {
    let (principal, device, secret, version) = (cells.id()?, cells.id()?, cells.id()?, cells.number()?);
    let kind: EventKind = cells.code()?;
    let how = How::of(kind).ok_or_else(|| StorageError::Corrupt {
        column: "how".to_owned(),
        source: said("no way in which a value is read"),
    })?;
    Ok(Holding {
        principal,
        device,
        secret,
        version,
        how,
        times: cells.number()?,
        first_at: cells.time()?,
        last_at: cells.time()?,
        event: cells.id()?,
        kept_until: cells.time_or_null()?,
    })
}

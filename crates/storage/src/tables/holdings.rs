//! Who holds which value.

use super::{
    Row,
    cells::{Cells, all, one},
    handle::Handle,
    list,
};
use crate::{
    Digest, Result, StorageError,
    codes::Coded as _,
    holdings::{Held, HoldingReads, HoldingWrites, OfflineRead},
    raw_id::{RawId as _, int},
    translate::said,
};
use async_trait::async_trait;
use claviger_model::{
    blast::{Current, Holding, How},
    event::EventKind,
    ids::{DeviceId, PrincipalId, SecretId},
    time::Timestamp,
};

macro_rules! holding_columns {
    () => {
        "h.principal, h.device, h.secret, h.version, h.how, h.times, h.first_at, h.last_at, h.event, h.kept_until"
    };
}

/// The values of some holdings.
macro_rules! values {
    ($columns:expr, $condition:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM holdings h JOIN secret_versions v ON v.secret = h.secret AND v.version = h.version WHERE ",
            $condition
        )
    };
}

/// Those holdings whose values are current somewhere.
macro_rules! held {
    ($condition:literal) => {
        concat!(
            values!(concat!("v.fingerprint, ", holding_columns!()), $condition),
            " AND EXISTS (SELECT 1 FROM secret_versions c WHERE c.fingerprint = v.fingerprint AND c.stage = 'current') \
             ORDER BY h.secret, h.version, h.principal, h.device, h.how"
        )
    };
}

/// Where those values stand.
macro_rules! stands {
    ($condition:literal) => {
        concat!(
            "SELECT c.secret, c.version, c.fingerprint FROM secret_versions c WHERE c.stage = 'current' \
             AND c.fingerprint IN (",
            values!("v.fingerprint", $condition),
            ") ORDER BY c.secret"
        )
    };
}

#[async_trait]
impl HoldingReads for Handle {
    async fn held_by(&mut self, principal: PrincipalId) -> Result<Held> {
        let current = sqlx::query(stands!("h.principal = $1"))
            .bind(principal.raw())
            .fetch_all(self.db())
            .await?;
        let holdings = sqlx::query(held!("h.principal = $1"))
            .bind(principal.raw())
            .fetch_all(self.db())
            .await?;
        both(&current, &holdings)
    }

    async fn held_on(&mut self, device: DeviceId, since: Timestamp) -> Result<Held> {
        let current = sqlx::query(stands!("h.device = $1 AND h.last_at >= $2"))
            .bind(device.raw())
            .bind(since.millis())
            .fetch_all(self.db())
            .await?;
        let holdings = sqlx::query(held!("h.device = $1 AND h.last_at >= $2"))
            .bind(device.raw())
            .bind(since.millis())
            .fetch_all(self.db())
            .await?;
        both(&current, &holdings)
    }

    async fn value_held_of(&mut self, secret: SecretId) -> Result<Held> {
        let current = sqlx::query(
            "SELECT c.secret, c.version, c.fingerprint FROM secret_versions c WHERE c.secret = $1 AND c.stage = 'current'",
        )
        .bind(secret.raw())
        .fetch_all(self.db())
        .await?;
        let holdings = sqlx::query(concat!(
            "SELECT v.fingerprint, ",
            holding_columns!(),
            " FROM secret_versions c JOIN secret_versions v ON v.fingerprint = c.fingerprint \
             JOIN holdings h ON h.secret = v.secret AND h.version = v.version \
             WHERE c.secret = $1 AND c.stage = 'current' ORDER BY h.secret, h.version, h.principal, h.device, h.how"
        ))
        .bind(secret.raw())
        .fetch_all(self.db())
        .await?;
        both(&current, &holdings)
    }

    async fn holdings_of(&mut self, fingerprints: &[Digest], limit: u32) -> Result<Vec<Holding>> {
        let rows = sqlx::query(concat!(
            values!(holding_columns!(), concat!("v.fingerprint ", any!("$1"))),
            " ORDER BY h.last_at DESC, h.principal, h.device, h.secret, h.version, h.how LIMIT $2"
        ))
        .bind(list(fingerprints.iter().map(Digest::as_slice)))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, holding)
    }

    async fn came_to(
        &mut self,
        principal: PrincipalId,
        secret: SecretId,
        version: u64,
    ) -> Result<Vec<Holding>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            holding_columns!(),
            " FROM holdings h WHERE h.principal = $1 AND h.secret = $2 AND h.version = $3 ORDER BY h.device, h.how"
        ))
        .bind(principal.raw())
        .bind(secret.raw())
        .bind(int(version))
        .fetch_all(self.db())
        .await?;
        all(&rows, holding)
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

fn both(current: &[Row], holdings: &[Row]) -> Result<Held> {
    Ok(Held {
        current: all(current, |cells| {
            Ok(Current {
                secret: cells.id()?,
                version: cells.number()?,
                fingerprint: cells.digest()?,
            })
        })?,
        holdings: all(holdings, |cells| Ok((cells.digest()?, holding(cells)?)))?,
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

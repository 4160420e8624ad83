//! Values that left the server.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
    rows::Inserts,
};
use crate::{
    Result,
    raw_id::{RawId as _, int, raw_or_null},
    releases::{AfterLease, Release, ReleaseReads, ReleaseWrites, SecretReader},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{DeviceId, EventId, PrincipalId, ScopeId, SecretId},
    time::Timestamp,
};

macro_rules! releases {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            release_columns!(),
            " FROM releases r WHERE ",
            $condition
        )
    };
}

/// A lease that has neither ended nor run out.
macro_rules! held {
    ($place:literal) => {
        concat!(
            "r.max_age_ms > 0 AND r.ended_at IS NULL AND r.issued_at + r.max_age_ms > ",
            $place
        )
    };
}

#[async_trait]
impl ReleaseReads for Handle {
    async fn release(&mut self, event: EventId) -> Result<Option<Release>> {
        let row = sqlx::query(releases!("r.event = $1"))
            .bind(event.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), release)
    }

    async fn leases_on(
        &mut self,
        device: DeviceId,
        now: Timestamp,
        after: Option<AfterLease>,
        limit: u32,
    ) -> Result<Vec<Release>> {
        let rows = sqlx::query(releases!(concat!(
            held!("$2"),
            " AND r.device = $1 AND (r.issued_at, r.event) > ($3, $4) ORDER BY r.issued_at, r.event LIMIT $5"
        )))
        .bind(device.raw())
        .bind(now.millis())
        .bind(after.map_or(i64::MIN, |after| after.issued_at.millis()))
        .bind(raw_or_null(after.map(|after| after.event).as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, release)
    }

    async fn count_leases_on(&mut self, device: DeviceId, now: Timestamp) -> Result<u64> {
        let row = sqlx::query(concat!(
            "SELECT COUNT(*) FROM releases r WHERE ",
            held!("$2"),
            " AND r.device = $1"
        ))
        .bind(device.raw())
        .bind(now.millis())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn leases_of(&mut self, secrets: &[SecretId], now: Timestamp) -> Result<Vec<Release>> {
        let rows = sqlx::query(releases!(concat!(
            held!("$2"),
            " AND r.secret ",
            any!("$1"),
            " ORDER BY r.issued_at, r.event"
        )))
        .bind(ids(secrets))
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, release)
    }

    async fn leases_below(
        &mut self,
        top: ScopeId,
        now: Timestamp,
        after: Option<(DeviceId, EventId)>,
        limit: u32,
    ) -> Result<Vec<(Release, ScopeId)>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            release_columns!(),
            ", s.scope FROM releases r JOIN secrets s ON s.id = r.secret \
             JOIN scope_ancestors a ON a.scope = s.scope WHERE ",
            held!("$2"),
            " AND a.ancestor = $1 AND (r.device, r.event) > ($3, $4) ORDER BY r.device, r.event LIMIT $5"
        ))
        .bind(top.raw())
        .bind(now.millis())
        .bind(raw_or_null(after.map(|(device, _)| device).as_ref()).unwrap_or_default())
        .bind(raw_or_null(after.map(|(_, event)| event).as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((release(cells)?, cells.id()?)))
    }

    async fn readers_since(&mut self, secret: SecretId, since: Timestamp) -> Result<Vec<SecretReader>> {
        let rows = sqlx::query(
            "SELECT r.principal, r.device, MAX(r.version), MAX(r.issued_at) FROM releases r \
             WHERE r.secret = $1 AND r.issued_at >= $2 GROUP BY r.principal, r.device ORDER BY r.principal, r.device",
        )
        .bind(secret.raw())
        .bind(since.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(SecretReader {
                principal: cells.id()?,
                device: cells.id()?,
                version: cells.number()?,
                last_at: cells.time()?,
            })
        })
    }

    async fn read_by(
        &mut self,
        principal: PrincipalId,
        after: Option<SecretId>,
        limit: u32,
    ) -> Result<Vec<(SecretId, u64, Timestamp)>> {
        let rows = sqlx::query(
            "SELECT r.secret, MAX(r.version), MAX(r.issued_at) FROM releases r WHERE r.principal = $1 AND r.secret > $2 \
             GROUP BY r.secret ORDER BY r.secret LIMIT $3",
        )
        .bind(principal.raw())
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.number()?, cells.time()?)))
    }
}

#[async_trait]
impl ReleaseWrites for Handle {
    async fn insert_releases(&mut self, releases: &[Release]) -> Result<()> {
        let mut inserts = Inserts::default();
        insert(&mut inserts, releases);
        inserts.execute(self.db()).await
    }

    async fn end_releases(&mut self, device: DeviceId, events: &[EventId], at: Timestamp) -> Result<u64> {
        let done = sqlx::query(concat!(
            "UPDATE releases SET ended_at = $1 WHERE device = $2 AND ended_at IS NULL AND event ",
            any!("$3")
        ))
        .bind(at.millis())
        .bind(device.raw())
        .bind(ids(events))
        .execute(self.db())
        .await?;
        Ok(done.rows_affected())
    }
}

/// Notes releases.
pub fn insert(inserts: &mut Inserts, releases: &[Release]) {
    inserts.add(
        "INSERT INTO releases (event, principal, device, secret, version, ciphertext_sha256, issued_at, max_age_ms, \
         ended_at) ",
        releases,
        |row, release| {
            row.push_bind(release.event.raw())
                .push_bind(release.principal.raw())
                .push_bind(release.device.raw())
                .push_bind(release.secret.raw())
                .push_bind(int(release.version))
                .push_bind(release.ciphertext_sha256.as_slice())
                .push_bind(release.issued_at.millis())
                .push_bind(int(release.max_age_ms))
                .push_bind(release.ended_at.map(Timestamp::millis));
        },
    );
}

fn release(cells: &mut Cells<'_>) -> Result<Release> {
    Ok(Release {
        event: cells.id()?,
        principal: cells.id()?,
        device: cells.id()?,
        secret: cells.id()?,
        version: cells.number()?,
        ciphertext_sha256: cells.digest()?,
        issued_at: cells.time()?,
        max_age_ms: cells.number()?,
        ended_at: cells.time_or_null()?,
    })
}

//! Notices and what is known of their deliveries.

use super::{
    cells::{Cells, all, one},
    grants::grant,
    handle::Handle,
    ids,
    requests::request,
    services::key,
    texts,
};
use crate::{
    Result,
    notices::{
        Channel, ChannelCounts, Delivery, DueSecret, Mark, Notice, NoticeReads, Preference, ToldEvent,
    },
    raw_id::{RawId as _, int, raw_or_null},
    requests::Request,
    services::ServiceKey,
};
use async_trait::async_trait;
use claviger_model::{
    event::EventKind,
    grant::Grant,
    ids::{NoticeId, PrincipalId, SecretId},
    time::Timestamp,
};

/// The columns of a delivery, its notice first.
macro_rules! deliveries {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            notice_columns!(),
            ", d.channel, d.state, d.attempts, d.next_at, d.tried_at, d.said FROM notice_deliveries d \
             JOIN notices n ON n.id = d.notice WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl NoticeReads for Handle {
    async fn notice_mark(&mut self) -> Result<Mark> {
        let row = sqlx::query("SELECT m.next_index, m.looked_at FROM notice_mark m WHERE m.one = 1")
            .fetch_one(self.db())
            .await?;
        let mut cells = Cells::of(&row);
        Ok(Mark {
            next_index: cells.number()?,
            looked_at: cells.time()?,
        })
    }

    async fn done_events(&mut self, from: u64, to: u64, kinds: &[EventKind]) -> Result<Vec<ToldEvent>> {
        let rows = sqlx::query(concat!(
            "SELECT e.idx, e.leaf FROM log_events e WHERE e.idx >= $1 AND e.idx < $2 AND e.outcome = 'done' AND e.kind ",
            any_text!("$3"),
            " ORDER BY e.idx"
        ))
        .bind(int(from))
        .bind(int(to))
        .bind(texts(kinds.iter().map(|kind| kind.code())))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(ToldEvent {
                index: cells.number()?,
                leaf: cells.take::<&[u8]>()?.to_vec(),
            })
        })
    }

    async fn grants_expiring(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Grant>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE g.ended_at IS NULL AND g.expires_at > $1 AND g.expires_at <= $2 \
             ORDER BY g.expires_at, g.id LIMIT $3"
        ))
        .bind(after.millis())
        .bind(until.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, grant)
    }

    async fn requests_waiting(
        &mut self,
        rotations: bool,
        after: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Request>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            request_columns!(),
            " FROM requests r WHERE r.state = 'open' AND r.kind = $1 AND r.asked_at > $2 AND r.asked_at <= $3 \
             ORDER BY r.asked_at, r.id LIMIT $4"
        ))
        .bind(if rotations { "rotation" } else { "access" })
        .bind(after.millis())
        .bind(until.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }

    async fn service_keys_expiring(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ServiceKey>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            service_key_columns!(),
            " FROM service_keys k WHERE k.ended_at IS NULL AND k.ends_at > $1 AND k.ends_at <= $2 \
             ORDER BY k.ends_at, k.id LIMIT $3"
        ))
        .bind(after.millis())
        .bind(until.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, key)
    }

    async fn secrets_due(
        &mut self,
        now: Timestamp,
        after: Option<SecretId>,
        limit: u32,
    ) -> Result<Vec<DueSecret>> {
        let rows = sqlx::query(
            "SELECT s.id, s.scope, s.owner, s.version FROM secrets s LEFT JOIN rotations_told t ON t.secret = s.id \
             WHERE s.rotate_after_days IS NOT NULL AND s.deleted_at IS NULL \
             AND s.changed_at + s.rotate_after_days * 86400000 <= $1 AND (t.version IS NULL OR t.version < s.version) \
             AND s.id > $2 ORDER BY s.id LIMIT $3",
        )
        .bind(now.millis())
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(DueSecret {
                id: cells.id()?,
                scope: cells.id()?,
                owner: cells.id_or_null()?,
                version: cells.number()?,
            })
        })
    }

    async fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            notice_columns!(),
            " FROM notices n WHERE n.id = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), notice)
    }

    async fn notices_of(
        &mut self,
        person: PrincipalId,
        before: Option<(Timestamp, NoticeId)>,
        unread_only: bool,
        limit: u32,
    ) -> Result<Vec<Notice>> {
        let (at, id) = before.unzip();
        let rows = sqlx::query(concat!(
            "SELECT ",
            notice_columns!(),
            " FROM notices n WHERE n.person = $1 AND (n.at < $2 OR (n.at = $2 AND n.id < $3)) \
             AND ($4 = 0 OR n.read_at IS NULL) ORDER BY n.at DESC, n.id DESC LIMIT $5"
        ))
        .bind(person.raw())
        .bind(at.map_or(i64::MAX, Timestamp::millis))
        .bind(raw_or_null(id.as_ref()).unwrap_or_default())
        .bind(i64::from(unread_only))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, notice)
    }

    async fn notices_since(&mut self, after: Timestamp, limit: u32) -> Result<Vec<(NoticeId, PrincipalId)>> {
        let rows =
            sqlx::query("SELECT n.id, n.person FROM notices n WHERE n.at > $1 ORDER BY n.at, n.id LIMIT $2")
                .bind(after.millis())
                .bind(i64::from(limit))
                .fetch_all(self.db())
                .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.id()?)))
    }

    async fn unread_notices(&mut self, person: PrincipalId) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) FROM notices n WHERE n.person = $1 AND n.read_at IS NULL")
            .bind(person.raw())
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn notice_preferences(&mut self, people: &[PrincipalId]) -> Result<Vec<Preference>> {
        let rows = sqlx::query(concat!(
            "SELECT q.person, q.kind, q.way, q.wanted FROM notice_preferences q WHERE q.person ",
            any!("$1"),
            " ORDER BY q.person, q.kind, q.way"
        ))
        .bind(ids(people))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| {
            Ok(Preference {
                person: cells.id()?,
                kind: cells.code()?,
                way: cells.code()?,
                wanted: cells.flag()?,
            })
        })
    }

    async fn next_delivery(&mut self) -> Result<Option<Timestamp>> {
        let row = sqlx::query("SELECT MIN(d.next_at) FROM notice_deliveries d WHERE d.state = 'waiting'")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).time_or_null()
    }

    async fn channels_due(&mut self, now: Timestamp) -> Result<Vec<Channel>> {
        let rows = sqlx::query(
            "SELECT DISTINCT d.channel FROM notice_deliveries d WHERE d.state = 'waiting' AND d.next_at <= $1 ORDER BY d.channel",
        )
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.parsed())
    }

    async fn deliveries_given_up(&mut self, limit: u32) -> Result<Vec<Delivery>> {
        let rows = sqlx::query(deliveries!(
            "d.state = 'given-up' ORDER BY d.tried_at DESC, d.notice LIMIT $1"
        ))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, delivery)
    }

    async fn last_delivery(&mut self, channel: Channel) -> Result<Option<Delivery>> {
        let row = sqlx::query(deliveries!(
            "d.channel = $1 AND d.tried_at IS NOT NULL ORDER BY d.tried_at DESC, d.notice LIMIT 1"
        ))
        .bind(channel.to_string())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), delivery)
    }

    async fn channel_counts(&mut self, channel: Channel) -> Result<ChannelCounts> {
        let rows = sqlx::query(
            "SELECT d.state, COUNT(*) FROM notice_deliveries d WHERE d.channel = $1 AND d.state <> 'sent' GROUP BY d.state",
        )
        .bind(channel.to_string())
        .fetch_all(self.db())
        .await?;
        let mut counts = ChannelCounts::default();
        for (state, number) in all(&rows, |cells| {
            Ok((cells.code::<crate::notices::DeliveryState>()?, cells.number()?))
        })? {
            match state {
                crate::notices::DeliveryState::GivenUp => counts.given_up = number,
                _ => counts.waiting = number,
            }
        }
        Ok(counts)
    }
}

/// Reads `notice_columns!`.
pub(super) fn notice(cells: &mut Cells<'_>) -> Result<Notice> {
    Ok(Notice {
        id: cells.id()?,
        person: cells.id()?,
        kind: cells.code()?,
        at: cells.time()?,
        about: cells.json()?,
        read_at: cells.time_or_null()?,
    })
}

/// Reads a notice, then its delivery.
pub(super) fn delivery(cells: &mut Cells<'_>) -> Result<Delivery> {
    Ok(Delivery {
        notice: notice(cells)?,
        channel: cells.parsed()?,
        state: cells.code()?,
        attempts: cells.number()?,
        next_at: cells.time()?,
        tried_at: cells.time_or_null()?,
        said: cells.take()?,
    })
}

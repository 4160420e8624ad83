//! Telling, claiming and settling.

use super::{
    cells::{all, json_text},
    handle::Handle,
    ids,
    notices::delivery,
    rows::insert_then,
    texts,
};
use crate::{
    Result,
    codes::Coded as _,
    notices::{Attempted, Channel, Delivery, Notice, NoticeDesk, Preference, Settled, Telling},
    raw_id::{RawId as _, int, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{NoticeId, PrincipalId},
    notice::NoticeKind,
    time::Timestamp,
};
use std::collections::HashMap;

#[async_trait]
impl NoticeDesk for Handle {
    async fn tell(&mut self, telling: &Telling) -> Result<bool> {
        let moved = sqlx::query(
            "UPDATE notice_mark SET next_index = $3, looked_at = $4 WHERE one = 1 AND next_index = $1 AND looked_at = $2",
        )
        .bind(int(telling.from.next_index))
        .bind(telling.from.looked_at.millis())
        .bind(int(telling.to.next_index))
        .bind(telling.to.looked_at.millis())
        .execute(self.db())
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        insert(self, &telling.notices, &telling.channels).await?;
        for settled in &telling.settled {
            settle(self, settled).await?;
        }
        insert_then(
            self.db(),
            "INSERT INTO rotations_told (secret, version) ",
            &telling.due,
            |row, (secret, version)| {
                row.push_bind(secret.raw().to_vec()).push_bind(int(*version));
            },
            " ON CONFLICT (secret) DO UPDATE SET version = excluded.version",
        )
        .await?;
        Ok(true)
    }

    async fn claim_deliveries(
        &mut self,
        channel: Channel,
        now: Timestamp,
        again: Timestamp,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        // The condition stands outside as well: of two processes, the second one finds the first one's rows changed.
        let rows = sqlx::query(
            "UPDATE notice_deliveries SET next_at = $2, attempts = attempts + 1 WHERE state = 'waiting' AND next_at <= $1 \
             AND channel = $4 AND notice IN (SELECT d.notice FROM notice_deliveries d WHERE d.state = 'waiting' AND d.channel = $4 \
             AND d.next_at <= $1 ORDER BY d.next_at, d.notice LIMIT $3) RETURNING notice",
        )
        .bind(now.millis())
        .bind(again.millis())
        .bind(i64::from(limit))
        .bind(channel.to_string())
        .fetch_all(self.db())
        .await?;
        let claimed: Vec<NoticeId> = all(&rows, |cells| cells.id())?;
        let rows = sqlx::query(concat!(
            "SELECT ",
            notice_columns!(),
            ", d.channel, d.state, d.attempts, d.next_at, d.tried_at, d.said FROM notice_deliveries d \
             JOIN notices n ON n.id = d.notice WHERE d.channel = $2 AND d.notice ",
            any!("$1"),
            " ORDER BY n.at, n.id"
        ))
        .bind(ids(&claimed))
        .bind(channel.to_string())
        .fetch_all(self.db())
        .await?;
        all(&rows, delivery)
    }

    async fn attempted(&mut self, attempted: &Attempted) -> Result<()> {
        sqlx::query(
            "UPDATE notice_deliveries SET state = $3, next_at = $4, tried_at = $5, said = $6 \
             WHERE notice = $1 AND channel = $2 AND state = 'waiting'",
        )
        .bind(attempted.notice.raw())
        .bind(attempted.channel.to_string())
        .bind(attempted.state.text())
        .bind(attempted.next_at.millis())
        .bind(attempted.at.millis())
        .bind(&attempted.said)
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn read_notices(&mut self, person: PrincipalId, wanted: &[NoticeId], at: Timestamp) -> Result<u64> {
        let done = sqlx::query(concat!(
            "UPDATE notices SET read_at = $2 WHERE person = $1 AND read_at IS NULL AND id ",
            any!("$3")
        ))
        .bind(person.raw())
        .bind(at.millis())
        .bind(ids(wanted))
        .execute(self.db())
        .await?;
        Ok(done.rows_affected())
    }

    async fn read_notices_until(
        &mut self,
        person: PrincipalId,
        until: Timestamp,
        at: Timestamp,
    ) -> Result<u64> {
        let done =
            sqlx::query("UPDATE notices SET read_at = $3 WHERE person = $1 AND read_at IS NULL AND at <= $2")
                .bind(person.raw())
                .bind(until.millis())
                .bind(at.millis())
                .execute(self.db())
                .await?;
        Ok(done.rows_affected())
    }

    async fn prefer(&mut self, preference: Preference) -> Result<()> {
        sqlx::query(
            "INSERT INTO notice_preferences (person, kind, way, wanted) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (person, kind, way) DO UPDATE SET wanted = excluded.wanted",
        )
        .bind(preference.person.raw())
        .bind(preference.kind.text())
        .bind(preference.way.text())
        .bind(i64::from(preference.wanted))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn forget_notices(&mut self, before: Timestamp) -> Result<u64> {
        sqlx::query(
            "DELETE FROM notice_deliveries WHERE notice IN (SELECT n.id FROM notices n WHERE n.at < $1)",
        )
        .bind(before.millis())
        .execute(self.db())
        .await?;
        let done = sqlx::query("DELETE FROM notices WHERE at < $1")
            .bind(before.millis())
            .execute(self.db())
            .await?;
        Ok(done.rows_affected())
    }

    async fn commit(self: Box<Self>) -> Result<()> {
        self.finish().await
    }
}

async fn insert(handle: &mut Handle, notices: &[Notice], channels: &[(NoticeId, Channel)]) -> Result<()> {
    let mut cells = Vec::with_capacity(notices.len());
    for notice in notices {
        cells.push((notice, json_text(&notice.about)?, notice.about.matter()));
    }
    insert_then(
        handle.db(),
        "INSERT INTO notices (id, person, kind, at, about, matter) ",
        &cells,
        |row, (notice, about, matter)| {
            row.push_bind(notice.id.raw().to_vec())
                .push_bind(notice.person.raw().to_vec())
                .push_bind(notice.kind.text())
                .push_bind(notice.at.millis())
                .push_bind(about.clone())
                .push_bind(matter.map(|matter| matter.to_vec()));
        },
        " ON CONFLICT (id) DO NOTHING",
    )
    .await?;
    let times: HashMap<NoticeId, i64> = notices
        .iter()
        .map(|notice| (notice.id, notice.at.millis()))
        .collect();
    let at = |id: &NoticeId| times.get(id).copied().unwrap_or_default();
    let rows: Vec<_> = channels
        .iter()
        .map(|(id, channel)| (*id, *channel, at(id)))
        .collect();
    insert_then(
        handle.db(),
        "INSERT INTO notice_deliveries (notice, channel, state, attempts, next_at, said) ",
        &rows,
        |row, (notice, channel, at)| {
            row.push_bind(notice.raw().to_vec())
                .push_bind(channel.to_string())
                .push_bind("waiting")
                .push_bind(0_i64)
                .push_bind(*at)
                .push_bind(String::new());
        },
        " ON CONFLICT (notice, channel) DO NOTHING",
    )
    .await
}

/// What waits for an answer that was given is read, and no mail about it leaves any more.
async fn settle(handle: &mut Handle, settled: &Settled) -> Result<()> {
    let concerned = |kind: &&NoticeKind| kind.waits() && settled.only.is_none_or(|only| only == **kind);
    let waiting = || NoticeKind::ALL.iter().filter(concerned).map(|kind| kind.code());
    sqlx::query(concat!(
        "DELETE FROM notice_deliveries WHERE channel = 'mail' AND state = 'waiting' AND notice IN (SELECT n.id FROM notices n \
         WHERE n.matter = $1 AND n.at <= $2 AND ($3 IS NULL OR n.person = $3) AND n.kind ",
        any_text!("$4"),
        ")"
    ))
    .bind(settled.matter.to_vec())
    .bind(settled.at.millis())
    .bind(raw_or_null(settled.person.as_ref()))
    .bind(texts(waiting()))
    .execute(handle.db())
    .await?;
    sqlx::query(concat!(
        "UPDATE notices SET read_at = $2 WHERE matter = $1 AND read_at IS NULL AND at <= $2 AND ($3 IS NULL OR person = $3) AND kind ",
        any_text!("$4")
    ))
    .bind(settled.matter.to_vec())
    .bind(settled.at.millis())
    .bind(raw_or_null(settled.person.as_ref()))
    .bind(texts(waiting()))
    .execute(handle.db())
    .await?;
    Ok(())
}

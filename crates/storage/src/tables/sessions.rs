//! Devices and sessions.

use super::{
    cells::{Cells, all, json_text, one},
    handle::Handle,
    ids,
};
use crate::{
    Conflict, Digest, Result,
    codes::Coded as _,
    raw_id::{RawId as _, int},
    sessions::{
        Device, DeviceState, LogoutTarget, Session, SessionContext, SessionReads, SessionState, SessionWrites,
    },
};
use async_trait::async_trait;
use claviger_model::{
    ids::{DeviceId, PrincipalId, SessionId},
    time::Timestamp,
};

macro_rules! contexts {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            session_columns!(),
            ", ",
            device_columns!(),
            ", ",
            principal_columns!(),
            " FROM sessions s JOIN devices d ON d.id = s.device JOIN principals p ON p.id = s.principal WHERE ",
            $condition
        )
    };
}

macro_rules! sessions {
    ($condition:expr) => {
        concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions s WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl SessionReads for Handle {
    async fn device(&mut self, id: DeviceId) -> Result<Option<Device>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            device_columns!(),
            " FROM devices d WHERE d.id = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), device)
    }

    async fn device_by_jkt(&mut self, jkt: &Digest) -> Result<Option<Device>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            device_columns!(),
            " FROM devices d WHERE d.jkt = $1"
        ))
        .bind(jkt.as_slice())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), device)
    }

    async fn devices_of(&mut self, principal: PrincipalId) -> Result<Vec<Device>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            device_columns!(),
            " FROM devices d WHERE d.principal = $1 ORDER BY d.enrolled_at, d.id"
        ))
        .bind(principal.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, device)
    }

    async fn session(&mut self, id: SessionId) -> Result<Option<Session>> {
        let row = sqlx::query(sessions!("s.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), session)
    }

    async fn sessions_of(&mut self, principal: PrincipalId) -> Result<Vec<Session>> {
        self.sessions_matching(&LogoutTarget::Principal(principal)).await
    }

    async fn session_by_access_hash(&mut self, hash: &Digest) -> Result<Option<SessionContext>> {
        let row = sqlx::query(contexts!("s.access_hash = $1"))
            .bind(hash.as_slice())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), context)
    }

    async fn session_contexts(&mut self, wanted: &[SessionId]) -> Result<Vec<SessionContext>> {
        let rows = sqlx::query(contexts!(concat!("s.id ", any!("$1"))))
            .bind(ids(wanted))
            .fetch_all(self.db())
            .await?;
        all(&rows, context)
    }

    async fn sessions_matching(&mut self, target: &LogoutTarget) -> Result<Vec<Session>> {
        let query = match target {
            LogoutTarget::Sid { issuer, sid } => {
                sqlx::query(sessions!("s.issuer = $1 AND s.sid = $2 AND s.state <> 'ended'"))
                    .bind(issuer)
                    .bind(sid)
            }
            LogoutTarget::Subject { issuer, subject } => sqlx::query(sessions!(
                "s.issuer = $1 AND s.subject = $2 AND s.state <> 'ended'"
            ))
            .bind(issuer)
            .bind(subject),
            LogoutTarget::Principal(id) => {
                sqlx::query(sessions!("s.principal = $1 AND s.state <> 'ended'")).bind(id.raw())
            }
            LogoutTarget::Device(id) => {
                sqlx::query(sessions!("s.device = $1 AND s.state <> 'ended'")).bind(id.raw())
            }
            LogoutTarget::Session(id) => {
                sqlx::query(sessions!("s.id = $1 AND s.state <> 'ended'")).bind(id.raw())
            }
            LogoutTarget::All => sqlx::query(sessions!("s.state <> 'ended'")),
        };
        let rows = query.fetch_all(self.db()).await?;
        all(&rows, session)
    }

    async fn sessions_asserted_before(&mut self, moment: Timestamp, limit: u32) -> Result<Vec<Session>> {
        let rows = sqlx::query(sessions!(
            "s.state = 'active' AND s.asserted_at < $1 ORDER BY s.asserted_at LIMIT $2"
        ))
        .bind(moment.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, session)
    }
}

#[async_trait]
impl SessionWrites for Handle {
    async fn insert_device(&mut self, device: &Device) -> Result<()> {
        sqlx::query(
            "INSERT INTO devices (id, principal, name, platform, jkt, proof_key, sealing_key, state, cache_generation, \
             cache_digest, journal_seq, journal_head, enrolled_at, seen_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(device.id.raw())
        .bind(device.principal.raw())
        .bind(device.name.as_str())
        .bind(&device.platform)
        .bind(device.jkt.as_slice())
        .bind(device.proof_key.as_slice())
        .bind(device.sealing_key.as_slice())
        .bind(device.state.text())
        .bind(int(device.cache_generation))
        .bind(device.cache_digest.as_ref().map(Digest::as_slice))
        .bind(int(device.journal_seq))
        .bind(device.journal_head.as_ref().map(Digest::as_slice))
        .bind(device.enrolled_at.millis())
        .bind(device.seen_at.millis())
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn update_device(&mut self, device: &Device) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE devices SET name = $2, platform = $3, sealing_key = $4, state = $5, seen_at = $6 WHERE id = $1",
        )
        .bind(device.id.raw())
        .bind(device.name.as_str())
        .bind(&device.platform)
        .bind(device.sealing_key.as_slice())
        .bind(device.state.text())
        .bind(device.seen_at.millis())
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn set_device_state(&mut self, device: DeviceId, from: DeviceState, to: DeviceState) -> Result<()> {
        let done = sqlx::query("UPDATE devices SET state = $3 WHERE id = $1 AND state = $2")
            .bind(device.raw())
            .bind(from.text())
            .bind(to.text())
            .execute(self.db())
            .await?;
        if done.rows_affected() == 0 {
            Err(Conflict::Changed.into())
        } else {
            Ok(())
        }
    }

    async fn note_cache(
        &mut self,
        device: DeviceId,
        generation: u64,
        digest: &Digest,
        at: Timestamp,
    ) -> Result<()> {
        let done = sqlx::query(
            "UPDATE devices SET cache_generation = $2, cache_digest = $3, seen_at = $4 WHERE id = $1",
        )
        .bind(device.raw())
        .bind(int(generation))
        .bind(digest.as_slice())
        .bind(at.millis())
        .execute(self.db())
        .await?;
        if done.rows_affected() == 0 {
            Err(Conflict::Missing.into())
        } else {
            Ok(())
        }
    }

    async fn put_session(&mut self, session: &Session) -> Result<()> {
        super::sessions_write::put(self.db(), session, &json_text(&session.amr)?).await
    }

    async fn end_sessions(&mut self, target: &LogoutTarget, at: Timestamp) -> Result<Vec<Session>> {
        let ending = self.sessions_matching(target).await?;
        let wanted: Vec<SessionId> = ending.iter().map(|session| session.id).collect();
        sqlx::query(concat!(
            "UPDATE sessions SET state = $1, ended_at = $2 WHERE id ",
            any!("$3")
        ))
        .bind(SessionState::Ended.text())
        .bind(at.millis())
        .bind(ids(&wanted))
        .execute(self.db())
        .await?;
        Ok(ending)
    }
}

fn context(cells: &mut Cells<'_>) -> Result<SessionContext> {
    let (session, device) = (session(cells)?, device(cells)?);
    Ok(SessionContext {
        session,
        device,
        principal: super::principals::principal(cells)?,
    })
}

fn device(cells: &mut Cells<'_>) -> Result<Device> {
    Ok(Device {
        id: cells.id()?,
        principal: cells.id()?,
        name: cells.name()?,
        platform: cells.take()?,
        jkt: cells.digest()?,
        proof_key: cells.take()?,
        sealing_key: cells.digest()?,
        state: cells.code()?,
        cache_generation: cells.number()?,
        cache_digest: cells.digest_or_null()?,
        journal_seq: cells.number()?,
        journal_head: cells.digest_or_null()?,
        enrolled_at: cells.time()?,
        seen_at: cells.time()?,
    })
}

fn session(cells: &mut Cells<'_>) -> Result<Session> {
    Ok(Session {
        id: cells.id()?,
        principal: cells.id()?,
        device: cells.id()?,
        refresh_n: cells.number()?,
        refresh_used: cells.flag()?,
        issuer: cells.take()?,
        subject: cells.take()?,
        audience: cells.take()?,
        sid: cells.take()?,
        acr: cells.take()?,
        amr: cells.json()?,
        auth_time: cells.time_or_null()?,
        nonce: cells.take()?,
        access_hash: cells.digest()?,
        access_expires_at: cells.time()?,
        created_at: cells.time()?,
        ends_at: cells.time()?,
        asserted_at: cells.time()?,
        state: cells.code()?,
        ended_at: cells.time_or_null()?,
    })
}

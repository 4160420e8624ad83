//! Devices and sessions.

use super::{
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Digest, Result, StorageError,
    raw_id::RawId as _,
    sessions::{Device, LogoutTarget, Session, SessionContext, SessionKey, SessionReads},
    translate::said,
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
            ", CAST(CASE WHEN s.service_key IS NULL THEN 0 WHEN EXISTS (SELECT 1 FROM service_keys k \
             JOIN principals m ON m.id = k.made_by WHERE k.id = s.service_key AND m.state <> 'active') THEN 1 ELSE 0 END AS BIGINT) \
             FROM sessions s JOIN devices d ON d.id = s.device JOIN principals p ON p.id = s.principal WHERE ",
            $condition
        )
    };
}

pub(super) use contexts;

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
            LogoutTarget::Key(id) => {
                sqlx::query(sessions!("s.service_key = $1 AND s.state <> 'ended'")).bind(id.raw())
            }
            LogoutTarget::All => sqlx::query(sessions!("s.state <> 'ended'")),
        };
        let rows = query.fetch_all(self.db()).await?;
        all(&rows, session)
    }

    async fn service_session_over(&mut self, now: Timestamp) -> Result<bool> {
        let row = sqlx::query(
            "SELECT s.id FROM sessions s WHERE s.service_key IS NOT NULL AND s.ends_at <= $1 LIMIT 1",
        )
        .bind(now.millis())
        .fetch_optional(self.db())
        .await?;
        Ok(row.is_some())
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

/// Reads [`contexts!`].
pub fn context(cells: &mut Cells<'_>) -> Result<SessionContext> {
    let (session, device) = (session(cells)?, device(cells)?);
    Ok(SessionContext {
        session,
        device,
        principal: super::principals::principal(cells)?,
        is_key_held: cells.flag()?,
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
        by_key: by_key(cells)?,
    })
}

fn by_key(cells: &mut Cells<'_>) -> Result<Option<SessionKey>> {
    let key = cells.id_or_null()?;
    let networks: Option<&str> = cells.take()?;
    match (key, networks) {
        (None, None) => Ok(None),
        (Some(key), Some(text)) => {
            // What cannot be read must not count as "from anywhere".
            let networks = serde_json::from_str(text).map_err(|error| StorageError::Corrupt {
                column: "networks".to_owned(),
                source: Box::new(error),
            })?;
            Ok(Some(SessionKey { key, networks }))
        }
        _ => Err(StorageError::Corrupt {
            column: "service_key".to_owned(),
            source: said("a key without its networks"),
        }),
    }
}

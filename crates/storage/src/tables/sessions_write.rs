//! Writes of devices and sessions.

use super::{Connection, cells::json_text, handle::Handle, ids};
use crate::{
    Conflict, Digest, Result,
    changes::{ChangeKind, ChangeWrites as _},
    codes::Coded as _,
    raw_id::{RawId as _, int, raw_or_null},
    sessions::{Device, DeviceState, LogoutTarget, Session, SessionReads as _, SessionState, SessionWrites},
};
use async_trait::async_trait;
use claviger_model::{
    ids::{DeviceId, SessionId},
    time::Timestamp,
};
use std::collections::BTreeSet;

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
        let networks = session.by_key.as_ref().map(|by| json_text(&by.networks));
        put(
            self.db(),
            session,
            &json_text(&session.amr)?,
            networks.transpose()?.as_deref(),
        )
        .await
    }

    async fn forget_service_sessions(&mut self, now: Timestamp, devices_before: Timestamp) -> Result<u64> {
        let sessions = sqlx::query("DELETE FROM sessions WHERE service_key IS NOT NULL AND ends_at <= $1")
            .bind(now.millis())
            .execute(self.db())
            .await?;
        let devices = sqlx::query(
            "DELETE FROM devices WHERE seen_at < $1 \
             AND principal IN (SELECT p.id FROM principals p WHERE p.kind = 'service') \
             AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.device = devices.id) \
             AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.device = devices.id) \
             AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.device = devices.id)",
        )
        .bind(devices_before.millis())
        .execute(self.db())
        .await?;
        Ok(sessions.rows_affected().saturating_add(devices.rows_affected()))
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
        // So that other processes hear of it.
        let people: BTreeSet<_> = ending.iter().map(|session| session.principal).collect();
        let changes: Vec<_> = people
            .into_iter()
            .map(|person| super::changes::of_principal(ChangeKind::History, person, None))
            .collect();
        if !changes.is_empty() {
            self.record_changes(&changes).await?;
        }
        Ok(ending)
    }
}

/// Makes a session, or writes what can change of it.
async fn put(db: &mut Connection, session: &Session, amr: &str, networks: Option<&str>) -> Result<()> {
    sqlx::query(
        "INSERT INTO sessions (id, principal, device, refresh_n, refresh_used, issuer, subject, audience, sid, acr, amr, \
         auth_time, nonce, access_hash, access_expires_at, created_at, ends_at, asserted_at, state, ended_at, \
         service_key, networks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
         $19, $20, $21, $22) \
         ON CONFLICT (id) DO UPDATE SET refresh_n = excluded.refresh_n, refresh_used = excluded.refresh_used, \
         sid = excluded.sid, acr = excluded.acr, amr = excluded.amr, auth_time = excluded.auth_time, \
         access_hash = excluded.access_hash, access_expires_at = excluded.access_expires_at, \
         ends_at = excluded.ends_at, asserted_at = excluded.asserted_at, state = excluded.state, \
         ended_at = excluded.ended_at",
    )
    .bind(session.id.raw())
    .bind(session.principal.raw())
    .bind(session.device.raw())
    .bind(int(session.refresh_n))
    .bind(i64::from(session.refresh_used))
    .bind(&session.issuer)
    .bind(&session.subject)
    .bind(&session.audience)
    .bind(session.sid.as_deref())
    .bind(session.acr.as_deref())
    .bind(amr)
    .bind(session.auth_time.map(Timestamp::millis))
    .bind(&session.nonce)
    .bind(session.access_hash.as_slice())
    .bind(session.access_expires_at.millis())
    .bind(session.created_at.millis())
    .bind(session.ends_at.millis())
    .bind(session.asserted_at.millis())
    .bind(session.state.text())
    .bind(session.ended_at.map(Timestamp::millis))
    .bind(raw_or_null(session.by_key.as_ref().map(|by| &by.key)))
    .bind(networks)
    .execute(db)
    .await?;
    Ok(())
}

//! The one long statement of sessions.

use super::Connection;
use crate::{
    Result,
    codes::Coded as _,
    raw_id::{RawId as _, int},
    sessions::Session,
};
use claviger_model::time::Timestamp;

/// Makes a session, or writes what can change of it.
pub async fn put(db: &mut Connection, session: &Session, amr: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO sessions (id, principal, device, refresh_n, refresh_used, issuer, subject, audience, sid, acr, amr, \
         auth_time, nonce, access_hash, access_expires_at, created_at, ends_at, asserted_at, state, ended_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
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
    .execute(db)
    .await?;
    Ok(())
}

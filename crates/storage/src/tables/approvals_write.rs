//! Writes of approvals and of how a scope approves.

use super::{
    cells::{all, json_text},
    changes::of_scope,
    handle::Handle,
    ids,
    requests::{change, request},
};
use crate::{
    Result,
    approvals::{ApprovalWrites, Given, Step},
    changes::ChangeWrites as _,
    raw_id::{RawId as _, raw_or_null},
    requests::{Request, RequestReads as _},
};
use async_trait::async_trait;
use claviger_model::{
    approval::RequestSettings,
    ids::{GrantId, RequestId, RoleId, ScopeId},
    time::Timestamp,
};

#[async_trait]
impl ApprovalWrites for Handle {
    async fn insert_step(&mut self, step: &Step) -> Result<()> {
        sqlx::query(
            "INSERT INTO request_steps (request, approved_by, approved_at, role, scope, seconds, word) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(step.request.raw())
        .bind(step.by.raw())
        .bind(step.at.millis())
        .bind(raw_or_null::<RoleId>(step.terms.map(|terms| terms.role).as_ref()))
        .bind(raw_or_null::<ScopeId>(
            step.terms.map(|terms| terms.scope).as_ref(),
        ))
        .bind(step.terms.map(|terms| i64::from(terms.seconds)))
        .bind(&step.word)
        .execute(self.db())
        .await?;
        if let Some(request) = self.request(step.request).await? {
            self.tell(change(&request)).await?;
        }
        Ok(())
    }

    async fn insert_given(&mut self, given: &Given) -> Result<()> {
        sqlx::query(
            "INSERT INTO request_grants (request, given, rule, ends_at, closed_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(given.request.raw())
        .bind(given.grant.raw())
        .bind(raw_or_null(given.rule.as_ref()))
        .bind(given.ends_at.millis())
        .bind(given.closed_at.map(Timestamp::millis))
        .execute(self.db())
        .await?;
        Ok(())
    }

    async fn pass_given(&mut self, from: GrantId, to: GrantId) -> Result<bool> {
        let done = sqlx::query("UPDATE request_grants SET given = $2, closed_at = NULL WHERE given = $1")
            .bind(from.raw())
            .bind(to.raw())
            .execute(self.db())
            .await?;
        let passed = unclosed(self, &[to]).await?;
        tell_all(self, &passed).await?;
        Ok(done.rows_affected() > 0)
    }

    async fn close_given(&mut self, grant: GrantId, at: Timestamp) -> Result<bool> {
        Ok(close(self, &[grant], at).await? > 0)
    }

    async fn put_request_settings(
        &mut self,
        scope: ScopeId,
        settings: &RequestSettings,
        at: Timestamp,
    ) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO request_settings (scope, settings, changed_at) SELECT c.id, $2, $3 FROM scopes c WHERE c.id = $1 \
             ON CONFLICT (scope) DO UPDATE SET settings = excluded.settings, changed_at = excluded.changed_at",
        )
        .bind(scope.raw())
        .bind(json_text(settings)?)
        .bind(at.millis())
        .execute(self.db())
        .await?;
        let existed = done.rows_affected() > 0;
        if existed {
            self.tell(of_scope(scope)).await?;
        }
        Ok(existed)
    }
}

/// The grants of these requests ended, whichever way: whoever asked, and whoever may answer, hears of it.
pub async fn close_given(handle: &mut Handle, grants: &[GrantId], at: Timestamp) -> Result<()> {
    close(handle, grants, at).await.map(|_| ())
}

async fn close(handle: &mut Handle, grants: &[GrantId], at: Timestamp) -> Result<usize> {
    let closing = unclosed(handle, grants).await?;
    if closing.is_empty() {
        return Ok(0);
    }
    sqlx::query(concat!(
        "UPDATE request_grants SET closed_at = $1 WHERE closed_at IS NULL AND given ",
        any!("$2")
    ))
    .bind(at.millis())
    .bind(ids(grants))
    .execute(handle.db())
    .await?;
    tell_all(handle, &closing).await?;
    Ok(closing.len())
}

/// The grant of a request ends earlier.
pub async fn shorten_given(handle: &mut Handle, grant: GrantId, ends_at: Timestamp) -> Result<()> {
    let shortened = unclosed(handle, &[grant]).await?;
    if shortened.is_empty() {
        return Ok(());
    }
    sqlx::query("UPDATE request_grants SET ends_at = $1 WHERE closed_at IS NULL AND given = $2")
        .bind(ends_at.millis())
        .bind(grant.raw())
        .execute(handle.db())
        .await?;
    tell_all(handle, &shortened).await
}

/// The requests whose grants these are, where they were not seen to yet.
async fn unclosed(handle: &mut Handle, grants: &[GrantId]) -> Result<Vec<Request>> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        request_columns!(),
        " FROM request_grants v JOIN requests r ON r.id = v.request WHERE v.closed_at IS NULL AND v.given ",
        any!("$1")
    ))
    .bind(ids(grants))
    .fetch_all(handle.db())
    .await?;
    all(&rows, request)
}

async fn tell_all(handle: &mut Handle, requests: &[Request]) -> Result<()> {
    handle
        .record_changes(&requests.iter().map(change).collect::<Vec<_>>())
        .await?;
    Ok(())
}

/// Requests that were answered before a moment and whose access was over by then.
pub async fn over_before(handle: &mut Handle, moment: Timestamp, limit: u32) -> Result<Vec<RequestId>> {
    let rows = sqlx::query(
        "SELECT r.id FROM requests r WHERE r.state <> 'open' AND r.answered_at < $1 AND NOT EXISTS \
         (SELECT 1 FROM request_grants v WHERE v.request = r.id AND (v.closed_at IS NULL OR v.closed_at >= $1)) \
         ORDER BY r.answered_at, r.id LIMIT $2",
    )
    .bind(moment.millis())
    .bind(i64::from(limit))
    .fetch_all(handle.db())
    .await?;
    all(&rows, |cells| cells.id())
}

/// See [`crate::requests::RequestWrites::delete_requests_before`].
pub async fn delete_before(handle: &mut Handle, moment: Timestamp, limit: u32) -> Result<u64> {
    let over = over_before(handle, moment, limit).await?;
    if over.is_empty() {
        return Ok(0);
    }
    for sql in [
        concat!("DELETE FROM request_steps WHERE request ", any!("$1")),
        concat!("DELETE FROM request_grants WHERE request ", any!("$1")),
        concat!("DELETE FROM requests WHERE id ", any!("$1")),
    ] {
        sqlx::query(sql).bind(ids(&over)).execute(handle.db()).await?;
    }
    Ok(u64::try_from(over.len()).unwrap_or(u64::MAX))
}

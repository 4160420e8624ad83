//! Approvals of requests, and how a scope approves.

use super::{
    cells::{Cells, all, one},
    grants::grant,
    handle::Handle,
    ids,
    requests::request,
    scopes::scope,
};
use crate::{
    Result,
    approvals::{ApprovalReads, Given, Step, Terms},
    raw_id::{RawId as _, raw_or_null},
    requests::Request,
};
use async_trait::async_trait;
use claviger_model::{
    approval::RequestSettings,
    grant::Grant,
    ids::{GrantId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    scope::Scope,
    time::Timestamp,
};

#[async_trait]
impl ApprovalReads for Handle {
    async fn steps_of(&mut self, requests: &[RequestId]) -> Result<Vec<Step>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            step_columns!(),
            " FROM request_steps t WHERE t.request ",
            any!("$1"),
            " ORDER BY t.approved_at, t.approved_by"
        ))
        .bind(ids(requests))
        .fetch_all(self.db())
        .await?;
        all(&rows, step)
    }

    async fn given_by(&mut self, requests: &[RequestId]) -> Result<Vec<Given>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            given_columns!(),
            " FROM request_grants v WHERE v.request ",
            any!("$1")
        ))
        .bind(ids(requests))
        .fetch_all(self.db())
        .await?;
        all(&rows, given)
    }

    async fn given_as(&mut self, grants: &[GrantId]) -> Result<Vec<Given>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            given_columns!(),
            " FROM request_grants v WHERE v.given ",
            any!("$1")
        ))
        .bind(ids(grants))
        .fetch_all(self.db())
        .await?;
        all(&rows, given)
    }

    async fn given_and_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Given>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            given_columns!(),
            " FROM request_grants v WHERE v.closed_at IS NULL AND v.ends_at <= $1 ORDER BY v.ends_at, v.request LIMIT $2"
        ))
        .bind(now.millis())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, given)
    }

    async fn request_settings(&mut self, scopes: &[ScopeId]) -> Result<Vec<(ScopeId, RequestSettings)>> {
        let rows = sqlx::query(concat!(
            "SELECT q.scope, q.settings FROM request_settings q WHERE q.scope ",
            any!("$1")
        ))
        .bind(ids(scopes))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.json()?)))
    }

    async fn grants_of_roles(
        &mut self,
        roles: &[RoleId],
        scopes: &[ScopeId],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Grant>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE ",
            live!("$1"),
            " AND g.scope ",
            any!("$2"),
            " AND g.role ",
            any!("$3"),
            " ORDER BY g.id LIMIT $4"
        ))
        .bind(now.millis())
        .bind(ids(scopes))
        .bind(ids(roles))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, grant)
    }

    async fn grants(&mut self, wanted: &[GrantId]) -> Result<Vec<Grant>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE g.id ",
            any!("$1")
        ))
        .bind(ids(wanted))
        .fetch_all(self.db())
        .await?;
        all(&rows, grant)
    }

    async fn access_requests_since(
        &mut self,
        scopes: &[ScopeId],
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Request>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            request_columns!(),
            " FROM requests r WHERE r.kind = 'access' AND r.asked_at >= $1 AND r.scope ",
            any!("$2"),
            " ORDER BY r.asked_at DESC, r.id LIMIT $3"
        ))
        .bind(since.millis())
        .bind(ids(scopes))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }

    async fn secrets_directly_in(&mut self, scope: ScopeId) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) FROM secrets s WHERE s.scope = $1 AND s.deleted_at IS NULL")
            .bind(scope.raw())
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn secrets_under(&mut self, scope: ScopeId) -> Result<u64> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM scope_ancestors a JOIN secrets s ON s.scope = a.scope \
             WHERE a.ancestor = $1 AND s.deleted_at IS NULL",
        )
        .bind(scope.raw())
        .fetch_one(self.db())
        .await?;
        Cells::of(&row).number()
    }

    async fn last_release_under(
        &mut self,
        scope: ScopeId,
        principal: Option<PrincipalId>,
    ) -> Result<Option<(SecretId, Timestamp)>> {
        const UNDER: &str = "SELECT r.secret, r.issued_at FROM scope_ancestors a JOIN secrets s ON s.scope = a.scope \
             JOIN releases r ON r.secret = s.id WHERE a.ancestor = $1 ORDER BY r.issued_at DESC LIMIT 1";
        const BY: &str = "SELECT r.secret, r.issued_at FROM scope_ancestors a JOIN secrets s ON s.scope = a.scope \
             JOIN releases r ON r.secret = s.id WHERE a.ancestor = $1 AND r.principal = $2 \
             ORDER BY r.issued_at DESC LIMIT 1";
        let row = match principal {
            None => {
                sqlx::query(UNDER)
                    .bind(scope.raw())
                    .fetch_optional(self.db())
                    .await?
            }
            Some(principal) => {
                let query = sqlx::query(BY).bind(scope.raw()).bind(principal.raw());
                query.fetch_optional(self.db()).await?
            }
        };
        one(row.as_ref(), |cells| Ok((cells.id()?, cells.time()?)))
    }

    async fn discoverable_scopes(&mut self, after: Option<ScopeId>, limit: u32) -> Result<Vec<Scope>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            scope_columns!(),
            " FROM scopes c WHERE c.discoverable <> '{\"to\":\"nobody\"}' AND c.id > $1 ORDER BY c.id LIMIT $2"
        ))
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, scope)
    }
}

fn step(cells: &mut Cells<'_>) -> Result<Step> {
    let (request, by, at) = (cells.id()?, cells.id()?, cells.time()?);
    let (role, scope, seconds) = (cells.id_or_null()?, cells.id_or_null()?, cells.number_or_null()?);
    let terms = match (role, scope, seconds) {
        (Some(role), Some(scope), Some(seconds)) => Some(Terms { role, scope, seconds }),
        _ => None,
    };
    Ok(Step {
        request,
        by,
        at,
        terms,
        word: cells.take()?,
    })
}

fn given(cells: &mut Cells<'_>) -> Result<Given> {
    Ok(Given {
        request: cells.id()?,
        grant: cells.id()?,
        rule: cells.id_or_null()?,
        ends_at: cells.time()?,
        closed_at: cells.time_or_null()?,
    })
}

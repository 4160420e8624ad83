//! What hangs on a person.

use super::{
    cells::all,
    handle::Handle,
    ids,
    requests::{change, request},
    secrets::secret,
    services::key,
};
use crate::{
    Result,
    changes::ChangeWrites as _,
    leaving::{LeavingReads, LeavingWrites},
    raw_id::{RawId as _, raw_or_null},
    requests::Request,
    services::ServiceKey,
};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, PrincipalId, ProposalId, RequestId, SecretId},
    secret::Secret,
    time::Timestamp,
};

/// Open requests that somebody approved.
macro_rules! approved {
    ($columns:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM request_steps t JOIN requests r ON r.id = t.request WHERE t.approved_by = $1 AND r.state = 'open' \
             ORDER BY r.id"
        )
    };
}

#[async_trait]
impl LeavingReads for Handle {
    async fn open_requests_by(&mut self, principal: PrincipalId) -> Result<Vec<Request>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            request_columns!(),
            " FROM requests r WHERE r.asked_by = $1 AND r.state = 'open' ORDER BY r.id"
        ))
        .bind(principal.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, request)
    }

    async fn open_approvals_by(&mut self, principal: PrincipalId) -> Result<Vec<RequestId>> {
        let rows = sqlx::query(approved!("r.id"))
            .bind(principal.raw())
            .fetch_all(self.db())
            .await?;
        all(&rows, |cells| cells.id())
    }

    async fn open_proposals_by(&mut self, principal: PrincipalId) -> Result<Vec<ProposalId>> {
        let rows = sqlx::query(
            "SELECT o.id FROM proposals o WHERE o.author = $1 AND o.state = 'open' ORDER BY o.id",
        )
        .bind(principal.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.id())
    }

    async fn secrets_owned_by(
        &mut self,
        principal: PrincipalId,
        after: Option<SecretId>,
        limit: u32,
    ) -> Result<Vec<Secret>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            secret_columns!(),
            " FROM secrets s WHERE s.owner = $1 AND s.id > $2 ORDER BY s.id LIMIT $3"
        ))
        .bind(principal.raw())
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, secret)
    }

    async fn live_keys_made_by(&mut self, principal: PrincipalId, now: Timestamp) -> Result<Vec<ServiceKey>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            service_key_columns!(),
            " FROM service_keys k WHERE k.made_by = $1 AND k.ended_at IS NULL AND k.ends_at > $2 ORDER BY k.id"
        ))
        .bind(principal.raw())
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        all(&rows, key)
    }

    async fn services_of_teams(&mut self, teams: &[PrincipalId]) -> Result<Vec<PrincipalId>> {
        let rows = sqlx::query(concat!(
            "SELECT p.id FROM principals p WHERE p.kind = 'service' AND p.state = 'active' AND p.owner ",
            any!("$1"),
            " ORDER BY p.id"
        ))
        .bind(ids(teams))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.id())
    }

    async fn teams_alone(&mut self, person: PrincipalId) -> Result<Vec<PrincipalId>> {
        // Up from the person to their teams; then down from each, as a pair, to everybody in it.
        let rows = sqlx::query(
            "WITH RECURSIVE up (id) AS (SELECT m.team FROM team_members m JOIN principals t ON t.id = m.team \
             AND t.state = 'active' WHERE m.member = $1 \
             UNION SELECT m.team FROM up k JOIN team_members m ON m.member = k.id \
             JOIN principals t ON t.id = m.team AND t.state = 'active'), \
             down (team, id) AS (SELECT k.id, k.id FROM up k \
             UNION SELECT d.team, m.member FROM down d JOIN team_members m ON m.team = d.id \
             JOIN principals t ON t.id = d.id AND t.kind = 'team' AND t.state = 'active') \
             SELECT k.id FROM up k WHERE NOT EXISTS (SELECT 1 FROM down d JOIN principals p ON p.id = d.id \
             WHERE d.team = k.id AND p.kind = 'person' AND p.state = 'active' AND p.id <> $1) ORDER BY k.id",
        )
        .bind(person.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.id())
    }

    async fn teams_left(&mut self, case: CaseId, limit: u32) -> Result<Vec<(PrincipalId, Timestamp)>> {
        let rows = sqlx::query(
            "WITH RECURSIVE down (team, id) AS (SELECT e.object, e.object FROM offboarding_effects e \
             WHERE e.offboarding = $1 AND e.kind = 'team-left' \
             UNION SELECT d.team, m.member FROM down d JOIN team_members m ON m.team = d.id \
             JOIN principals t ON t.id = d.id AND t.kind = 'team' AND t.state = 'active') \
             SELECT e.object, e.at FROM offboarding_effects e JOIN principals k ON k.id = e.object AND k.kind = 'team' \
             AND k.state = 'active' WHERE e.offboarding = $1 AND e.kind = 'team-left' \
             AND NOT EXISTS (SELECT 1 FROM down d JOIN principals p ON p.id = d.id \
             WHERE d.team = e.object AND p.kind = 'person' AND p.state = 'active') ORDER BY e.object LIMIT $2",
        )
        .bind(case.raw())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.time()?)))
    }
}

#[async_trait]
impl LeavingWrites for Handle {
    async fn withdraw_approvals_of(&mut self, principal: PrincipalId) -> Result<Vec<RequestId>> {
        let rows = sqlx::query(approved!(request_columns!()))
            .bind(principal.raw())
            .fetch_all(self.db())
            .await?;
        let approved = all(&rows, request)?;
        if approved.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<RequestId> = approved.iter().map(|request| request.id).collect();
        sqlx::query(concat!(
            "DELETE FROM request_steps WHERE approved_by = $1 AND request ",
            any!("$2")
        ))
        .bind(principal.raw())
        .bind(ids(&found))
        .execute(self.db())
        .await?;
        self.record_changes(&approved.iter().map(change).collect::<Vec<_>>())
            .await?;
        Ok(found)
    }
}

//! Grants.

use super::{
    Connection,
    cells::{Cells, all, one},
    handle::Handle,
    ids,
};
use crate::{
    Result,
    grants::GrantReads,
    raw_id::{RawId as _, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{
    conditions::GrantConditions,
    grant::{Ended, Grant},
    guardrail::Guardrail,
    ids::{GrantId, PrincipalId, RoleId, ScopeId},
    role::Role,
    time::Timestamp,
};

/// Pairs of principals and scopes that are looked up one by one.
const MOST_PAIRS: usize = 2_000;

macro_rules! grants {
    ($condition:expr) => {
        concat!("SELECT ", grant_columns!(), " FROM grants g WHERE ", $condition)
    };
}

/// Lives at the time bound as the given parameter.
macro_rules! live {
    ($place:literal) => {
        concat!(
            "g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ",
            $place,
            ")"
        )
    };
}

#[async_trait]
impl GrantReads for Handle {
    async fn role(&mut self, id: RoleId) -> Result<Option<Role>> {
        super::roles::role(self.db(), id).await
    }

    async fn roles(&mut self) -> Result<Vec<Role>> {
        super::roles::roles(self.db()).await
    }

    async fn grant(&mut self, id: GrantId) -> Result<Option<Grant>> {
        let row = sqlx::query(grants!("g.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), grant)
    }

    async fn grants_for(
        &mut self,
        principals: &[PrincipalId],
        scopes: &[ScopeId],
        now: Timestamp,
    ) -> Result<Vec<Grant>> {
        // Each pair is a look into the index of principals; beyond some number it is cheaper to read what was given at the scopes.
        let pairs = principals.len().saturating_mul(scopes.len());
        let query = if pairs <= MOST_PAIRS {
            grants!(concat!(
                live!("$1"),
                " AND g.principal ",
                any!("$2"),
                " AND g.scope ",
                any!("$3"),
                " ORDER BY g.id"
            ))
        } else {
            grants!(concat!(
                live!("$1"),
                " AND ",
                unindexed!("g.principal"),
                " ",
                any!("$2"),
                " AND g.scope ",
                any!("$3"),
                " ORDER BY g.id"
            ))
        };
        let rows = sqlx::query(query)
            .bind(now.millis())
            .bind(ids(principals))
            .bind(ids(scopes))
            .fetch_all(self.db())
            .await?;
        all(&rows, grant)
    }

    async fn scope_index(&mut self, principals: &[PrincipalId], now: Timestamp) -> Result<Vec<Grant>> {
        let rows = sqlx::query(grants!(concat!(
            live!("$1"),
            " AND g.principal ",
            any!("$2"),
            " ORDER BY g.id"
        )))
        .bind(now.millis())
        .bind(ids(principals))
        .fetch_all(self.db())
        .await?;
        all(&rows, grant)
    }

    async fn grants_at(
        &mut self,
        scopes: &[ScopeId],
        now: Timestamp,
        after: Option<GrantId>,
        limit: u32,
    ) -> Result<Vec<Grant>> {
        let rows = sqlx::query(grants!(concat!(
            live!("$1"),
            " AND g.scope ",
            any!("$2"),
            " AND g.id > $3 ORDER BY g.id LIMIT $4"
        )))
        .bind(now.millis())
        .bind(ids(scopes))
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, grant)
    }

    async fn grants_under(
        &mut self,
        top: ScopeId,
        now: Timestamp,
        after: Option<GrantId>,
        limit: u32,
    ) -> Result<Vec<Grant>> {
        let rows = sqlx::query(grants!(concat!(
            live!("$1"),
            " AND g.scope IN (SELECT a.scope FROM scope_ancestors a WHERE a.ancestor = $2) \
             AND g.id > $3 ORDER BY g.id LIMIT $4"
        )))
        .bind(now.millis())
        .bind(top.raw())
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, grant)
    }

    async fn grant_history(&mut self, principal: PrincipalId, limit: u32) -> Result<Vec<Grant>> {
        let rows = sqlx::query(grants!(
            "g.principal = $1 ORDER BY g.granted_at DESC, g.id LIMIT $2"
        ))
        .bind(principal.raw())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, grant)
    }

    async fn holders_of(&mut self, role: RoleId, now: Timestamp) -> Result<Vec<PrincipalId>> {
        let rows = sqlx::query(concat!(
            "SELECT DISTINCT g.principal FROM grants g WHERE g.role = $2 AND ",
            live!("$1"),
            " ORDER BY g.principal"
        ))
        .bind(now.millis())
        .bind(role.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| cells.id())
    }

    async fn anyone_holds(&mut self, role: RoleId, scope: ScopeId, now: Timestamp) -> Result<bool> {
        let row = sqlx::query(concat!(
            "WITH RECURSIVE holder (id) AS (SELECT g.principal FROM grants g JOIN principals p ON p.id = g.principal \
             WHERE g.role = $1 AND g.scope = $2 AND p.state = 'active' AND ",
            live!("$3"),
            " AND (g.not_before IS NULL OR g.not_before <= $3) UNION \
             SELECT m.member FROM holder h JOIN team_members m ON m.team = h.id JOIN principals p ON p.id = m.member \
             WHERE p.state = 'active') \
             SELECT p.id FROM holder h JOIN principals p ON p.id = h.id WHERE p.kind = 'person' LIMIT 1"
        ))
        .bind(role.raw())
        .bind(scope.raw())
        .bind(now.millis())
        .fetch_optional(self.db())
        .await?;
        Ok(row.is_some())
    }

    async fn guardrails(&mut self) -> Result<Vec<Guardrail>> {
        super::roles::guardrails(self.db()).await
    }

    async fn committed_epoch(&mut self) -> Result<u64> {
        epoch(self.db()).await
    }
}

/// The epoch as this connection sees it.
pub async fn epoch(db: &mut Connection) -> Result<u64> {
    let row = sqlx::query("SELECT h.epoch FROM log_head h WHERE h.id = 1")
        .fetch_one(db)
        .await?;
    Cells::of(&row).number()
}

/// Reads `grant_columns!`.
pub fn grant(cells: &mut Cells<'_>) -> Result<Grant> {
    let mut grant = Grant {
        id: cells.id()?,
        principal: cells.id()?,
        role: cells.id()?,
        scope: cells.id()?,
        reason: cells.take()?,
        granted_by: cells.id()?,
        granted_at: cells.time()?,
        not_before: cells.time_or_null()?,
        expires_at: cells.time_or_null()?,
        conditions: GrantConditions::from_stored(cells.take()?),
        ended: None,
    };
    let (at, by, reason) = (
        cells.time_or_null()?,
        cells.id_or_null()?,
        cells.take::<Option<String>>()?,
    );
    if let (Some(at), Some(by)) = (at, by) {
        grant.ended = Some(Ended {
            at,
            by,
            reason: reason.unwrap_or_default(),
        });
    }
    Ok(grant)
}

//! Grants.

use super::{
    Connection,
    cells::{Cells, all, one},
    changes::of_principal,
    handle::Handle,
    ids,
    rows::insert,
};
use crate::{
    Conflict, Result, StorageError,
    changes::{ChangeKind, ChangeWrites as _, NewChange},
    grants::{GrantReads, GrantWrites},
    raw_id::{RawId as _, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{
    conditions::GrantConditions,
    grant::{Ended, Grant},
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, PrincipalId, RoleId, ScopeId},
    role::Role,
    time::Timestamp,
};

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
        let rows = sqlx::query(grants!(concat!(
            live!("$1"),
            " AND g.principal ",
            any!("$2"),
            " AND g.scope ",
            any!("$3"),
            " ORDER BY g.id"
        )))
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

#[async_trait]
impl GrantWrites for Handle {
    async fn put_role(&mut self, role: &Role) -> Result<()> {
        super::roles::put_role(self, role).await
    }

    async fn delete_role(&mut self, id: RoleId) -> Result<bool> {
        super::roles::delete_role(self, id).await
    }

    async fn insert_grant(&mut self, grant: &Grant) -> Result<()> {
        self.insert_grants(std::slice::from_ref(grant)).await
    }

    async fn insert_grants(&mut self, grants: &[Grant]) -> Result<()> {
        let mut rows = Vec::with_capacity(grants.len());
        for grant in grants {
            let conditions = grant
                .conditions
                .to_stored()
                .map_err(|error| StorageError::Query(Box::new(error)))?;
            rows.push((grant, conditions));
        }
        insert(
            self.db(),
            "INSERT INTO grants (id, principal, role, scope, reason, granted_by, granted_at, not_before, expires_at, \
             conditions, ended_at, ended_by, ended_reason) ",
            &rows,
            |row, (grant, conditions)| {
                let ended = grant.ended.as_ref();
                row.push_bind(grant.id.raw())
                    .push_bind(grant.principal.raw())
                    .push_bind(grant.role.raw())
                    .push_bind(grant.scope.raw())
                    .push_bind(grant.reason.as_str())
                    .push_bind(grant.granted_by.raw())
                    .push_bind(grant.granted_at.millis())
                    .push_bind(grant.not_before.map(Timestamp::millis))
                    .push_bind(grant.expires_at.map(Timestamp::millis))
                    .push_bind(conditions.as_str())
                    .push_bind(ended.map(|end| end.at.millis()))
                    .push_bind(ended.map(|end| end.by.raw()))
                    .push_bind(ended.map(|end| end.reason.as_str()));
            },
        )
        .await?;
        self.record_changes(&grants.iter().map(change).collect::<Vec<_>>())
            .await?;
        Ok(())
    }

    async fn end_grant(&mut self, id: GrantId, end: &Ended) -> Result<()> {
        let live = sqlx::query(grants!("g.id = $1 AND g.ended_at IS NULL"));
        let rows = live.bind(id.raw()).fetch_all(self.db()).await?;
        let ending = all(&rows, grant)?;
        end_all(self, &ending, end).await?;
        if ending.is_empty() {
            Err(Conflict::Changed.into())
        } else {
            Ok(())
        }
    }

    async fn end_grants_of(&mut self, principal: PrincipalId, end: &Ended) -> Result<Vec<Grant>> {
        let live = sqlx::query(grants!(concat!(
            "g.principal = $2 AND ",
            live!("$1"),
            " ORDER BY g.id"
        )));
        let rows = live
            .bind(end.at.millis())
            .bind(principal.raw())
            .fetch_all(self.db())
            .await?;
        let ending = all(&rows, grant)?;
        end_all(self, &ending, end).await?;
        Ok(ending)
    }

    async fn put_guardrail(&mut self, guardrail: &Guardrail) -> Result<()> {
        super::roles::put_guardrail(self, guardrail).await
    }

    async fn delete_guardrail(&mut self, id: PolicyId) -> Result<bool> {
        super::roles::delete_guardrail(self, id).await
    }
}

/// The epoch as this connection sees it.
pub async fn epoch(db: &mut Connection) -> Result<u64> {
    let row = sqlx::query("SELECT h.epoch FROM log_head h WHERE h.id = 1")
        .fetch_one(db)
        .await?;
    Cells::of(&row).number()
}

async fn end_all(handle: &mut Handle, ending: &[Grant], end: &Ended) -> Result<()> {
    if ending.is_empty() {
        return Ok(());
    }
    let wanted: Vec<GrantId> = ending.iter().map(|grant| grant.id).collect();
    sqlx::query(concat!(
        "UPDATE grants SET ended_at = $1, ended_by = $2, ended_reason = $3 WHERE id ",
        any!("$4")
    ))
    .bind(end.at.millis())
    .bind(end.by.raw())
    .bind(&end.reason)
    .bind(ids(&wanted))
    .execute(handle.db())
    .await?;
    handle
        .record_changes(&ending.iter().map(change).collect::<Vec<_>>())
        .await?;
    Ok(())
}

fn change(grant: &Grant) -> NewChange {
    of_principal(ChangeKind::Entitlement, grant.principal, Some(grant.scope))
}

/// Reads `grant_columns!`.
fn grant(cells: &mut Cells<'_>) -> Result<Grant> {
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

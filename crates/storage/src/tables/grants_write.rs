//! Writes of grants, and the doors to those of roles and guardrails.

use super::{cells::all, changes::of_principal, grants::grant, handle::Handle, ids, rows::insert};
use crate::{
    Conflict, Result, StorageError,
    changes::{ChangeKind, ChangeWrites as _, NewChange},
    grants::GrantWrites,
    raw_id::RawId as _,
};
use async_trait::async_trait;
use claviger_model::{
    grant::{Ended, Grant},
    guardrail::Guardrail,
    ids::{GrantId, PolicyId, PrincipalId, RoleId},
    role::Role,
    time::Timestamp,
};

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

    async fn shorten_grant(&mut self, id: GrantId, expires_at: Timestamp) -> Result<()> {
        let done = sqlx::query(
            "UPDATE grants SET expires_at = $2 WHERE id = $1 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        )
        .bind(id.raw())
        .bind(expires_at.millis())
        .execute(self.db())
        .await?;
        let shortened = sqlx::query(grants!("g.id = $1"))
            .bind(id.raw())
            .fetch_all(self.db())
            .await?;
        if done.rows_affected() == 0 {
            return Err(Conflict::Changed.into());
        }
        let shortened = all(&shortened, grant)?;
        self.record_changes(&shortened.iter().map(change).collect::<Vec<_>>())
            .await?;
        super::emergency_write::shorten(self, id, expires_at).await?;
        super::approvals_write::shorten_given(self, id, expires_at).await
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
    super::emergency_write::close(handle, &wanted, end.at).await?;
    super::approvals_write::close_given(handle, &wanted, end.at).await
}

fn change(grant: &Grant) -> NewChange {
    of_principal(ChangeKind::Entitlement, grant.principal, Some(grant.scope))
}

//! The feed of changes.

use super::{
    cells::{Cells, all},
    handle::Handle,
    ids,
    rows::insert,
    texts,
};
use crate::{
    Result,
    changes::{Change, ChangeKind, ChangeReads, ChangeWrites, NewChange},
    codes::Coded as _,
    raw_id::{int, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::ids::{PrincipalId, ScopeId, SecretId};

#[async_trait]
impl ChangeReads for Handle {
    async fn cursor(&mut self) -> Result<(u64, u64)> {
        if let Some(held) = self.holding() {
            return Ok((held.head.sync_cursor, held.head.sync_floor));
        }
        let row = sqlx::query("SELECT h.sync_cursor, h.sync_floor FROM log_head h WHERE h.id = 1")
            .fetch_one(self.db())
            .await?;
        let mut cells = Cells::of(&row);
        Ok((cells.number()?, cells.number()?))
    }

    async fn changes_since(&mut self, cursor: u64, limit: u32) -> Result<Vec<Change>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            change_columns!(),
            " FROM changes c WHERE c.cursor > $1 ORDER BY c.cursor LIMIT $2"
        ))
        .bind(int(cursor))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, change)
    }

    async fn scope_changes_since(
        &mut self,
        scopes: &[ScopeId],
        kinds: &[ChangeKind],
        cursor: u64,
        limit: u32,
    ) -> Result<Vec<Change>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            change_columns!(),
            " FROM changes c WHERE c.scope ",
            any!("$1"),
            " AND c.kind ",
            any_text!("$2"),
            " AND c.cursor > $3 ORDER BY c.cursor LIMIT $4"
        ))
        .bind(ids(scopes))
        .bind(texts(kinds.iter().map(|kind| kind.text())))
        .bind(int(cursor))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, change)
    }

    async fn principal_changes_since(
        &mut self,
        principals: &[PrincipalId],
        kinds: &[ChangeKind],
        cursor: u64,
        limit: u32,
    ) -> Result<Vec<Change>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            change_columns!(),
            " FROM changes c WHERE c.principal ",
            any!("$1"),
            " AND c.kind ",
            any_text!("$2"),
            " AND c.cursor > $3 ORDER BY c.cursor LIMIT $4"
        ))
        .bind(ids(principals))
        .bind(texts(kinds.iter().map(|kind| kind.text())))
        .bind(int(cursor))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, change)
    }

    async fn policy_changed_since(&mut self, cursor: u64) -> Result<bool> {
        let row =
            sqlx::query("SELECT c.cursor FROM changes c WHERE c.kind = 'policy' AND c.cursor > $1 LIMIT 1")
                .bind(int(cursor))
                .fetch_optional(self.db())
                .await?;
        Ok(row.is_some())
    }
}

#[async_trait]
impl ChangeWrites for Handle {
    async fn record_changes(&mut self, changes: &[NewChange]) -> Result<u64> {
        let held = self.held()?;
        let (first, at) = (held.head.sync_cursor.saturating_add(1), held.now);
        let numbered: Vec<_> = (first..).zip(changes).collect();
        if let Some((newest, _)) = numbered.last() {
            held.head.sync_cursor = *newest;
        }
        let newest = held.head.sync_cursor;
        insert(
            self.db(),
            "INSERT INTO changes (cursor, at, kind, scope, secret, principal, request) ",
            &numbered,
            |row, (cursor, change)| {
                row.push_bind(int(*cursor))
                    .push_bind(at.millis())
                    .push_bind(change.kind.text())
                    .push_bind(raw_or_null(change.scope.as_ref()))
                    .push_bind(raw_or_null(change.secret.as_ref()))
                    .push_bind(raw_or_null(change.principal.as_ref()))
                    .push_bind(raw_or_null(change.request.as_ref()));
            },
        )
        .await?;
        Ok(newest)
    }

    async fn cut_changes(&mut self, until: u64) -> Result<()> {
        let held = self.held()?;
        let until = until.min(held.head.sync_cursor);
        held.head.sync_floor = held.head.sync_floor.max(until);
        sqlx::query("DELETE FROM changes WHERE cursor <= $1")
            .bind(int(until))
            .execute(self.db())
            .await?;
        Ok(())
    }
}

impl Handle {
    /// Records one change; returns its cursor.
    pub async fn tell(&mut self, change: NewChange) -> Result<u64> {
        self.record_changes(&[change]).await
    }
}

/// A change of a secret.
pub const fn of_secret(kind: ChangeKind, scope: ScopeId, secret: SecretId) -> NewChange {
    NewChange {
        kind,
        scope: Some(scope),
        secret: Some(secret),
        principal: None,
        request: None,
    }
}

/// A change of a scope.
pub const fn of_scope(scope: ScopeId) -> NewChange {
    NewChange {
        kind: ChangeKind::Scope,
        scope: Some(scope),
        secret: None,
        principal: None,
        request: None,
    }
}

/// A change that concerns a principal.
pub const fn of_principal(kind: ChangeKind, principal: PrincipalId, scope: Option<ScopeId>) -> NewChange {
    NewChange {
        kind,
        scope,
        secret: None,
        principal: Some(principal),
        request: None,
    }
}

/// A change of roles or guardrails.
pub const POLICY: NewChange = NewChange {
    kind: ChangeKind::Policy,
    scope: None,
    secret: None,
    principal: None,
    request: None,
};

fn change(cells: &mut Cells<'_>) -> Result<Change> {
    let (cursor, at) = (cells.number()?, cells.time()?);
    let change = NewChange {
        kind: cells.code()?,
        scope: cells.id_or_null()?,
        secret: cells.id_or_null()?,
        principal: cells.id_or_null()?,
        request: cells.id_or_null()?,
    };
    Ok(Change { cursor, at, change })
}

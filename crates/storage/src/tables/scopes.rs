//! Reads of scopes, and the writes that stay at their place.

use super::{
    cells::{Cells, all, json_text, one},
    changes::of_scope,
    handle::Handle,
    ids,
};
use crate::{
    Result,
    codes::Coded as _,
    raw_id::{RawId as _, raw_or_null},
    scopes::{ScopeReads, ScopeSettings, ScopeWrites},
};
use async_trait::async_trait;
use claviger_model::{
    ids::ScopeId,
    name::Name,
    scope::{Scope, ScopePath},
    time::Timestamp,
};

#[async_trait]
impl ScopeReads for Handle {
    async fn scope(&mut self, id: ScopeId) -> Result<Option<Scope>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            scope_columns!(),
            " FROM scopes c WHERE c.id = $1"
        ))
        .bind(id.raw())
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), scope)
    }

    async fn scopes(&mut self, wanted: &[ScopeId]) -> Result<Vec<Scope>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            scope_columns!(),
            " FROM scopes c WHERE c.id ",
            any!("$1")
        ))
        .bind(ids(wanted))
        .fetch_all(self.db())
        .await?;
        all(&rows, scope)
    }

    async fn root_scope(&mut self) -> Result<Option<Scope>> {
        self.scope_at(&ScopePath::root()).await
    }

    async fn scope_at(&mut self, path: &ScopePath) -> Result<Option<Scope>> {
        let row = sqlx::query(concat!(
            "SELECT ",
            scope_columns!(),
            " FROM scopes c WHERE c.folded_path = $1"
        ))
        .bind(folded(path))
        .fetch_optional(self.db())
        .await?;
        one(row.as_ref(), scope)
    }

    async fn scope_child(&mut self, parent: ScopeId, name: &Name) -> Result<Option<Scope>> {
        let Some(parent) = self.scope(parent).await? else {
            return Ok(None);
        };
        match parent.path.child(name.clone()) {
            Ok(path) => self.scope_at(&path).await,
            Err(_) => Ok(None),
        }
    }

    async fn scope_children(&mut self, parent: ScopeId) -> Result<Vec<Scope>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            scope_columns!(),
            " FROM scopes c WHERE c.parent = $1 ORDER BY c.folded_path"
        ))
        .bind(parent.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, scope)
    }

    async fn scope_chain(&mut self, id: ScopeId) -> Result<Vec<Scope>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            scope_columns!(),
            " FROM scope_ancestors a JOIN scopes c ON c.id = a.ancestor WHERE a.scope = $1 ORDER BY a.distance"
        ))
        .bind(id.raw())
        .fetch_all(self.db())
        .await?;
        all(&rows, scope)
    }

    async fn scope_chains(&mut self, wanted: &[ScopeId]) -> Result<Vec<(ScopeId, ScopeId, u32)>> {
        let rows = sqlx::query(concat!(
            "SELECT a.scope, a.ancestor, a.distance FROM scope_ancestors a WHERE a.scope ",
            any!("$1"),
            " ORDER BY a.scope, a.distance"
        ))
        .bind(ids(wanted))
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.id()?, cells.number()?)))
    }

    async fn scopes_under(
        &mut self,
        tops: &[ScopeId],
        after: Option<ScopeId>,
        limit: u32,
    ) -> Result<Vec<Scope>> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            scope_columns!(),
            " FROM scopes c WHERE c.id > $2 AND c.id IN (SELECT a.scope FROM scope_ancestors a WHERE a.ancestor ",
            any!("$1"),
            ") ORDER BY c.id LIMIT $3"
        ))
        .bind(ids(tops))
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, scope)
    }
}

#[async_trait]
impl ScopeWrites for Handle {
    async fn insert_scope(
        &mut self,
        id: ScopeId,
        parent: Option<ScopeId>,
        name: &Name,
        settings: &ScopeSettings,
        at: Timestamp,
    ) -> Result<Scope> {
        super::scope_tree::insert(self, id, parent, name, settings, at).await
    }

    async fn rename_scope(&mut self, id: ScopeId, name: &Name, at: Timestamp) -> Result<bool> {
        super::scope_tree::rename(self, id, name, at).await
    }

    async fn set_scope(&mut self, id: ScopeId, settings: &ScopeSettings, at: Timestamp) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE scopes SET class = $2, discoverable = $3, lease_seconds = $4, changed_at = $5 WHERE id = $1",
        )
        .bind(id.raw())
        .bind(settings.class.map(|class| class.text()))
        .bind(json_text(&settings.discoverable)?)
        .bind(settings.lease_seconds.map(i64::from))
        .bind(at.millis())
        .execute(self.db())
        .await?;
        let existed = done.rows_affected() > 0;
        if existed {
            self.tell(of_scope(id)).await?;
        }
        Ok(existed)
    }

    async fn move_scope(&mut self, id: ScopeId, parent: ScopeId, at: Timestamp) -> Result<()> {
        super::scope_tree::move_below(self, id, parent, at).await
    }
}

/// A path as it must be unique.
pub fn folded(path: &ScopePath) -> String {
    path.segments()
        .iter()
        .map(Name::folded)
        .collect::<Vec<_>>()
        .join("/")
}

/// Reads `scope_columns!`.
pub fn scope(cells: &mut Cells<'_>) -> Result<Scope> {
    Ok(Scope {
        id: cells.id()?,
        parent: cells.id_or_null()?,
        path: cells.parsed()?,
        class: cells.code_or_null()?,
        discoverable: cells.json()?,
        lease_seconds: cells.number_or_null()?,
    })
}

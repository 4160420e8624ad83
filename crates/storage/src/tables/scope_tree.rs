//! Writes that change the tree: paths are kept in every row, and ancestors in a closure.

use super::{
    cells::{json_text, one},
    changes::of_scope,
    handle::Handle,
    scopes::folded,
};
use crate::{
    Conflict, Result,
    codes::Coded as _,
    raw_id::{RawId as _, int, raw_or_null},
    scopes::{ScopeReads as _, ScopeSettings},
};
use claviger_model::{
    ids::ScopeId,
    name::Name,
    scope::{MAX_DEPTH, Scope, ScopePath},
    time::Timestamp,
};

pub async fn insert(
    handle: &mut Handle,
    id: ScopeId,
    parent: Option<ScopeId>,
    name: &Name,
    settings: &ScopeSettings,
    at: Timestamp,
) -> Result<Scope> {
    let path = match parent {
        None => ScopePath::root(),
        Some(parent) => {
            let parent = handle.scope(parent).await?.ok_or(Conflict::Missing)?;
            parent.path.child(name.clone()).map_err(|_| Conflict::Misplaced)?
        }
    };
    sqlx::query(
        "INSERT INTO scopes (id, parent, name, path, folded_path, depth, class, discoverable, lease_seconds, created_at, \
         changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    )
    .bind(id.raw())
    .bind(raw_or_null(parent.as_ref()))
    .bind(name.as_str())
    .bind(path.to_string())
    .bind(folded(&path))
    .bind(depth(&path))
    .bind(settings.class.map(|class| class.text()))
    .bind(json_text(&settings.discoverable)?)
    .bind(settings.lease_seconds.map(i64::from))
    .bind(at.millis())
    .execute(handle.db())
    .await?;
    sqlx::query(
        "INSERT INTO scope_ancestors (scope, ancestor, distance) \
         SELECT c.id, a.ancestor, a.distance + 1 FROM scopes c JOIN scope_ancestors a ON a.scope = c.parent WHERE c.id = $1 \
         UNION ALL SELECT c.id, c.id, 0 FROM scopes c WHERE c.id = $1",
    )
    .bind(id.raw())
    .execute(handle.db())
    .await?;
    handle.tell(of_scope(id)).await?;
    Ok(Scope {
        id,
        parent,
        path,
        class: settings.class,
        discoverable: settings.discoverable.clone(),
        lease_seconds: settings.lease_seconds,
    })
}

pub async fn rename(handle: &mut Handle, id: ScopeId, name: &Name, at: Timestamp) -> Result<bool> {
    let Some(scope) = handle.scope(id).await? else {
        return Ok(false);
    };
    // The root has no name in paths.
    let path = match scope.path.parent() {
        Some(above) => above.child(name.clone()).map_err(|_| Conflict::Misplaced)?,
        None => ScopePath::root(),
    };
    sqlx::query("UPDATE scopes SET name = $2, changed_at = $3 WHERE id = $1")
        .bind(id.raw())
        .bind(name.as_str())
        .bind(at.millis())
        .execute(handle.db())
        .await?;
    repath(handle, id, &scope.path, &path).await?;
    handle.tell(of_scope(id)).await?;
    Ok(true)
}

pub async fn move_below(handle: &mut Handle, id: ScopeId, parent: ScopeId, at: Timestamp) -> Result<()> {
    let scope = handle.scope(id).await?.ok_or(Conflict::Missing)?;
    let chain = handle.scope_chain(parent).await?;
    let parent_path = &chain.first().ok_or(Conflict::Missing)?.path;
    let Some(name) = scope.path.segments().last() else {
        return Err(Conflict::Misplaced.into());
    };
    if chain.iter().any(|above| above.id == id) {
        return Err(Conflict::Misplaced.into());
    }
    let path = parent_path.child(name.clone()).map_err(|_| Conflict::Misplaced)?;
    if depth(&path) + height(handle, id).await? > int(MAX_DEPTH as u64) {
        return Err(Conflict::Misplaced.into());
    }
    sqlx::query("UPDATE scopes SET parent = $2, changed_at = $3 WHERE id = $1")
        .bind(id.raw())
        .bind(parent.raw())
        .bind(at.millis())
        .execute(handle.db())
        .await?;
    repath(handle, id, &scope.path, &path).await?;
    // The subtree keeps its inner lines; those to the old ancestors go, those to the new ones come.
    sqlx::query(
        "DELETE FROM scope_ancestors WHERE scope IN (SELECT a.scope FROM scope_ancestors a WHERE a.ancestor = $1) \
         AND ancestor IN (SELECT a.ancestor FROM scope_ancestors a WHERE a.scope = $1 AND a.distance > 0)",
    )
    .bind(id.raw())
    .execute(handle.db())
    .await?;
    sqlx::query(
        "INSERT INTO scope_ancestors (scope, ancestor, distance) \
         SELECT below.scope, above.ancestor, below.distance + above.distance + 1 \
         FROM scope_ancestors below CROSS JOIN scope_ancestors above WHERE below.ancestor = $1 AND above.scope = $2",
    )
    .bind(id.raw())
    .bind(parent.raw())
    .execute(handle.db())
    .await?;
    handle.tell(of_scope(id)).await?;
    Ok(())
}

/// Replaces the beginning of the paths of a scope and of all below it.
async fn repath(handle: &mut Handle, id: ScopeId, old: &ScopePath, new: &ScopePath) -> Result<()> {
    if old == new {
        return Ok(());
    }
    sqlx::query(
        "UPDATE scopes SET path = $2 || substr(path, $3), folded_path = $4 || substr(folded_path, $5), depth = depth + $6 \
         WHERE id IN (SELECT a.scope FROM scope_ancestors a WHERE a.ancestor = $1)",
    )
    .bind(id.raw())
    .bind(new.to_string())
    .bind(after(&old.to_string()))
    .bind(folded(new))
    .bind(after(&folded(old)))
    .bind(depth(new) - depth(old))
    .execute(handle.db())
    .await?;
    Ok(())
}

/// Where a text goes on after a prefix; both databases count characters from 1.
fn after(prefix: &str) -> i32 {
    i32::try_from(prefix.chars().count() + 1).unwrap_or(i32::MAX)
}

fn depth(path: &ScopePath) -> i64 {
    int(path.segments().len() as u64)
}

/// How many levels stand below a scope.
async fn height(handle: &mut Handle, id: ScopeId) -> Result<i64> {
    let row = sqlx::query("SELECT MAX(a.distance) FROM scope_ancestors a WHERE a.ancestor = $1")
        .bind(id.raw())
        .fetch_optional(handle.db())
        .await?;
    Ok(one(row.as_ref(), |cells| cells.number_or_null())?
        .flatten()
        .unwrap_or(0))
}

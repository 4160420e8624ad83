//! Roles and guardrails.

use super::{
    Connection,
    cells::{Cells, all, json_text, one},
    changes::POLICY,
    handle::Handle,
};
use crate::{Conflict, Result, StorageError, raw_id::RawId as _};
use claviger_model::{
    action::Action,
    guardrail::Guardrail,
    ids::{PolicyId, RoleId},
    role::Role,
};

pub async fn role(db: &mut Connection, id: RoleId) -> Result<Option<Role>> {
    let row =
        sqlx::query("SELECT r.id, r.name, r.actions, r.may_grant, r.builtin FROM roles r WHERE r.id = $1")
            .bind(id.raw())
            .fetch_optional(db)
            .await?;
    one(row.as_ref(), read_role)
}

pub async fn roles(db: &mut Connection) -> Result<Vec<Role>> {
    let rows =
        sqlx::query("SELECT r.id, r.name, r.actions, r.may_grant, r.builtin FROM roles r ORDER BY r.folded")
            .fetch_all(db)
            .await?;
    all(&rows, read_role)
}

fn read_role(cells: &mut Cells<'_>) -> Result<Role> {
    let (id, name) = (cells.id()?, cells.name()?);
    let codes: Vec<String> = cells.json()?;
    Ok(Role {
        id,
        name,
        // A newer program's actions cannot be asked for in this one.
        actions: codes.iter().filter_map(|code| Action::from_code(code)).collect(),
        may_grant: cells.json()?,
        builtin: cells.flag()?,
    })
}

pub async fn put_role(handle: &mut Handle, role: &Role) -> Result<()> {
    let codes: Vec<&str> = role.actions.iter().map(|action| action.code()).collect();
    sqlx::query(
        "INSERT INTO roles (id, name, folded, actions, may_grant, builtin) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded = excluded.folded, actions = excluded.actions, \
         may_grant = excluded.may_grant, builtin = excluded.builtin",
    )
    .bind(role.id.raw())
    .bind(role.name.as_str())
    .bind(role.name.folded())
    .bind(json_text(&codes)?)
    .bind(json_text(&role.may_grant)?)
    .bind(i64::from(role.builtin))
    .execute(handle.db())
    .await?;
    handle.tell(POLICY).await?;
    Ok(())
}

pub async fn delete_role(handle: &mut Handle, id: RoleId) -> Result<bool> {
    let done = sqlx::query("DELETE FROM roles WHERE id = $1 AND builtin = 0")
        .bind(id.raw())
        .execute(handle.db())
        .await
        .map_err(|error| match StorageError::from(error) {
            StorageError::Conflict(Conflict::Missing) => Conflict::Referred.into(),
            other => other,
        })?;
    told(handle, done.rows_affected()).await
}

pub async fn guardrails(db: &mut Connection) -> Result<Vec<Guardrail>> {
    let rows =
        sqlx::query("SELECT g.id, g.name, g.body, g.builtin, g.enabled FROM guardrails g ORDER BY g.folded")
            .fetch_all(db)
            .await?;
    all(&rows, |cells| {
        Ok(Guardrail {
            id: cells.id()?,
            name: cells.name()?,
            text: cells.take()?,
            builtin: cells.flag()?,
            enabled: cells.flag()?,
        })
    })
}

pub async fn put_guardrail(handle: &mut Handle, guardrail: &Guardrail) -> Result<()> {
    sqlx::query(
        "INSERT INTO guardrails (id, name, folded, body, builtin, enabled) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded = excluded.folded, body = excluded.body, \
         builtin = excluded.builtin, enabled = excluded.enabled",
    )
    .bind(guardrail.id.raw())
    .bind(guardrail.name.as_str())
    .bind(guardrail.name.folded())
    .bind(&guardrail.text)
    .bind(i64::from(guardrail.builtin))
    .bind(i64::from(guardrail.enabled))
    .execute(handle.db())
    .await?;
    handle.tell(POLICY).await?;
    Ok(())
}

pub async fn delete_guardrail(handle: &mut Handle, id: PolicyId) -> Result<bool> {
    let done = sqlx::query("DELETE FROM guardrails WHERE id = $1")
        .bind(id.raw())
        .execute(handle.db())
        .await?;
    told(handle, done.rows_affected()).await
}

async fn told(handle: &mut Handle, rows: u64) -> Result<bool> {
    if rows > 0 {
        handle.tell(POLICY).await?;
    }
    Ok(rows > 0)
}

//! What the catalogue says of roles, and letting one in no more.

use super::{connect::fault, quoted::identifier};
use crate::{Fault, FaultCode, GoOn};
use claviger_model::connected::{Account, Presence};
use sqlx::{AssertSqlSafe, PgConnection, Row as _, postgres::PgRow};
use std::time::Duration;

/// The superuser that the cluster was made with (`BOOTSTRAP_SUPERUSERID`).
const FIRST: i64 = 10;
/// How often it is looked whether sessions have ended, and how long between.
const LOOKS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// A role as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub oid: i64,
    pub name: String,
    pub can_log_in: bool,
    pub is_superuser: bool,
}

fn role(row: &PgRow) -> Result<Role, sqlx::Error> {
    Ok(Role {
        oid: row.try_get(0)?,
        name: row.try_get(1)?,
        can_log_in: row.try_get(2)?,
        is_superuser: row.try_get(3)?,
    })
}

macro_rules! roles {
    ($condition:literal) => {
        concat!(
            "SELECT oid::int8, rolname::text, rolcanlogin, rolsuper FROM pg_catalog.pg_roles WHERE ",
            $condition
        )
    };
}

/// Those who can log in, after a name, in an order that no locale changes.
pub async fn logins(db: &mut PgConnection, after: &str, limit: usize) -> Result<Vec<Role>, Fault> {
    let rows = sqlx::query(roles!(
        "rolcanlogin AND rolname::text COLLATE \"C\" > $1 COLLATE \"C\" ORDER BY rolname::text COLLATE \"C\" LIMIT $2"
    ))
    .bind(after)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
    .map_err(|error| fault(&error))?;
    let roles: Result<Vec<_>, _> = rows.iter().map(role).collect();
    roles.map_err(|error| fault(&error))
}

/// The role of a name.
pub async fn named(db: &mut PgConnection, name: &str) -> Result<Option<Role>, Fault> {
    let row = sqlx::query(roles!("rolname::text = $1"))
        .bind(name)
        .fetch_optional(db)
        .await
        .map_err(|error| fault(&error))?;
    row.as_ref().map(role).transpose().map_err(|error| fault(&error))
}

/// The role that an account means: by its key alone, since its name may be another role's by now; by its name where it has none.
pub async fn meant(db: &mut PgConnection, account: &Account) -> Result<Option<Role>, Fault> {
    let Some(key) = account.key else {
        return named(db, account.name.as_str()).await;
    };
    let row = sqlx::query(roles!("oid::int8 = $1"))
        .bind(key)
        .fetch_optional(db)
        .await
        .map_err(|error| fault(&error))?;
    row.as_ref().map(role).transpose().map_err(|error| fault(&error))
}

/// Whether a role is the connector's own, a superuser that it is through a membership, or of the server itself.
pub async fn is_protected(db: &mut PgConnection, role: &Role) -> Result<bool, Fault> {
    if role.oid == FIRST || role.name.starts_with("pg_") {
        return Ok(true);
    }
    sqlx::query_scalar(
        "WITH RECURSIVE works_by (oid) AS ( \
         SELECT oid FROM pg_catalog.pg_roles WHERE rolname IN (current_user, session_user) \
         UNION SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN works_by w ON m.member = w.oid) \
         SELECT EXISTS (SELECT 1 FROM works_by w JOIN pg_catalog.pg_roles r ON r.oid = w.oid \
         WHERE w.oid::int8 = $1 AND (r.rolsuper OR r.rolname IN (current_user, session_user)))",
    )
    .bind(role.oid)
    .fetch_one(db)
    .await
    .map_err(|error| fault(&error))
}

/// From here on nobody comes in as this role.
pub async fn refuse_logins(db: &mut PgConnection, role: &Role, go: &dyn GoOn) -> Result<(), Fault> {
    go.go_on().await?;
    run(
        db,
        format!(
            "ALTER ROLE {} NOLOGIN CONNECTION LIMIT 0 VALID UNTIL '1970-01-01 00:00:00+00'",
            identifier(&role.name)
        ),
    )
    .await
}

/// Ends the role's sessions; whether none is left.
pub async fn end_sessions(db: &mut PgConnection, role: &Role, go: &dyn GoOn) -> Result<bool, Fault> {
    for _ in 0..LOOKS {
        go.go_on().await?;
        let ended: Vec<bool> = sqlx::query_scalar(
            "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity \
             WHERE usesysid::int8 = $1 AND pid <> pg_backend_pid()",
        )
        .bind(role.oid)
        .fetch_all(&mut *db)
        .await
        .map_err(|error| fault(&error))?;
        if ended.is_empty() {
            return Ok(true);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(false)
}

/// Takes a role out of all that it is in, and others out of it, so that nobody takes its place.
pub async fn leave_groups(db: &mut PgConnection, of: &Role, go: &dyn GoOn) -> Result<(), Fault> {
    let rows = sqlx::query(
        "SELECT g.rolname::text, m.rolname::text FROM pg_catalog.pg_auth_members a \
         JOIN pg_catalog.pg_roles g ON g.oid = a.roleid JOIN pg_catalog.pg_roles m ON m.oid = a.member \
         WHERE a.member::int8 = $1 OR (a.roleid::int8 = $1 AND m.rolname <> current_user)",
    )
    .bind(of.oid)
    .fetch_all(&mut *db)
    .await
    .map_err(|error| fault(&error))?;
    for row in rows {
        let (group, member): (String, String) = (
            row.try_get(0).map_err(|error| fault(&error))?,
            row.try_get(1).map_err(|error| fault(&error))?,
        );
        let sql = format!("REVOKE {} FROM {}", identifier(&group), identifier(&member));
        go.go_on().await?;
        run(db, sql).await?;
    }
    Ok(())
}

/// What is left of an account. A session of a role that was dropped is somebody who is still there: which of the dropped ones it
/// was cannot be told any more where the account has no key.
///
/// # Errors
/// [`FaultCode::AnotherAccount`] where it cannot be used and its name is another role's.
pub async fn presence(db: &mut PgConnection, account: &Account) -> Result<Presence, Fault> {
    let row = sqlx::query(
        "SELECT count(*) FILTER (WHERE is_it AND rolcanlogin), count(*) FILTER (WHERE is_it), count(*) FILTER (WHERE NOT is_it), \
         (SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.usesysid IS NOT NULL AND a.pid <> pg_backend_pid() \
          AND CASE WHEN $1::int8 IS NULL THEN a.usename::text = $2 \
                   OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles o WHERE o.oid = a.usesysid) \
              ELSE a.usesysid::int8 = $1 END) \
         FROM (SELECT rolcanlogin, $1::int8 IS NULL OR oid::int8 = $1 AS is_it FROM pg_catalog.pg_roles \
               WHERE oid::int8 = $1 OR rolname::text = $2) AS meant",
    )
    .bind(account.key)
    .bind(account.name.as_str())
    .fetch_one(db)
    .await
    .map_err(|error| fault(&error))?;
    let number = |at: usize| row.try_get::<i64, _>(at).map_err(|error| fault(&error));
    let (can_log_in, roles, of_another, sessions) = (number(0)?, number(1)?, number(2)?, number(3)?);
    match (can_log_in + sessions, of_another, roles) {
        (0, 0, 0) => Ok(Presence::Gone),
        (0, 0, _) => Ok(Presence::Disabled),
        (0, _, _) => Err(FaultCode::AnotherAccount.into()),
        _ => Ok(Presence::There),
    }
}

/// Runs a statement of ours, in which every name is quoted.
pub async fn run(db: &mut PgConnection, sql: String) -> Result<(), Fault> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(db)
        .await
        .map(drop)
        .map_err(|error| fault(&error))
}

//! What a role leaves behind: what it owns, what it was given, and itself.

use super::{
    connect::fault,
    quoted::identifier,
    roles::{Role, end_sessions, run},
};
use crate::{Fault, FaultCode, GoOn};
use claviger_model::connected::AccountName;
use sqlx::{Connection as _, PgConnection};

/// User mappings and default privileges count as owned, go to nobody, and are dropped (`REASSIGN OWNED` passes them over).
macro_rules! owned {
    ($condition:literal) => {
        concat!(
            "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::regclass \
             AND refobjid::int8 = $1 AND deptype = 'o' AND classid NOT IN ('pg_catalog.pg_user_mapping'::regclass, \
             'pg_catalog.pg_default_acl'::regclass)",
            $condition,
            ")"
        )
    };
}

/// Whether a role owns anything in any database.
pub async fn owns_anything(db: &mut PgConnection, role: &Role) -> Result<bool, Fault> {
    sqlx::query_scalar(owned!(""))
        .bind(role.oid)
        .fetch_one(db)
        .await
        .map_err(|error| fault(&error))
}

/// The databases in which a role owns something or was given something; where that is in none of them alone, this one.
pub async fn databases(db: &mut PgConnection, role: &Role) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar(
        "SELECT DISTINCT CASE WHEN s.dbid = 0 THEN current_database()::text ELSE d.datname::text END \
         FROM pg_catalog.pg_shdepend s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid \
         WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.refobjid::int8 = $1 \
         AND (s.dbid = 0 OR d.oid IS NOT NULL) ORDER BY 1",
    )
    .bind(role.oid)
    .fetch_all(db)
    .await
    .map_err(|error| fault(&error))
}

/// In this database, what a role owns goes to the heir, and what it was given is taken back; all of it or nothing.
pub async fn hand_over(
    db: &mut PgConnection,
    role: &Role,
    heir: Option<&AccountName>,
    go: &dyn GoOn,
) -> Result<(), Fault> {
    let (name, mut changes) = (identifier(&role.name), Vec::new());
    let superuser: bool =
        sqlx::query_scalar("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")
            .fetch_one(&mut *db)
            .await
            .map_err(|error| fault(&error))?;
    // Whoever is no superuser has to be a member for that long.
    if !superuser {
        changes.push(format!("GRANT {name} TO CURRENT_USER"));
    }
    if let Some(heir) = heir {
        changes.push(format!(
            "REASSIGN OWNED BY {name} TO {}",
            identifier(heir.as_str())
        ));
    }
    go.go_on().await?;
    let mut change = db.begin().await.map_err(|error| fault(&error))?;
    for sql in changes {
        run(&mut change, sql).await?;
    }
    // `DROP OWNED` would drop what is still owned, with all that is in it.
    let owns: bool = sqlx::query_scalar(owned!(
        " AND (dbid = 0 OR dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))"
    ))
    .bind(role.oid)
    .fetch_one(&mut *change)
    .await
    .map_err(|error| fault(&error))?;
    if owns {
        return Err(FaultCode::InUse.into());
    }
    run(&mut change, format!("DROP OWNED BY {name}")).await?;
    if !superuser {
        run(&mut change, format!("REVOKE {name} FROM CURRENT_USER")).await?;
    }
    // Others may have held what it waited for; until it is committed, nothing is done.
    go.go_on().await?;
    change.commit().await.map_err(|error| fault(&error))
}

/// Drops a role. A session that came in before it was refused and was seen by nobody ends after it.
pub async fn drop_role(db: &mut PgConnection, role: &Role, go: &dyn GoOn) -> Result<(), Fault> {
    go.go_on().await?;
    run(db, format!("DROP ROLE IF EXISTS {}", identifier(&role.name))).await?;
    if end_sessions(db, role, go).await? {
        Ok(())
    } else {
        Err(FaultCode::StillThere.into())
    }
}

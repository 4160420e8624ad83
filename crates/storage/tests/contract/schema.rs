//! What the tables themselves forbid and count, whatever program writes to them.

use crate::ground::Ground;
use claviger_storage::{Database, StorageError};
use sqlx::{AssertSqlSafe, Connection as _};

contract!(
    the_log_is_append_only,
    the_head_never_shrinks,
    the_epoch_follows_what_decisions_depend_on,
    references_must_exist,
    values_outside_an_enum_are_refused,
);

/// Runs SQL beside the store, as its owner.
pub async fn run(ground: &Ground, sql: &str) -> Result<u64, StorageError> {
    let sql = AssertSqlSafe(sql.to_owned());
    Ok(match &ground.database {
        Database::Sqlite(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
            sqlx::query(sql).execute(&mut connection).await?.rows_affected()
        }
        Database::Postgres(url) => {
            let mut connection = sqlx::PgConnection::connect(url).await?;
            sqlx::query(sql).execute(&mut connection).await?.rows_affected()
        }
    })
}

async fn the_log_is_append_only(ground: Ground) {
    let drafts = (0..257)
        .map(|_| claviger_storage::log::Draft {
            openings: vec![claviger_storage::log::Opening {
                field: "name".to_owned(),
                about: None,
                key: [0; 32],
                value: "x".to_owned(),
            }],
            ..ground.draft(&[ground.ada])
        })
        .collect();
    ground.append(drafts).await;
    for sql in [
        "UPDATE log_events SET outcome = 'done'",
        "DELETE FROM log_events WHERE idx = 0",
        "UPDATE log_subjects SET seq = seq + 1",
        "DELETE FROM log_subjects",
        "UPDATE log_tiles SET tile = 9",
        "DELETE FROM log_tiles",
        "UPDATE log_openings SET value = 'y'",
        "DELETE FROM log_head",
    ] {
        let error = run(&ground, sql).await.unwrap_err();
        assert!(matches!(error, StorageError::Forbidden(_)), "{sql}: {error:?}");
    }
    assert_eq!(
        run(&ground, "DELETE FROM log_openings WHERE idx < 10")
            .await
            .unwrap(),
        10
    );
}

async fn the_head_never_shrinks(ground: Ground) {
    ground.append(vec![ground.draft(&[])]).await;
    for column in ["next_index", "epoch", "sync_cursor", "last_time", "keys"] {
        let sql = format!("UPDATE log_head SET {column} = {column} - 1");
        let error = run(&ground, &sql).await.unwrap_err();
        assert!(matches!(error, StorageError::Forbidden(_)), "{sql}: {error:?}");
    }
}

async fn the_epoch_follows_what_decisions_depend_on(ground: Ground) {
    let team = ground.team("t");
    let device = ground.device(ground.ada);
    let mut locked = ground.locked().await;
    locked.insert_principal(&team).await.unwrap();
    for role in claviger_model::builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
    locked.insert_device(&device).await.unwrap();
    locked.put_session(&ground.session(&device)).await.unwrap();
    locked.commit().await.unwrap();
    ground.secret("db").await;
    let hex = |bytes: &[u8; 16]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let blob = |bytes: &[u8; 16]| match ground.database {
        Database::Sqlite(_) => format!("X'{}'", hex(bytes)),
        Database::Postgres(_) => format!("'\\x{}'", hex(bytes)),
    };
    let (ada, squad, root) = (
        blob(ground.ada.as_bytes()),
        blob(team.id.as_bytes()),
        blob(ground.root.as_bytes()),
    );
    let role = blob(claviger_model::builtin_roles::VIEWER.as_bytes());
    let guardrail = "(id, name, folded, body, enabled, builtin)";
    let right = "(id, principal, role, scope, reason, given_by, given_at, ends_at)";
    let object = "(kind, id, digest, applied_at, applied_by)";
    let grant = "(id, principal, role, scope, reason, granted_by, granted_at, conditions)";
    for (sql, bumps) in [
        (
            format!("INSERT INTO grants {grant} VALUES ({ada}, {ada}, {role}, {root}, '', {ada}, 0, '{{}}')"),
            true,
        ),
        ("UPDATE grants SET expires_at = 5".to_owned(), true),
        ("DELETE FROM grants".to_owned(), true),
        (format!("UPDATE roles SET actions = '[]' WHERE id = {role}"), true),
        (
            format!("INSERT INTO team_members (team, member, source) VALUES ({squad}, {ada}, 'local')"),
            true,
        ),
        ("DELETE FROM team_members".to_owned(), true),
        (
            format!("INSERT INTO group_teams (issuer, provider_group, team) VALUES ('i', 'g', {squad})"),
            true,
        ),
        (
            format!("UPDATE scopes SET class = 'staging' WHERE id = {root}"),
            true,
        ),
        (
            format!("INSERT INTO guardrails {guardrail} VALUES ({ada}, 'n', 'n', '', 1, 0)"),
            true,
        ),
        ("DELETE FROM guardrails".to_owned(), true),
        (
            format!(
                "INSERT INTO emergency_rights {right} VALUES ({ada}, {ada}, {role}, {root}, '', {ada}, 0, 1)"
            ),
            true,
        ),
        (
            format!("UPDATE emergency_rights SET ended_at = 1, ended_by = {ada}, ended_reason = ''"),
            true,
        ),
        (
            format!("INSERT INTO file_objects {object} VALUES ('role', 'x', {ada}, 0, {ada})"),
            true,
        ),
        ("UPDATE file_objects SET applied_at = 1".to_owned(), true),
        ("DELETE FROM file_objects".to_owned(), true),
        (
            format!("UPDATE principals SET state = 'suspended' WHERE id = {squad}"),
            true,
        ),
        (
            format!("UPDATE principals SET state = 'suspended' WHERE id = {ada}"),
            true,
        ),
        (
            format!("UPDATE principals SET state = 'suspended', email = 'a@b' WHERE id = {ada}"),
            false,
        ),
        ("UPDATE devices SET state = 'ending'".to_owned(), false),
        ("UPDATE sessions SET state = 'ended'".to_owned(), false),
        ("UPDATE secrets SET note = 'x'".to_owned(), false),
    ] {
        let mut reader = ground.store.reader().await.unwrap();
        let before = reader.committed_epoch().await.unwrap();
        assert!(run(&ground, &sql).await.unwrap() > 0, "{sql}");
        assert_eq!(reader.committed_epoch().await.unwrap() > before, bumps, "{sql}");
    }
}

async fn references_must_exist(ground: Ground) {
    for sql in [
        "INSERT INTO identities (issuer, subject, principal) VALUES ('i', 's', {})",
        "INSERT INTO journal (device, seq, hash, body, received_at) VALUES ({}, 1, {}, {}, 0)",
        "INSERT INTO scope_ancestors (scope, ancestor, distance) VALUES ({}, {}, 0)",
        "INSERT INTO log_subjects (subject, seq, idx, leaf_hash) VALUES ({}, 1, 99, {})",
    ] {
        let blob = match ground.database {
            Database::Sqlite(_) => "X'00'",
            Database::Postgres(_) => "'\\x00'",
        };
        let error = run(&ground, &sql.replace("{}", blob)).await.unwrap_err();
        assert!(
            matches!(error, StorageError::Conflict(claviger_storage::Conflict::Missing)),
            "{sql}: {error:?}"
        );
    }
}

async fn values_outside_an_enum_are_refused(ground: Ground) {
    for sql in [
        "UPDATE principals SET state = 'gone'",
        "UPDATE principals SET kind = 'service'",
        "UPDATE scopes SET depth = 9",
    ] {
        let error = run(&ground, sql).await.unwrap_err();
        assert!(
            matches!(
                error,
                StorageError::Conflict(claviger_storage::Conflict::NotAdmitted)
            ),
            "{sql}: {error:?}"
        );
    }
}

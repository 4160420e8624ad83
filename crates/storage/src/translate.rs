//! What a driver's error means to us.

use crate::{Conflict, StorageError, error::Said};
use sqlx::error::{DatabaseError, ErrorKind};
use std::path::PathBuf;

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(said) => of_database(said),
            E::Tls(_) => Self::Untrusted(Box::new(error)),
            // The handshake reports a certificate that does not hold as a failure of the connection.
            E::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => Self::Untrusted(Box::new(io)),
            E::Io(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                Self::Unavailable(Box::new(error))
            }
            other => Self::Query(Box::new(other)),
        }
    }
}

impl StorageError {
    /// The meaning of an error while committing, when a broken connection leaves the outcome open.
    pub(crate) fn committing(error: sqlx::Error) -> Self {
        match Self::from(error) {
            Self::Unavailable(source) => Self::Unconfirmed(source),
            other => other,
        }
    }
}

fn of_database(said: Box<dyn DatabaseError>) -> StorageError {
    match said.kind() {
        ErrorKind::UniqueViolation => return taken(said.as_ref()).into(),
        ErrorKind::ForeignKeyViolation => return Conflict::Missing.into(),
        ErrorKind::CheckViolation | ErrorKind::NotNullViolation => return Conflict::NotAdmitted.into(),
        _ => {}
    }
    let code = said.code().unwrap_or_default().into_owned();
    let source = Box::new(sqlx::Error::Database(said));
    match code.parse::<u32>() {
        // PostgreSQL's codes have five characters; the few of digits only do not look like SQLite's.
        Ok(number) if code.len() < 5 => of_sqlite(number, source),
        _ => of_postgres(&code, source),
    }
}

/// <https://www.sqlite.org/rescode.html>; the low byte is the primary code.
fn of_sqlite(code: u32, source: Box<sqlx::Error>) -> StorageError {
    const CONSTRAINT_TRIGGER: u32 = 1811;
    // A quota or a limit of the process; SQLite calls full only what the system calls "no space left".
    const WRITE: u32 = 778;
    const SHARED_MEMORY_SIZE: u32 = 4874;
    match (code, code & 0xff) {
        (CONSTRAINT_TRIGGER, _) => StorageError::Forbidden(source),
        (WRITE | SHARED_MEMORY_SIZE, _) => StorageError::Full(source),
        (_, 5 | 6) => StorageError::Unavailable(source),
        (_, 8 | 14) => StorageError::ReadOnly {
            database: "the database file".to_owned(),
            source,
        },
        (_, 11 | 26) => StorageError::NotADatabase(PathBuf::from("the database file")),
        (_, 13) => StorageError::Full(source),
        _ => StorageError::Query(source),
    }
}

/// PostgreSQL 15 documentation, appendix A.
fn of_postgres(code: &str, source: Box<sqlx::Error>) -> StorageError {
    match code {
        "42501" => StorageError::Forbidden(source),
        "53100" => StorageError::Full(source),
        "25006" => StorageError::ReadOnly {
            database: "the database".to_owned(),
            source,
        },
        // Serialization, deadlock, too many connections, shutting down, starting up, wrong password, no such database.
        "40001" | "40P01" | "53300" | "57P01" | "57P02" | "57P03" | "28P01" | "28000" | "3D000" => {
            StorageError::Unavailable(source)
        }
        _ if code.starts_with("08") => StorageError::Unavailable(source),
        _ => StorageError::Query(source),
    }
}

/// Names on PostgreSQL, columns on SQLite, which does not tell a constraint's name.
fn taken(said: &dyn DatabaseError) -> Conflict {
    const KNOWN: &[(&str, &str, Conflict)] = &[
        ("principals_name", "principals.folded", Conflict::NameTaken),
        ("roles_name", "roles.folded", Conflict::NameTaken),
        ("guardrails_name", "guardrails.folded", Conflict::NameTaken),
        ("scopes_name", "scopes.folded_path", Conflict::NameTaken),
        ("secrets_name", "secrets.folded", Conflict::NameTaken),
        ("identities_pkey", "identities.issuer", Conflict::IdentityLinked),
        ("devices_jkt", "devices.jkt", Conflict::DeviceEnrolled),
        (
            "sessions_access_hash",
            "sessions.access_hash",
            Conflict::AlreadyUsed,
        ),
        (
            "offboarding_cases_open",
            "offboarding_cases.person",
            Conflict::AlreadyUsed,
        ),
        ("scim_users_folded_key", "scim_users.folded", Conflict::NameTaken),
        (
            "scim_groups_folded_key",
            "scim_groups.folded",
            Conflict::NameTaken,
        ),
        ("service_keys_jkt", "service_keys.jkt", Conflict::AlreadyUsed),
        (
            "requests_open_rotation",
            "requests.secret, requests.asked_by",
            Conflict::AlreadyUsed,
        ),
    ];
    let name = said.constraint();
    let found = KNOWN.iter().find(|(constraint, columns, _)| match name {
        Some(name) => name == *constraint,
        None => said.message().contains(columns),
    });
    found.map_or(Conflict::IdTaken, |(_, _, conflict)| *conflict)
}

/// An error whose cause is a sentence of ours.
pub(crate) fn said(text: impl Into<String>) -> Box<Said> {
    Box::new(Said(text.into()))
}

//! What can go wrong with the tables, sorted by what the reader of the message can do.

use std::{error::Error, fmt, path::PathBuf};

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Something else in the tables stands against the write; nothing was written.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The database has seen a newer program.
    #[error(
        "the database has schema version {found}, this program knows versions up to {known}; start the newer program, or restore a backup from before its upgrade"
    )]
    NewerDatabase {
        /// The newest migration in the database.
        found: i64,
        /// The newest one in this program.
        known: i64,
    },
    /// The database lacks migrations.
    #[error(
        "the database has schema version {found}, this program needs {known}; run `claviger-server migrate`"
    )]
    OlderDatabase {
        /// The newest migration in the database; 0 for an empty one.
        found: i64,
        /// The newest one in this program.
        known: i64,
    },
    /// A migration failed, or an applied one is not the one that this program knows.
    #[error("the database could not be brought to this program's schema")]
    Migration(#[source] Box<dyn Error + Send + Sync>),
    /// Another server has the file open.
    #[error("`{}` is in use by another claviger-server; stop that one, or give this one a file of its own", .0.display())]
    InUse(PathBuf),
    /// The file or its directory cannot be written.
    #[error(
        "{database} cannot be written; give the server's user write permission on the file and its directory"
    )]
    ReadOnly {
        /// The database file in backticks, or what stands for it.
        database: String,
        /// What the system said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// No space is left, or the disk takes no more from us (a quota); nothing was written.
    #[error(
        "the disk with the database is full or takes no more data; nothing was written, free some space and try again"
    )]
    Full(#[source] Box<dyn Error + Send + Sync>),
    /// The file is something else.
    #[error("`{}` is not a database of claviger-server, or is damaged; restore it from a backup", .0.display())]
    NotADatabase(PathBuf),
    /// The database cannot be reached or cut the connection; nothing was written, trying again may help.
    #[error("the database cannot be reached; check that it runs and that the address and password are right")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Nobody can tell that it is the right database at the other end, or nothing would hide what is said to it.
    #[error(
        "the connection to the database cannot be secured; check the server's certificate, its name in `database`, and `database_tls.certificate_authority`"
    )]
    Untrusted(#[source] Box<dyn Error + Send + Sync>),
    /// The connection broke while committing: the write is whole or absent, and only asking again tells which.
    #[error(
        "the connection to the database broke while committing; whether the write happened is not known yet"
    )]
    Unconfirmed(#[source] Box<dyn Error + Send + Sync>),
    /// The database forbids it: an append-only table, or missing rights of the database role.
    #[error(
        "the database forbids this; the log is append-only, and the server's database role needs the rights that `migrate` gives"
    )]
    Forbidden(#[source] Box<dyn Error + Send + Sync>),
    /// A stored value cannot be read.
    #[error("the stored `{column}` cannot be read")]
    Corrupt {
        /// Where it stands.
        column: String,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A leaf or a checkpoint could not be made; nothing was written.
    #[error("the log could not be continued")]
    Notary(#[source] Box<dyn Error + Send + Sync>),
    /// Anything else that a database says.
    #[error("the database refused a statement")]
    Query(#[source] Box<dyn Error + Send + Sync>),
}

impl StorageError {
    /// Whether the same call may succeed a moment later.
    pub const fn retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// What stands against a write; the database's constraints by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The name is taken here, case aside.
    #[error("the name is taken")]
    NameTaken,
    /// An object with this id exists.
    #[error("the id is taken")]
    IdTaken,
    /// This identity belongs to a principal already.
    #[error("the identity is linked already")]
    IdentityLinked,
    /// This device key is enrolled already.
    #[error("the device is enrolled already")]
    DeviceEnrolled,
    /// A one-time thing was used before.
    #[error("it was used already")]
    AlreadyUsed,
    /// What the write refers to does not exist (any more).
    #[error("what it refers to does not exist")]
    Missing,
    /// The row was not in the state that the write expects.
    #[error("it changed in the meantime")]
    Changed,
    /// A scope would become its own ancestor, or too deep.
    #[error("the scope cannot stand there")]
    Misplaced,
    /// A value lies outside what the column admits.
    #[error("the value is not admitted")]
    NotAdmitted,
    /// Something else still refers to it.
    #[error("it is still referred to")]
    Referred,
}

/// A message of our own as an error's cause.
#[derive(Debug)]
pub(crate) struct Said(pub String);

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Said {}

//! Why the cache cannot be opened or used; each with a stable code and words that say what to do.

use crate::keyring::KeyringError;
use std::io;

/// Why the cache cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the cache is in use by another process")]
    InUse,
    /// It was written by a newer program.
    #[error("the cache has the form {found}, this program knows up to {known}")]
    Newer {
        /// The form of the file.
        found: i64,
        /// The newest form that this program knows.
        known: i64,
    },
    /// The directory cannot be made or written.
    #[error("the directory of the cache cannot be written")]
    Directory(#[source] io::Error),
    /// Its first use failed.
    #[error("the cache could not be read or prepared")]
    Use(#[from] CacheError),
}

/// Why something could not be read from the cache or written into it. Nothing was half done.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// No room is left on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The file or its directory cannot be written.
    #[error("the cache cannot be written")]
    ReadOnly,
    /// The keyring did not take the new key.
    #[error("the keyring could not be used")]
    Keyring(#[from] KeyringError),
    /// A record is larger than a page.
    #[error("a record of {0} bytes does not fit into a page")]
    TooLarge(usize),
    /// The file is another program's.
    #[error("the file is not a cache of this program")]
    NotOurs,
    /// The cache was set back meanwhile; ask anew from where it stands.
    #[error("the cache stands at cursor {stored} by now")]
    OutOfStep {
        /// Where it stands.
        stored: u64,
    },
    /// It was closed.
    #[error("the cache is closed")]
    Closed,
    /// The task ended before its work was done, as when the program stops.
    #[error("the work was interrupted")]
    Interrupted,
    /// Anything else that the database says.
    #[error("the database of the cache failed")]
    Database(#[source] sqlx::Error),
}

impl OpenError {
    /// Stable, for the table of messages.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InUse => "cache_in_use",
            Self::Newer { .. } => "cache_newer",
            Self::Directory(_) => "cache_directory",
            Self::Use(error) => error.code(),
        }
    }

    /// What happened and what to do, for the person.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::InUse => {
                "Another Claviger has this computer's copy open. Close it, or go on in its window. Nothing was changed."
            }
            Self::Newer { .. } => {
                "This computer's copy was written by a newer Claviger. Start the newer one, or update this one. Nothing \
                 was changed."
            }
            Self::Directory(_) => {
                "Claviger cannot write to its data directory. Make it writable for your account and start again. Until \
                 then it works only with a connection."
            }
            Self::Use(error) => error.words(),
        }
    }
}

impl CacheError {
    /// Stable, for the table of messages.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::ReadOnly => "cache_read_only",
            Self::Keyring(error) => error.code(),
            Self::TooLarge(_) => "cache_record_too_large",
            Self::NotOurs => "cache_not_ours",
            Self::OutOfStep { .. } => "cache_out_of_step",
            Self::Closed => "cache_closed",
            Self::Interrupted => "cache_interrupted",
            Self::Database(_) => "cache_failed",
        }
    }

    /// What happened and what to do, for the person.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::DiskFull => {
                "The disk is full, so this computer's copy was not brought up to date. Free some space and try again. \
                 What was stored before is still there."
            }
            Self::ReadOnly => {
                "Claviger cannot write to this computer's copy. Make its data directory writable for your account. What \
                 was stored before is still there."
            }
            Self::Keyring(error) => error.words(),
            Self::TooLarge(_) => {
                "A record is too large for this computer's copy. It is there with a connection."
            }
            Self::NotOurs => {
                "A file of another program is where this computer's copy should be. Move it away and start Claviger again."
            }
            Self::OutOfStep { .. } => "This computer's copy lost a part and is fetched again.",
            Self::Closed => "Claviger is locked. Unlock it first.",
            Self::Interrupted => {
                "Claviger was stopped in the middle of its work. It goes on at the next start."
            }
            Self::Database(_) => {
                "This computer's copy could not be used. Try again; if it stays so, start Claviger anew. What the server \
                 has is not affected."
            }
        }
    }
}

impl From<sqlx::Error> for CacheError {
    fn from(error: sqlx::Error) -> Self {
        match primary_code(&error) {
            Some(FULL) => Self::DiskFull,
            Some(READONLY | CANTOPEN | PERM) => Self::ReadOnly,
            _ => Self::Database(error),
        }
    }
}

impl CacheError {
    /// Whether SQLite says that the file is no sound database.
    pub(crate) fn is_corrupt(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(primary_code(error), Some(CORRUPT | NOTADB)))
    }

    /// Whether another process has the file.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Database(error) if primary_code(error) == Some(BUSY))
    }
}

const PERM: i32 = 3;
const BUSY: i32 = 5;
const READONLY: i32 = 8;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

/// SQLite's primary result code (<https://www.sqlite.org/rescode.html>): the low byte of the extended one.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(error) = error else {
        return None;
    };
    error.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

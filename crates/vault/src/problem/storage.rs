//! The copy on this computer, and the keyring.

use super::{
    problem,
    words::{CACHE_BROKEN, DISK_FULL, INTERNAL, LOCKED, OFFLINE_LOCKED, PROOF_FAILED, READ_ONLY, Words},
};
use crate::view::problem::Problem;
use claviger_cache::{CacheError, KeyringError, LeaseError, OpenError};

/// Why an offline copy does not serve.
pub(crate) fn lease_problem(error: &LeaseError) -> Problem {
    let words = match error {
        LeaseError::NotStored | LeaseError::Missing | LeaseError::NotALease => (
            "notLeased",
            "There is no offline copy of this value on this device.",
        ),
        LeaseError::Expired => ("leaseEnded", "The offline copy of this value has ended."),
        LeaseError::Clock(_) => OFFLINE_LOCKED,
        LeaseError::Proof(_) => PROOF_FAILED,
        LeaseError::Sign => INTERNAL,
        LeaseError::Cache(cache) => return cache_problem(cache),
    };
    problem(words, Some(error))
}

/// Why the cache did not do something, and what to do.
pub(crate) fn cache_problem(error: &CacheError) -> Problem {
    Problem {
        remedy: Some(error.words().to_owned()),
        ..problem(of_cache(error), Some(error))
    }
}

/// Why the cache did not open, and what to do.
pub(crate) fn open_problem(error: &OpenError) -> Problem {
    let words = match error {
        OpenError::InUse => ("cacheInUse", "Another Claviger has this computer's copy open."),
        OpenError::Newer { .. } => (
            "cacheTooNew",
            "The cache was written by a newer version of Claviger.",
        ),
        OpenError::Directory(cause) if cause.kind() == std::io::ErrorKind::StorageFull => DISK_FULL,
        OpenError::Directory(_) => READ_ONLY,
        OpenError::Use(error) => of_cache(error),
    };
    Problem {
        remedy: Some(error.words().to_owned()),
        ..problem(words, Some(error))
    }
}

const fn of_cache(error: &CacheError) -> Words {
    match error {
        CacheError::DiskFull => DISK_FULL,
        CacheError::ReadOnly => READ_ONLY,
        CacheError::Keyring(keyring) => of_keyring(keyring),
        CacheError::Closed => LOCKED,
        _ => CACHE_BROKEN,
    }
}

/// Why the keyring gave no answer.
pub(super) const fn of_keyring(error: &KeyringError) -> Words {
    match error {
        KeyringError::Locked(_) => ("keyringLocked", "The keyring of this computer is locked."),
        KeyringError::Absent(_) => ("keyringAbsent", "This computer has no keyring."),
        KeyringError::Failed(_) => (
            "keyringFailed",
            "The keyring of this computer did not answer as expected.",
        ),
    }
}

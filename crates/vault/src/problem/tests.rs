use super::*;
use crate::session::{CallError, SessionError};
use claviger_cache::{CacheError, KeyringError, OpenError};
use claviger_sign_in::error::SignInError;

fn of(error: impl Into<Problem>) -> Problem {
    error.into()
}

#[test]
fn clocks_that_differ_are_told_with_the_difference_whosever_they_are() {
    for (told, words) in [
        (
            of(SessionError::Skewed { seconds: 1_020 }),
            "17 minutes ahead of the server",
        ),
        (
            of(CallError::Skewed { seconds: -7_300 }),
            "2 hours behind the server",
        ),
        (
            of(SessionError::SignIn(SignInError::Skewed { seconds: -400 })),
            "6 minutes behind your identity provider",
        ),
    ] {
        assert_eq!(told.code, "clockSkewed");
        let remedy = told.remedy.unwrap_or_default();
        assert!(
            remedy.contains(words) && remedy.contains("automatically"),
            "{remedy}"
        );
    }
}

#[test]
fn a_keyring_that_is_locked_absent_or_broken_has_words_of_its_own_and_what_to_do() {
    let cause = || std::io::Error::other("x").into();
    let mut seen = std::collections::BTreeSet::new();
    for (error, code, what_to_do) in [
        (
            KeyringError::Locked(cause()),
            "keyringLocked",
            "Unlock the keyring",
        ),
        (
            KeyringError::Absent(cause()),
            "keyringAbsent",
            "Install and start one",
        ),
        (
            KeyringError::Failed(cause()),
            "keyringFailed",
            "Log out of your desktop",
        ),
    ] {
        assert!(error.words().contains(what_to_do), "{}", error.words());
        assert!(error.words().contains("works only with a connection"));
        let told = open_problem(&OpenError::Use(CacheError::Keyring(error)));
        assert_eq!(told.code, code);
        assert!(told.remedy.unwrap_or_default().contains(what_to_do));
        assert!(seen.insert(told.message));
    }
}

/// What the page does with each stands in `ui/src/problems`.
#[test]
fn a_server_that_cannot_is_told_apart_from_one_that_may_have() {
    use claviger_protocol::problem::Code;
    let mut seen = std::collections::BTreeSet::new();
    for (code, ours, said) in [
        (Code::StorageDown, "serverDatabaseDown", "nothing was changed"),
        (Code::StorageFull, "serverDiskFull", "nothing was changed"),
        (Code::Unavailable, "serverBusy", "nothing was changed"),
        (Code::Unconfirmed, "outcomeUnknown", "may have been done or not"),
        (Code::Internal, "serverError", "could not finish"),
    ] {
        let refused = claviger_protocol::problem::Problem::new(code);
        let told = of(CallError::Api(crate::api::ApiError::Refused(refused)));
        assert_eq!(told.code, ours);
        assert!(told.message.contains(said), "{told:?}");
        assert!(seen.insert(told.message));
    }
}

#[test]
fn what_the_disk_says_comes_with_what_to_do() {
    let denied = std::io::Error::new(std::io::ErrorKind::PermissionDenied, "/home/x/claviger: denied");
    for (told, code, what_to_do) in [
        (
            cache_problem(&CacheError::DiskFull),
            "diskFull",
            "Free some space",
        ),
        (
            cache_problem(&CacheError::ReadOnly),
            "readOnly",
            "writable for your account",
        ),
        (
            open_problem(&OpenError::Directory(denied)),
            "readOnly",
            "writable for your account",
        ),
        (
            open_problem(&OpenError::Newer { found: 2, known: 1 }),
            "cacheTooNew",
            "update this one",
        ),
        (open_problem(&OpenError::InUse), "cacheInUse", "Close it"),
    ] {
        assert_eq!(told.code, code);
        assert!(
            told.remedy.as_deref().unwrap_or_default().contains(what_to_do),
            "{told:?}"
        );
    }
}

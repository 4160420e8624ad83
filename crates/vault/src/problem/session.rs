//! Sessions that did not begin, calls in them that failed, syncs and releases that were not finished.

use super::{
    clock::{self, Other},
    problem, remedied,
    server::{certificate, of_api},
    storage::{cache_problem, lease_problem, of_keyring, open_problem},
    words::{CLOCK_SKEWED, LOCKED, OFFLINE, OFFLINE_LOCKED, PROOF_FAILED, SERVER_ERROR, SESSION_ENDED},
};
use crate::{
    api::ApiError,
    session::{CallError, SessionError},
    sync::{ReleaseError, SyncError},
    view::problem::Problem,
};
use claviger_sign_in::{error::SignInError, http::Unreachable};
use std::error::Error;

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        let error = match error {
            SessionError::Account(account) => return account.into(),
            other => other,
        };
        let words = match &error {
            SessionError::Api(api) => return of_api(api),
            SessionError::SignIn(sign_in) => return of_sign_in(sign_in, &error),
            SessionError::Skewed { seconds } => {
                return remedied(CLOCK_SKEWED, &error, clock::remedy(*seconds, Other::Server));
            }
            SessionError::Open(open) => return open_problem(open),
            SessionError::Cache(cache) => return cache_problem(cache),
            SessionError::Clock(set_back) => {
                return remedied(OFFLINE_LOCKED, &error, set_back.words().to_owned());
            }
            // An account's error has words of its own, above.
            SessionError::SignedOut | SessionError::SignInFirst | SessionError::Account(_) => SESSION_ENDED,
            SessionError::AlreadyIn => ("alreadySignedIn", "You are signed in already."),
            SessionError::Keyring(keyring) => of_keyring(keyring),
            SessionError::OtherPerson { name } => return other_person(name.as_deref(), &error),
        };
        problem(words, Some(&error))
    }
}

/// The device is somebody else's: what that person would lose, and that nothing was taken yet.
fn other_person(name: Option<&str>, error: &SessionError) -> Problem {
    let whose = name.unwrap_or("another person");
    Problem {
        message: format!("This device is set up for {whose}."),
        ..remedied(
            ("deviceOfAnother", ""),
            error,
            format!(
                "Nothing was changed. Sign in as {whose}, or leave this server first by “Another server”: that destroys what the device \
                 keeps for them, offline copies and reads that were not sent yet included."
            ),
        )
    }
}

/// Why the way through the browser failed; `cause` is what it is told as.
fn of_sign_in(error: &SignInError, cause: &dyn Error) -> Problem {
    let words = match error {
        SignInError::Busy => ("signInBusy", "A sign-in is already waiting in your browser."),
        SignInError::Cancelled => ("signInCancelled", "Sign-in was cancelled."),
        SignInError::TimedOut => ("signInTimedOut", "The browser did not come back in time."),
        SignInError::Browser(_) => ("browserNotOpened", "No browser could be opened."),
        SignInError::Denied => (
            "consentDenied",
            "Your identity provider says that consent was denied.",
        ),
        SignInError::Provider(unreachable @ Unreachable::Certificate(_)) => {
            let words = (
                "providerCertificate",
                "The identity provider's certificate is not valid for this computer.",
            );
            return remedied(words, cause, unreachable.server_words().to_owned());
        }
        SignInError::Provider(_) => ("providerUnreachable", "Your identity provider does not answer."),
        SignInError::Misconfigured(_) => (
            "providerMisconfigured",
            "The identity provider is not set up as this server expects.",
        ),
        SignInError::Skewed { seconds } => {
            return remedied(CLOCK_SKEWED, cause, clock::remedy(*seconds, Other::Provider));
        }
        SignInError::Listener(_) => (
            "loopbackNotOpened",
            "This computer opened no local port for the browser's way back.",
        ),
        SignInError::Refused { .. } | SignInError::WrongIssuer | SignInError::IdToken(_) => (
            "signInRefused",
            "The answer of the identity provider was not accepted.",
        ),
    };
    problem(words, Some(cause))
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        let words = match &error {
            CallError::SignedOut | CallError::SessionOver => SESSION_ENDED,
            CallError::Locked => LOCKED,
            CallError::Provider(cause) | CallError::StepUp(cause) => return of_sign_in(cause, &error),
            CallError::Skewed { seconds } => {
                return remedied(CLOCK_SKEWED, &error, clock::remedy(*seconds, Other::Server));
            }
            CallError::Api(ApiError::Unreachable(unreachable @ Unreachable::Certificate(_))) => {
                return certificate(unreachable, &error);
            }
            CallError::Api(ApiError::Unreachable(_) | ApiError::TooSlow | ApiError::Stranger(_)) => OFFLINE,
            CallError::Api(api) => return of_api(api),
        };
        problem(words, Some(&error))
    }
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        let words = match error {
            SyncError::Call(call) => return call.into(),
            SyncError::Cache(ref cache) => return cache_problem(cache),
            SyncError::Server(account) => return account.into(),
            SyncError::Log(_) => PROOF_FAILED,
            SyncError::Order(_) => SERVER_ERROR,
        };
        problem(words, Some(&error))
    }
}

impl From<ReleaseError> for Problem {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::Call(call) => call.into(),
            ReleaseError::Proof(_) | ReleaseError::Sealing(_) => problem(PROOF_FAILED, Some(&error)),
            ReleaseError::Lease(lease) => lease_problem(&lease),
            ReleaseError::Cache(ref cache) => cache_problem(cache),
            ReleaseError::Server(account) => account.into(),
        }
    }
}

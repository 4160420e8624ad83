//! The one table from what went wrong inside to what the page is told: a stable code of `ui/src/errors.ts`, a sentence, the chain of
//! causes as detail. No error of ours carries a secret, so neither does a detail.

use crate::{
    account::AccountError,
    api::ApiError,
    session::{CallError, SessionError},
    sync::{ReleaseError, SyncError},
    view::problem::Problem,
};
use claviger_cache::{CacheError, KeyringError, LeaseError, OpenError};
use claviger_protocol::problem::{Code, Problem as Refusal};
use claviger_sign_in::{error::SignInError, http::Unreachable};
use std::error::Error;

/// A code with its sentence.
type Words = (&'static str, &'static str);

const OFFLINE: Words = ("offline", "This needs the server, and there is no connection.");
const SERVER_ERROR: Words = ("serverError", "The server could not finish this.");
const SESSION_ENDED: Words = ("sessionEnded", "Your session has ended.");
const PROOF_FAILED: Words = ("proofFailed", "What the server sent does not fit the log.");
const CLOCK_SKEWED: Words = ("clockSkewed", "The clock of this computer is wrong.");
const CERTIFICATE: Words = (
    "certificateInvalid",
    "The server's certificate is not valid for this address.",
);
const SERVER_UNKNOWN: Words = ("serverUnknown", "There is no Claviger server at this address.");
const SERVER_UNREACHABLE: Words = ("serverUnreachable", "The server does not answer.");
const KEYS_CHANGED: Words = (
    "serverKeysChanged",
    "The keys of this server are not those pinned on this device.",
);
const READ_ONLY: Words = ("readOnly", "Claviger cannot write to its folder.");
const DISK_FULL: Words = ("diskFull", "The disk of this computer is full.");
const CACHE_BROKEN: Words = ("cacheBroken", "The copy on this device cannot be read.");
const INTERNAL: Words = ("internal", "Something went wrong.");

/// Makes a problem of words and a cause.
pub(crate) fn problem((code, message): Words, cause: Option<&dyn Error>) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.to_owned(),
        detail: cause.map(chain),
        remedy: None,
    }
}

/// Makes a problem of a server's refusal.
pub(crate) fn refusal(refused: &Refusal) -> Problem {
    let (code, message) = of_code(refused.code);
    let parts = [
        refused.detail.clone(),
        refused.call.as_ref().map(|call| format!("call {call}")),
    ];
    let detail = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    Problem {
        code: code.to_owned(),
        message: message.to_owned(),
        detail: (!detail.is_empty()).then_some(detail),
        remedy: None,
    }
}

fn of_code(code: Code) -> Words {
    match code {
        Code::NotFound => ("notFound", "Not found."),
        Code::Forbidden | Code::SeparationOfDuties | Code::LastOwner => ("forbidden", "You may not do this."),
        Code::StepUp => ("stepUpRequired", "This asks for a fresh multi-factor sign-in."),
        Code::Unauthenticated | Code::BadRefresh | Code::SessionEnded => SESSION_ENDED,
        Code::ReassertFirst => (
            "sessionSuspended",
            "Your identity provider no longer vouches for this session.",
        ),
        Code::BadIdToken => ("signInRefused", "The server did not accept the sign-in."),
        Code::BadChallenge => ("signInTimedOut", "The browser did not come back in time."),
        Code::DeviceEnded => ("deviceEnded", "This device was ended by you or an administrator."),
        Code::Disabled => ("accountDisabled", "Your account is disabled."),
        Code::BadBootstrap => ("bootstrapCodeWrong", "This bootstrap code is not valid."),
        Code::NoOwner => (
            "noOwner",
            "This server has no owner yet; its bootstrap code makes the first.",
        ),
        Code::TooLarge | Code::ValueTooLarge => ("valueTooLarge", "The value is larger than 64 KiB."),
        Code::NameTaken => ("nameTaken", "There is already something with this name here."),
        Code::Conflict | Code::WrongState => ("conflict", "Somebody else changed this meanwhile."),
        Code::TooMany => ("rateLimited", "That were many requests in a short time."),
        Code::CacheRolledBack => ("deviceCloned", "This device's cache is a copy of another one."),
        Code::ProviderDown => ("providerUnreachable", "Your identity provider does not answer."),
        Code::Unknown => ("appTooOld", "This app is older than the server allows."),
        Code::BadProof
        | Code::UseNonce
        | Code::ProofReused
        | Code::BadRequest
        | Code::BadSeal
        | Code::JournalConflict
        | Code::StorageDown
        | Code::Unavailable
        | Code::Internal => SERVER_ERROR,
    }
}

/// An answer that did not come, or not from our server, while one is being set up or signed in to.
fn of_api(error: &ApiError) -> Problem {
    match error {
        ApiError::Refused(refused) => refusal(refused),
        ApiError::Unreachable(Unreachable::UnknownHost(_) | Unreachable::Broken(_))
        | ApiError::Stranger(_) => problem(SERVER_UNKNOWN, Some(error)),
        ApiError::Unreachable(Unreachable::Certificate(_)) => problem(CERTIFICATE, Some(error)),
        ApiError::Unreachable(
            Unreachable::Refused(_) | Unreachable::TimedOut(_) | Unreachable::Status(_),
        )
        | ApiError::TooSlow => problem(SERVER_UNREACHABLE, Some(error)),
        ApiError::Form(..) | ApiError::TooLarge => problem(SERVER_ERROR, Some(error)),
        ApiError::Token | ApiError::Sign(_) => problem(INTERNAL, Some(error)),
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let words = match &error {
            AccountError::Address(_) => ("serverAddressInvalid", "This is not the address of a server."),
            // Whoever is asked who they are and answers something else is no server of ours.
            AccountError::Api(ApiError::Form(..)) => SERVER_UNKNOWN,
            AccountError::Api(api) => return of_api(api),
            AccountError::Bundle(_) => SERVER_UNKNOWN,
            AccountError::KeysChanged | AccountError::NotConfirmed => KEYS_CHANGED,
            AccountError::OtherServer => (
                "serverPinned",
                "Another server is set up on this device. Forget it first.",
            ),
            AccountError::NoServer => ("noServer", "No server is set up on this device."),
            AccountError::Keys(_) => INTERNAL,
            AccountError::File(cause) if cause.kind() == std::io::ErrorKind::StorageFull => DISK_FULL,
            AccountError::File(_) => READ_ONLY,
            AccountError::Erase(cause) => of_open(cause),
            AccountError::Keyring(cause) => of_keyring(cause),
        };
        problem(words, Some(&error))
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        let words = match error {
            SessionError::Account(account) => return account.into(),
            SessionError::Api(ref api) => return of_api(api),
            SessionError::SignIn(ref sign_in) => of_sign_in(sign_in),
            SessionError::Skewed { .. } => CLOCK_SKEWED,
            SessionError::Open(ref open) => of_open(open),
            SessionError::Cache(ref cache) => of_cache(cache),
            SessionError::Clock(_) => (
                "offlineLocked",
                "The clock was set back, so offline use is locked.",
            ),
            SessionError::SignedOut => SESSION_ENDED,
            SessionError::AlreadyIn => ("alreadySignedIn", "You are signed in already."),
            SessionError::Keyring(ref keyring) => of_keyring(keyring),
            SessionError::SignInFirst => SESSION_ENDED,
        };
        problem(words, Some(&error))
    }
}

const fn of_sign_in(error: &SignInError) -> Words {
    match error {
        SignInError::Busy => ("signInBusy", "A sign-in is already waiting in your browser."),
        SignInError::Cancelled => ("signInCancelled", "Sign-in was cancelled."),
        SignInError::TimedOut => ("signInTimedOut", "The browser did not come back in time."),
        SignInError::Browser(_) => ("browserNotOpened", "No browser could be opened."),
        SignInError::Denied => (
            "consentDenied",
            "Your identity provider says that consent was denied.",
        ),
        SignInError::Provider(Unreachable::Certificate(_)) => (
            "providerCertificate",
            "The identity provider's certificate is not valid for this computer.",
        ),
        SignInError::Provider(_) => ("providerUnreachable", "Your identity provider does not answer."),
        SignInError::Misconfigured(_) => (
            "providerMisconfigured",
            "The identity provider is not set up as this server expects.",
        ),
        SignInError::Skewed { .. } => CLOCK_SKEWED,
        SignInError::Listener(_) => (
            "loopbackNotOpened",
            "This computer opened no local port for the browser's way back.",
        ),
        SignInError::Refused { .. } | SignInError::WrongIssuer | SignInError::IdToken(_) => (
            "signInRefused",
            "The answer of the identity provider was not accepted.",
        ),
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        let words = match &error {
            CallError::SignedOut | CallError::SessionOver => SESSION_ENDED,
            CallError::Locked => ("locked", "Claviger is locked."),
            CallError::Provider(cause) => of_sign_in(cause),
            CallError::Skewed { .. } => CLOCK_SKEWED,
            CallError::Api(ApiError::Unreachable(Unreachable::Certificate(_))) => CERTIFICATE,
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
            SyncError::Cache(ref cache) => of_cache(cache),
            SyncError::Log(_) => PROOF_FAILED,
            SyncError::Order(_) => SERVER_ERROR,
        };
        problem(words, Some(&error))
    }
}

impl From<ReleaseError> for Problem {
    fn from(error: ReleaseError) -> Self {
        let words = match error {
            ReleaseError::Call(call) => return call.into(),
            ReleaseError::Proof(_) | ReleaseError::Sealing(_) => PROOF_FAILED,
            ReleaseError::Lease(lease) => return lease_problem(&lease),
            ReleaseError::Cache(ref cache) => of_cache(cache),
        };
        problem(words, Some(&error))
    }
}

/// Why an offline copy does not serve.
pub(crate) fn lease_problem(error: &LeaseError) -> Problem {
    let words = match error {
        LeaseError::NotStored | LeaseError::Missing | LeaseError::NotALease => (
            "notLeased",
            "There is no offline copy of this value on this device.",
        ),
        LeaseError::Expired => ("leaseEnded", "The offline copy of this value has ended."),
        LeaseError::Clock(_) => (
            "offlineLocked",
            "The clock was set back, so offline use is locked.",
        ),
        LeaseError::Proof(_) => PROOF_FAILED,
        LeaseError::Sign => INTERNAL,
        LeaseError::Cache(cache) => of_cache(cache),
    };
    problem(words, Some(error))
}

/// Why the cache did not do something.
pub(crate) fn cache_problem(error: &CacheError) -> Problem {
    problem(of_cache(error), Some(error))
}

const fn of_cache(error: &CacheError) -> Words {
    match error {
        CacheError::DiskFull => DISK_FULL,
        CacheError::ReadOnly => READ_ONLY,
        CacheError::Keyring(keyring) => of_keyring(keyring),
        CacheError::Closed => ("locked", "Claviger is locked."),
        _ => CACHE_BROKEN,
    }
}

const fn of_open(error: &OpenError) -> Words {
    match error {
        OpenError::InUse => ("cacheInUse", "Another Claviger has this computer's copy open."),
        OpenError::Newer { .. } => (
            "cacheTooNew",
            "The cache was written by a newer version of Claviger.",
        ),
        OpenError::Directory(_) => READ_ONLY,
        OpenError::Use(error) => of_cache(error),
    }
}

const fn of_keyring(error: &KeyringError) -> Words {
    match error {
        KeyringError::Locked(_) => ("keyringLocked", "The keyring of this computer is locked."),
        KeyringError::Absent(_) => ("keyringAbsent", "This computer has no keyring."),
        KeyringError::Failed(_) => (
            "keyringFailed",
            "The keyring of this computer did not answer as expected.",
        ),
    }
}

/// What went wrong and why, from the outside in.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

//! Codes with their sentences. What to do about each stands in `ui/src/errors.ts`; a remedy of ours takes its place where it
//! depends on what happened.

use claviger_protocol::problem::Code;

/// A code with its sentence.
pub(super) type Words = (&'static str, &'static str);

pub(super) const OFFLINE: Words = ("offline", "This needs the server, and there is no connection.");
pub(super) const SERVER_ERROR: Words = ("serverError", "The server could not finish this.");
pub(super) const SESSION_ENDED: Words = ("sessionEnded", "Your session has ended.");
pub(super) const ACCESS_ENDED: Words = ("allAccessEnded", "Your access has ended.");
pub(super) const DEVICE_EMPTIED: Words = ("deviceEmptied", "Your access from this device has ended.");
pub(super) const PROOF_FAILED: Words = ("proofFailed", "What the server sent does not fit the log.");
pub(super) const CLOCK_SKEWED: Words = (
    "clockSkewed",
    "The clock of this computer differs too much from the other side's.",
);
pub(super) const OFFLINE_LOCKED: Words = (
    "offlineLocked",
    "The clock was set back, so offline use is locked.",
);
pub(super) const LOCKED: Words = ("locked", "Claviger is locked.");
pub(super) const CERTIFICATE: Words = (
    "certificateInvalid",
    "The server's certificate is not valid for this address.",
);
pub(super) const SERVER_UNKNOWN: Words = ("serverUnknown", "There is no Claviger server at this address.");
pub(super) const SERVER_UNREACHABLE: Words = ("serverUnreachable", "The server does not answer.");
pub(super) const KEYS_CHANGED: Words = (
    "serverKeysChanged",
    "The keys of this server are not those pinned on this device.",
);
pub(super) const READ_ONLY: Words = ("readOnly", "Claviger cannot write to its folder.");
pub(super) const DISK_FULL: Words = ("diskFull", "The disk of this computer is full.");
pub(super) const CACHE_BROKEN: Words = ("cacheBroken", "The copy on this device cannot be read.");
pub(super) const INTERNAL: Words = ("internal", "Something went wrong.");

/// What a server's refusal says.
pub(super) const fn of_code(code: Code) -> Words {
    match code {
        Code::NotFound => ("notFound", "Not found."),
        Code::StalePlan => (
            "planStale",
            "Something changed since this was shown. Look at it again.",
        ),
        Code::Forbidden | Code::SeparationOfDuties => ("forbidden", "You may not do this."),
        Code::LastOwner => ("lastOwner", "The organization needs an owner."),
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
        Code::RequestLimit => (
            "requestLimit",
            "You have as many open requests as one person can have.",
        ),
        Code::SecondOwner => (
            "secondOwnerNeeded",
            "This would widen your own access; another owner has to approve it.",
        ),
        Code::BadRequest => ("notAccepted", "The server does not accept this."),
        Code::TeamCycle => ("teamCycle", "Teams cannot contain each other."),
        Code::RoleInUse => ("roleInUse", "Grants name this role."),
        Code::AlreadyLeft => ("alreadyLeft", "This person has left already."),
        Code::UnfitHeir => ("unfitHeir", "This person cannot take over."),
        Code::CaseOpen => ("caseOpen", "An offboarding case of this person goes on."),
        Code::KeyLimit => (
            "keyLimit",
            "The service has as many live keys as it can have; end one first.",
        ),
        Code::KeyKnown => ("keyKnown", "This key is in use already; make a new one."),
        Code::KeyEnded => ("keyEnded", "This key has ended; the service needs a new one."),
        Code::WrongNetwork => ("wrongNetwork", "The key is not good from this network."),
        Code::BadAssertion => ("signInRefused", "The server did not accept the sign-in."),
        Code::TooMany => ("rateLimited", "Too many requests in a short time."),
        Code::CacheRolledBack => ("deviceCloned", "This device's cache is a copy of another one."),
        Code::ProviderDown => ("providerUnreachable", "Your identity provider does not answer."),
        Code::ProviderMisconfigured => (
            "providerMisconfigured",
            "The identity provider is not set up as this server expects.",
        ),
        Code::Unknown => ("appTooOld", "This app is older than the server allows."),
        Code::BadProof
        | Code::UseNonce
        | Code::ProofReused
        | Code::BadSeal
        | Code::JournalConflict
        | Code::Internal => SERVER_ERROR,
        Code::StorageDown => (
            "serverDatabaseDown",
            "The server cannot reach its database; nothing was changed.",
        ),
        Code::StorageFull => (
            "serverDiskFull",
            "The disk of the server is full; nothing was changed.",
        ),
        Code::Unconfirmed => (
            "outcomeUnknown",
            "The server lost its database in the middle; this may have been done or not.",
        ),
        Code::Unavailable => (
            "serverBusy",
            "The server is starting, stopping or overloaded; nothing was changed.",
        ),
    }
}

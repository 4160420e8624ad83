//! Servers that give no answer, or one that does not count.

use super::{
    problem, refusal, remedied,
    storage::{of_keyring, open_problem},
    words::{
        CERTIFICATE, DISK_FULL, INTERNAL, KEYS_CHANGED, READ_ONLY, SERVER_ERROR, SERVER_UNKNOWN,
        SERVER_UNREACHABLE,
    },
};
use crate::{account::AccountError, api::ApiError, view::problem::Problem};
use claviger_sign_in::http::{CertificateFault, Unreachable};
use std::error::Error;

/// An answer that did not come, or not from our server, while one is being set up or signed in to.
pub(super) fn of_api(error: &ApiError) -> Problem {
    match error {
        ApiError::Refused(refused) => refusal(refused),
        ApiError::Unreachable(unreachable @ Unreachable::Certificate(_)) => certificate(unreachable, error),
        ApiError::Unreachable(Unreachable::UnknownHost(_) | Unreachable::Broken(_))
        | ApiError::Stranger(_) => problem(SERVER_UNKNOWN, Some(error)),
        ApiError::Unreachable(
            Unreachable::Refused(_) | Unreachable::TimedOut(_) | Unreachable::Status(_),
        )
        | ApiError::TooSlow => problem(SERVER_UNREACHABLE, Some(error)),
        ApiError::Form(..) | ApiError::TooLarge => problem(SERVER_ERROR, Some(error)),
        ApiError::Token | ApiError::Sign(_) => problem(INTERNAL, Some(error)),
    }
}

/// A certificate that is not valid: what is wrong with it, and that there is no way around.
pub(super) fn certificate(unreachable: &Unreachable, cause: &dyn Error) -> Problem {
    let fault = unreachable.certificate().unwrap_or(CertificateFault::Other);
    remedied(CERTIFICATE, cause, fault.words().to_owned())
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
            AccountError::Erase(cause) => return open_problem(cause),
            AccountError::Keyring(cause) => of_keyring(cause),
        };
        problem(words, Some(&error))
    }
}

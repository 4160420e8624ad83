//! Why a session did not begin, or a call in one was not answered.

use crate::{account::AccountError, api::ApiError};
use claviger_cache::{CacheError, OpenError};
use claviger_protocol::problem::Code;
use claviger_sign_in::error::SignInError;

/// Why a call of a signed-in person was not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The vault is locked.
    #[error("the vault is locked")]
    Locked,
    /// The session's time is over; offline use goes on.
    #[error("the session is over")]
    SessionOver,
    /// The identity provider has to be asked again first, and could not be.
    #[error("the identity provider could not be asked again")]
    Provider(#[source] SignInError),
    /// A fresh sign-in was asked for, and did not come about.
    #[error("the fresh sign-in did not come about")]
    StepUp(#[source] SignInError),
    /// The call failed or was refused.
    #[error("the call to the server failed")]
    Api(#[from] ApiError),
    /// The clock of this computer is too wrong for proofs.
    #[error("the clock of this computer differs from the server's by {seconds} seconds")]
    Skewed {
        /// How far it is ahead.
        seconds: i64,
    },
}

impl CallError {
    /// The server's code, when the server refused.
    pub(crate) const fn code(&self) -> Option<Code> {
        match self {
            Self::Api(error) => error.code(),
            _ => None,
        }
    }

    /// Whether the reason is that there is no usable way to the server now, so that offline copies may serve.
    pub(crate) fn is_offline(&self) -> bool {
        match self {
            Self::Api(error) => error.is_offline(),
            Self::SessionOver | Self::Provider(_) | Self::Skewed { .. } => true,
            Self::SignedOut | Self::Locked | Self::StepUp(_) => false,
        }
    }
}

/// Why nobody was signed in, or the vault was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// The server could not be asked who it is, or is another one.
    #[error("the server was asked who it is")]
    Account(#[from] AccountError),
    /// The way through the browser failed.
    #[error("the sign-in in the browser failed")]
    SignIn(#[from] SignInError),
    /// The server refused the sign-in.
    #[error("the server was asked to sign in")]
    Api(#[from] ApiError),
    /// The server's clock and this one's differ too much for proofs.
    #[error("the clock of this computer differs from the server's by {seconds} seconds")]
    Skewed {
        /// How far it is ahead.
        seconds: i64,
    },
    /// The cache does not open.
    #[error("the copy on this computer could not be opened")]
    Open(#[from] OpenError),
    /// The cache could not be read.
    #[error("the copy on this computer could not be read")]
    Cache(#[from] CacheError),
    /// The clock was set back, and there is no connection to set it right by.
    #[error("offline use is locked")]
    Clock(#[from] claviger_cache::ClockSetBack),
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// Somebody is signed in already.
    #[error("somebody is signed in already")]
    AlreadyIn,
    /// The keyring, which has this device's keys, is locked or gone.
    #[error("the keyring could not be used")]
    Keyring(#[from] claviger_cache::KeyringError),
    /// This device's key belongs to somebody else (rule 1); nothing of theirs was touched.
    #[error("this device is enrolled for another person")]
    OtherPerson {
        /// What they are called, where the device knows it.
        name: Option<String>,
    },
    /// Only a sign-in opens it.
    #[error("the browser has to vouch for the person again")]
    SignInFirst,
}

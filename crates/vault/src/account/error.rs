//! Why a server cannot be used.

use crate::api::ApiError;
use claviger_crypto::signing::SigningError;
use claviger_sign_in::http::AddressError;
use std::io;

/// Why a server was not connected, pinned or forgotten.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccountError {
    /// Not an address of a server.
    #[error("the address is not usable")]
    Address(#[from] AddressError),
    /// The server gave no usable answer.
    #[error("the server was asked who it is")]
    Api(#[from] ApiError),
    /// Its enrolment bundle does not hold.
    #[error("the server's enrolment bundle does not hold: {0}")]
    Bundle(&'static str),
    /// Other keys than the pinned ones, without the old key's word for them (rule 39).
    #[error("the server shows other keys than those that this device has pinned")]
    KeysChanged,
    /// The fingerprint is not the one that was shown.
    #[error("the server's fingerprint is not the one that was confirmed")]
    NotConfirmed,
    /// Another server is pinned.
    #[error("another server is pinned on this device")]
    OtherServer,
    /// There is none.
    #[error("no server is pinned on this device")]
    NoServer,
    /// Keys for this device could not be made.
    #[error("keys for this device could not be made")]
    Keys(#[from] SigningError),
    /// The directory cannot be written.
    #[error("the data directory cannot be written")]
    File(#[from] io::Error),
    /// What this device holds could not be destroyed.
    #[error("what this device holds could not be destroyed")]
    Erase(#[source] claviger_cache::OpenError),
    /// The keyring does not let its items go.
    #[error("the keyring did not remove what it holds of this server")]
    Keyring(#[source] claviger_cache::KeyringError),
}

//! Why a sync was not finished, or a value not taken.

use crate::{account::AccountError, session::CallError};
use claviger_cache::{CacheError, LeaseError};
use claviger_crypto::sealing::SealingError;

/// Why a sync was not finished; what came before stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SyncError {
    /// The server was not reached, or refused.
    #[error("the server was asked what changed")]
    Call(#[from] CallError),
    /// The cache did not take it; everything is there while the program runs.
    #[error("what changed could not be stored")]
    Cache(#[from] CacheError),
    /// The log contradicts what this device saw.
    #[error("the log does not hold: {0}")]
    Log(String),
    /// An order or the journal could not be handled.
    #[error("an order of the server could not be handled: {0}")]
    Order(&'static str),
    /// The server has other keys, and could not be followed to them.
    #[error("the server was asked which keys it has")]
    Server(#[from] AccountError),
}

/// Why a released value was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReleaseError {
    /// The server was not reached, or refused the whole call.
    #[error("the server was asked for the value")]
    Call(#[from] CallError),
    /// What came does not fit what was asked, or the log.
    #[error("the release does not hold: {0}")]
    Proof(String),
    /// The value does not open.
    #[error("the released value does not open")]
    Sealing(#[from] SealingError),
    /// The offline copy could not be kept.
    #[error("the offline copy could not be kept")]
    Lease(#[from] LeaseError),
    /// The pin could not be stored.
    #[error("what was seen of the log could not be stored")]
    Cache(#[from] CacheError),
    /// The server has other keys, and could not be followed to them.
    #[error("the server was asked which keys it has")]
    Server(#[from] AccountError),
}

impl ReleaseError {
    /// Whether an offline copy may serve instead.
    pub(crate) fn is_offline(&self) -> bool {
        matches!(self, Self::Call(error) if error.is_offline())
    }
}

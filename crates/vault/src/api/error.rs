//! Why a call to the server gave no reply that can be used.

use claviger_crypto::signing::SigningError;
use claviger_protocol::{
    problem::{Code, Problem},
    route::Route,
};
use claviger_sign_in::http::Unreachable;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// No answer came; nothing is known of what happened there.
    #[error("the server is out of reach")]
    Unreachable(#[from] Unreachable),
    /// No answer came in the time there was for it.
    #[error("the server did not answer soon enough")]
    TooSlow,
    /// The server says no, and why.
    #[error("the server refused: {}", .0.title)]
    Refused(Problem),
    /// Something answered that does not speak as our server does.
    #[error("what answers there is no Claviger server (status {0})")]
    Stranger(u16),
    /// The reply does not parse.
    #[error("the reply to `{0}` is not what it should be")]
    Form(Route, #[source] serde_json::Error),
    /// The reply is larger than anything the server would send.
    #[error("the reply is too large")]
    TooLarge,
    /// The token cannot stand in a header.
    #[error("the access token is malformed")]
    Token,
    /// The device's key does not sign.
    #[error("the proof could not be signed")]
    Sign(#[from] SigningError),
}

impl ApiError {
    /// The server's code, when the server refused.
    pub(crate) const fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// Whether the app should go on as offline: no answer, or none that counts.
    pub(crate) fn is_offline(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TooSlow | Self::Stranger(_) => true,
            Self::Refused(problem) => matches!(
                problem.code,
                Code::Unavailable | Code::StorageDown | Code::StorageFull | Code::Unconfirmed
            ),
            _ => false,
        }
    }
}

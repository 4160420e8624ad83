//! Asking the provider again without the browser (rule 3).

use crate::{door::ProviderTokens, error::SignInError, exchange, provider::Provider};
use claviger_protocol::wire::Token;

/// Why there is no fresh ID token.
#[derive(Debug, thiserror::Error)]
pub enum RenewalError {
    /// The provider says no (`invalid_grant`); the session is over, and the server wants to know.
    #[error("the identity provider refuses with `{code}`")]
    Refused {
        /// OAuth error code, for the server.
        code: String,
    },
    /// Nothing was decided; try again later.
    #[error("the identity provider could not be asked")]
    Unasked(#[source] SignInError),
    /// It answered with a token that does not hold.
    #[error("the identity provider's answer does not hold")]
    Answer(#[source] SignInError),
}

impl Provider {
    /// Exchanges the provider's refresh token for a fresh ID token. The returned refresh token, if any, replaces this one. Whether
    /// subject, time of sign-in and nonce are the session's own is for the server to say.
    ///
    /// # Errors
    /// Tells a refusal from an absent answer.
    pub async fn renew(&self, refresh: &Token) -> Result<ProviderTokens, RenewalError> {
        exchange::refresh(self, refresh)
            .await
            .map_err(|error| match error {
                // Only these say that the person or the grant is gone; other codes are about the request or the moment (RFC 6749, 5.2).
                SignInError::Refused { code } if code == "invalid_grant" || code == "access_denied" => {
                    RenewalError::Refused { code }
                }
                SignInError::IdToken(_) | SignInError::Skewed { .. } => RenewalError::Answer(error),
                other => RenewalError::Unasked(other),
            })
    }
}

//! What can go wrong on the way in; each with a stable code and words that say what to do.

use crate::http::{FetchError, Unreachable};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Another sign-in waits for the browser.
    #[error("another sign-in is under way")]
    Busy,
    /// The person took it back.
    #[error("the sign-in was cancelled")]
    Cancelled,
    /// Nothing came back from the browser in time.
    #[error("the browser did not come back in time")]
    TimedOut,
    /// The browser could not be opened.
    #[error("the browser could not be opened")]
    Browser(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The loopback port could not be opened.
    #[error("no local port could be opened for the browser's way back")]
    Listener(#[source] std::io::Error),
    /// The person, or a rule at the provider, said no (`access_denied`).
    #[error("the identity provider says that access was denied")]
    Denied,
    /// The provider answered with another error.
    #[error("the identity provider refused the sign-in with `{code}`")]
    Refused {
        /// OAuth error code, cut to 64 characters of a harmless set.
        code: String,
    },
    /// The provider cannot be reached.
    #[error("the identity provider cannot be reached")]
    Provider(#[source] Unreachable),
    /// The provider's address or its answers are not what OpenID Connect asks for.
    #[error("the identity provider is not configured as it must be: {0}")]
    Misconfigured(&'static str),
    /// The answer in the browser came from another provider (RFC 9207).
    #[error("the answer in the browser is from another identity provider")]
    WrongIssuer,
    /// The clocks of this computer and of the provider differ.
    #[error("the clocks of this computer and of the identity provider differ by {seconds} seconds")]
    Skewed {
        /// How far this computer is ahead; negative when it is behind.
        seconds: i64,
    },
    /// The ID token does not hold.
    #[error("the identity provider's token is not valid: {0}")]
    IdToken(&'static str),
}

impl SignInError {
    /// Stable, for the table of messages.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Busy => "sign_in_busy",
            Self::Cancelled => "sign_in_cancelled",
            Self::TimedOut => "sign_in_timed_out",
            Self::Browser(_) => "browser_not_opened",
            Self::Listener(_) => "loopback_not_opened",
            Self::Denied => "consent_denied",
            Self::Refused { .. } => "provider_refused",
            Self::Provider(unreachable) => unreachable.provider_code(),
            Self::Misconfigured(_) => "provider_misconfigured",
            Self::WrongIssuer => "wrong_issuer",
            Self::Skewed { .. } => "clock_skewed",
            Self::IdToken(_) => "bad_id_token",
        }
    }

    /// What happened and what to do, for the person.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Busy => "A sign-in is under way already. Go on in the browser, or cancel it here first.",
            Self::Cancelled => "The sign-in was cancelled.",
            Self::TimedOut => {
                "Nothing came back from the browser. If its tab was closed, start the sign-in again here."
            }
            Self::Browser(_) => "The browser could not be opened. Set a default browser, then try again.",
            Self::Listener(_) => {
                "This computer opened no local port for the browser's way back. Look whether a firewall or a sandbox \
                 forbids 127.0.0.1, then try again."
            }
            Self::Denied => {
                "Access was denied at the identity provider. If that was a slip, try again; else ask your administrator \
                 whether you may use Claviger."
            }
            Self::Refused { .. } => {
                "The identity provider refused the sign-in. Try again; if it stays so, give your administrator the code."
            }
            Self::Provider(unreachable @ Unreachable::Certificate(_)) => unreachable.server_words(),
            Self::Provider(_) => {
                "The identity provider cannot be reached. Look at the connection and try again in a moment."
            }
            Self::Misconfigured(_) => {
                "The identity provider is not set up as Claviger needs it. Give your administrator this message."
            }
            Self::WrongIssuer | Self::IdToken(_) => {
                "The answer did not come from the expected identity provider, so nobody was signed in. Try again; if it \
                 stays so, tell your administrator."
            }
            Self::Skewed { .. } => {
                "The clock of this computer differs from the identity provider's. Set the clock right (automatic time), then \
                 try again."
            }
        }
    }
}

impl From<FetchError> for SignInError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Unreachable(unreachable) => Self::Provider(unreachable),
            FetchError::Address(_) => Self::Misconfigured("it names an address that is not https"),
            FetchError::TooLarge => Self::Misconfigured("an answer is larger than 1 MiB"),
            FetchError::Request => Self::Misconfigured("it names an address that cannot be called"),
        }
    }
}

/// An error code as OAuth has them (RFC 6749, 4.1.2.1), cut to what is harmless to show and to send on.
pub(crate) fn harmless(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .take(64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_cut_to_what_is_harmless() {
        assert_eq!(harmless("invalid_grant"), "invalid_grant");
        assert_eq!(harmless("<script>\n\u{202e}"), "script");
        assert_eq!(harmless(&"x".repeat(500)).len(), 64);
    }
}

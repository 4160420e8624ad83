//! The identity provider: found by discovery, its keys kept and renewed, its ID tokens checked (rules 1 and 4).
//!
//! Requests go to the configured issuer and to the keys' address that it names, nowhere else, and follow no redirect.

mod asserted;
mod fetch;
mod keys;
mod logout;

pub use asserted::Asserted;
pub use fetch::FetchError;
pub use logout::LoggedOut;

use crate::{config::Oidc, http::Refusal};
use asserted::AssertionError;
use claviger_model::time::{Clock, Timestamp};
use claviger_protocol::problem::Code;
use keys::ProviderKeys;
use std::sync::Arc;

/// The configured provider.
pub struct Provider {
    oidc: Oidc,
    link_claim: String,
    clock: Arc<dyn Clock>,
    keys: ProviderKeys,
}

impl Provider {
    /// Prepares; nothing is fetched before the first sign-in.
    ///
    /// # Errors
    /// When the HTTP client cannot be made, as when its certificate authority does not parse.
    pub fn new(oidc: &Oidc, link_claim: &str, clock: Arc<dyn Clock>) -> Result<Self, FetchError> {
        let keys = ProviderKeys::new(oidc, Arc::clone(&clock))?;
        Ok(Self {
            oidc: oidc.clone(),
            link_claim: link_claim.to_owned(),
            clock,
            keys,
        })
    }

    /// Checks an ID token in everything but its nonce, which the caller compares.
    ///
    /// # Errors
    /// [`Code::BadIdToken`] when it does not hold, [`Code::ProviderDown`] or [`Code::ProviderMisconfigured`] when that cannot be
    /// found out.
    pub async fn verify(&self, token: &str) -> Result<Asserted, Refusal> {
        let now = self.clock.now();
        let keys = self.keys.current().await.map_err(down)?;
        let settings = (&self.oidc, self.link_claim.as_str());
        match asserted::verify(token, settings, &keys, now) {
            // Perhaps signed by a key that the provider made since; asked for at most twice a minute.
            Err(AssertionError::UnknownKey) => match self.keys.newer_than(&keys).await.map_err(down)? {
                Some(newer) => asserted::verify(token, settings, &newer, now).map_err(refuse),
                None => Err(refuse(AssertionError::UnknownKey)),
            },
            other => other.map_err(refuse),
        }
    }

    /// Checks a logout token in everything but that it counts once.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub async fn verify_logout(&self, token: &str) -> Result<LoggedOut, Refusal> {
        let now = self.clock.now();
        let keys = self.keys.current().await.map_err(down)?;
        let refused = |error: logout::LogoutError| Refusal::new(Code::BadIdToken).because(error);
        match logout::verify(token, &self.oidc, &keys, now) {
            Err(logout::LogoutError::UnknownKey) => match self.keys.newer_than(&keys).await.map_err(down)? {
                Some(newer) => logout::verify(token, &self.oidc, &newer, now).map_err(refused),
                None => Err(refused(logout::LogoutError::UnknownKey)),
            },
            other => other.map_err(refused),
        }
    }

    /// Fetches the provider's documents, to say at start what is wrong with them.
    ///
    /// # Errors
    /// When it cannot be reached or says nonsense.
    pub async fn probe(&self) -> Result<(), Arc<FetchError>> {
        self.keys.current().await.map(drop)
    }

    /// Which provider and client it is.
    pub const fn oidc(&self) -> &Oidc {
        &self.oidc
    }

    /// Now, by the clock that tokens are checked with.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn down(error: Arc<FetchError>) -> Refusal {
    let refusal = match &*error {
        FetchError::Misconfigured { fault, .. } => Refusal::new(Code::ProviderMisconfigured).detail(*fault),
        _ => Refusal::new(Code::ProviderDown),
    };
    refusal.because(error)
}

fn refuse(error: AssertionError) -> Refusal {
    let refusal = Refusal::new(Code::BadIdToken);
    let refusal = match error.hint() {
        Some(hint) => refusal.detail(hint),
        None => refusal,
    };
    refusal.because(error)
}

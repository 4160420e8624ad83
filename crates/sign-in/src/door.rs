//! One sign-in at a time through the system browser (RFC 8252): PKCE S256, state, the nonce of rule 1, a loopback redirect.

use crate::{cancel::Cancel, device_keys::DeviceKeys, error::SignInError, provider::Provider};
use claviger_crypto::challenge::Challenge;
use claviger_protocol::wire::Token;
use std::time::Duration;
use url::Url;

/// Lets one sign-in in at a time; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Door(std::sync::Arc<tokio::sync::Mutex<()>>);

/// What a sign-in is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Our server's origin as the enrolment bundle has it.
    pub origin: &'a str,
    /// Our server's challenge.
    pub challenge: &'a Challenge,
    /// The device that signs in.
    pub keys: &'a DeviceKeys,
    /// How long to wait for the browser.
    pub patience: Duration,
}

/// What the provider gave.
#[derive(Debug, Clone)]
pub struct ProviderTokens {
    /// Verified here, to be verified again by the server.
    pub id_token: Token,
    /// For asking the provider again; absent where it gives none.
    pub refresh: Option<Token>,
}

/// Why the browser was not opened.
pub type OpenUrlError = Box<dyn std::error::Error + Send + Sync>;

impl Door {
    /// A door that nobody stands in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the browser at the provider and waits for its answer.
    ///
    /// # Errors
    /// At once when another sign-in waits; else as [`SignInError`] says.
    pub async fn enter(
        &self,
        provider: &Provider,
        visit: Visit<'_>,
        open_url: impl FnOnce(&Url) -> Result<(), OpenUrlError> + Send,
        cancel: &Cancel,
    ) -> Result<ProviderTokens, SignInError> {
        todo!()
    }
}

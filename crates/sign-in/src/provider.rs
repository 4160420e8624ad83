//! Finding the identity provider (OpenID Connect Discovery 1.0).

use crate::error::SignInError;
use claviger_model::time::Clock;
use std::sync::Arc;

/// How the server says that its provider is to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its issuer.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// Scopes beside `openid`.
    pub scopes: Vec<String>,
}

/// A discovered provider; clones share it.
#[derive(Debug, Clone)]
pub struct Provider;

impl Provider {
    /// Fetches the provider's metadata and keys.
    ///
    /// # Errors
    /// When it cannot be reached, or is not set up as OpenID Connect and this program ask for.
    pub async fn discover(
        settings: ProviderSettings,
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SignInError> {
        todo!()
    }
}

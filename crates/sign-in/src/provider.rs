//! Finding the identity provider (OpenID Connect Discovery 1.0).

use crate::{
    error::SignInError,
    http::{FetchError, allowed, fetch},
};
use claviger_model::time::Clock;
use openidconnect::{
    AdditionalProviderMetadata, ClientId, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, PkceCodeChallengeMethod, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
        CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

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
#[derive(Clone)]
pub struct Provider(Arc<Discovered>);

struct Discovered {
    settings: ProviderSettings,
    metadata: Metadata,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

/// What this program asks of the metadata beyond the library's own members.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Extra {
    /// RFC 9207.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    /// RFC 8414.
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<PkceCodeChallengeMethod>>,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The library's client with what discovery found.
pub(crate) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

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
        allowed(&settings.issuer).map_err(FetchError::from)?;
        let issuer = IssuerUrl::new(settings.issuer.clone())
            .map_err(|_| SignInError::Misconfigured("its address is malformed"))?;
        let client = http.clone();
        let fetch = move |request| fetch(client.clone(), request);
        let metadata = Metadata::discover_async(issuer, &fetch)
            .await
            .map_err(undiscovered)?;
        check(&metadata)?;
        Ok(Self(Arc::new(Discovered {
            settings,
            metadata,
            http,
            clock,
        })))
    }

    /// How the server says that it is to be used.
    pub fn settings(&self) -> &ProviderSettings {
        &self.0.settings
    }

    pub(crate) fn client(&self) -> Client {
        let id = ClientId::new(self.0.settings.client_id.clone());
        CoreClient::from_provider_metadata(self.0.metadata.clone(), id, None)
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Whether the `iss` of an answer in the browser is right (RFC 9207, 2.4).
    pub(crate) fn issued(&self, iss: Option<&str>) -> bool {
        match iss {
            Some(iss) => iss == self.0.metadata.issuer().as_str(),
            None => {
                !self
                    .0
                    .metadata
                    .additional_metadata()
                    .authorization_response_iss_parameter_supported
            }
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.0.settings.issuer)
    }
}

fn check(metadata: &Metadata) -> Result<(), SignInError> {
    let code = CoreResponseType::Code;
    let methods = metadata
        .additional_metadata()
        .code_challenge_methods_supported
        .as_ref();
    for (holds, why) in [
        (metadata.token_endpoint().is_some(), "it has no token endpoint"),
        (
            metadata
                .response_types_supported()
                .iter()
                .any(|kinds| kinds.as_slice() == [code.clone()]),
            "it does not know the authorization code flow",
        ),
        (
            methods.is_none_or(|methods| methods.iter().any(|method| method.as_str() == "S256")),
            "it does not know PKCE with S256",
        ),
        (!metadata.jwks().keys().is_empty(), "it publishes no keys"),
    ] {
        if !holds {
            return Err(SignInError::Misconfigured(why));
        }
    }
    Ok(())
}

fn undiscovered(error: DiscoveryError<FetchError>) -> SignInError {
    match error {
        DiscoveryError::Request(error) => error.into(),
        DiscoveryError::Response(..) => SignInError::Misconfigured("there is no provider at its address"),
        DiscoveryError::Parse(_) => SignInError::Misconfigured("its metadata or keys are malformed"),
        DiscoveryError::Validation(_) => SignInError::Misconfigured("its metadata names another issuer"),
        _ => SignInError::Misconfigured("its address is malformed"),
    }
}

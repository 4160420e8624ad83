//! Fetching the provider's documents.

use crate::{certificate::CertificateFault, config::Oidc};
use openidconnect::{
    DiscoveryError, HttpRequest, HttpResponse, IssuerUrl, JsonWebKeySetUrl,
    core::{CoreJsonWebKeySet, CoreProviderMetadata},
};
use std::{path::PathBuf, time::Duration};

/// The largest document that is read, in bytes.
const MAX_DOCUMENT: usize = 1024 * 1024;
/// How long a document may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why the provider's documents are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The configured certificate authority.
    #[error("`oidc.certificate_authority`: `{}` cannot be used", .path.display())]
    Authority {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The HTTP client.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
    /// The issuer is no URL.
    #[error("`oidc.issuer` is not a URL")]
    Issuer(#[source] openidconnect::url::ParseError),
    /// Discovery or keys.
    #[error("the identity provider's documents cannot be fetched")]
    Documents(#[source] DiscoveryError<CallError>),
    /// They were answered, and are not what the configuration says.
    #[error("the identity provider is not set up as `oidc` says: {fault}")]
    Misconfigured {
        /// What is wrong, for whoever looks after either; names no address.
        fault: &'static str,
        /// In full.
        source: DiscoveryError<CallError>,
    },
}

impl From<DiscoveryError<CallError>> for FetchError {
    fn from(source: DiscoveryError<CallError>) -> Self {
        let fault = match &source {
            DiscoveryError::Validation(_) => {
                "its discovery document names another issuer than `oidc.issuer`, which counts as it is written, slashes included"
            }
            DiscoveryError::Parse(_) => {
                "its discovery document or its keys lack a field that is required, such as `jwks_uri`, or are none"
            }
            DiscoveryError::UrlParse(_) => "its discovery document has an address that is no URL",
            DiscoveryError::Request(CallError::Certificate { fault, .. }) => certificate(*fault),
            DiscoveryError::Response(status, ..) if !status.is_server_error() => {
                "there is no discovery document, or are no keys, where they should be; look at `oidc.issuer`"
            }
            _ => return Self::Documents(source),
        };
        Self::Misconfigured { fault, source }
    }
}

/// The provider's certificate, in words that name the setting.
const fn certificate(fault: CertificateFault) -> &'static str {
    match fault {
        CertificateFault::UnknownIssuer => {
            "nobody whom this server trusts vouches for its certificate; `oidc.certificate_authority` must hold the authority that signed it"
        }
        CertificateFault::OtherName => "its certificate is for another name than the one in `oidc.issuer`",
        CertificateFault::Expired => {
            "the time of its certificate is over; it must be renewed there, unless this server's clock is ahead"
        }
        CertificateFault::NotYetValid => {
            "the time of its certificate has not come; look at the clocks of server and provider"
        }
        CertificateFault::Other => "its certificate does not hold",
    }
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// It could not be sent or answered.
    #[error("the identity provider did not answer")]
    Http(#[source] reqwest::Error),
    /// Whoever answered could not show that it is the provider.
    #[error("the identity provider's certificate does not hold: {fault}")]
    Certificate {
        /// What is wrong with it.
        fault: CertificateFault,
        /// In full.
        source: reqwest::Error,
    },
    /// The answer is not for us.
    #[error("the identity provider's answer is larger than 1 MiB")]
    TooLarge,
    /// The answer could not be put together.
    #[error("the identity provider's answer is malformed")]
    Form(#[from] openidconnect::http::Error),
}

impl From<reqwest::Error> for CallError {
    fn from(source: reqwest::Error) -> Self {
        match CertificateFault::of(&source) {
            Some(fault) => Self::Certificate { fault, source },
            None => Self::Http(source),
        }
    }
}

/// Fetches from one issuer.
pub(super) struct Fetcher {
    client: reqwest::Client,
    issuer: IssuerUrl,
}

impl Fetcher {
    pub(super) fn new(oidc: &Oidc) -> Result<Self, FetchError> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT);
        if let Some(path) = &oidc.certificate_authority {
            let error = |source| FetchError::Authority {
                path: path.clone(),
                source,
            };
            let pem = std::fs::read(path).map_err(|source| error(source.into()))?;
            let authority =
                reqwest::Certificate::from_pem_bundle(&pem).map_err(|source| error(source.into()))?;
            if authority.is_empty() {
                return Err(error("it holds no certificate in PEM".into()));
            }
            builder = builder.tls_certs_only(authority);
        }
        let client = builder.build().map_err(FetchError::Client)?;
        let issuer = IssuerUrl::new(oidc.issuer.clone()).map_err(FetchError::Issuer)?;
        Ok(Self { client, issuer })
    }

    /// The discovery document and the keys that it names.
    pub(super) async fn discover(&self) -> Result<(JsonWebKeySetUrl, CoreJsonWebKeySet), FetchError> {
        let client = self.client.clone();
        let http = move |request| call(client.clone(), request);
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await?;
        Ok((metadata.jwks_uri().clone(), metadata.jwks().clone()))
    }

    /// The keys alone.
    pub(super) async fn keys(&self, address: &JsonWebKeySetUrl) -> Result<CoreJsonWebKeySet, FetchError> {
        let client = self.client.clone();
        let http = move |request| call(client.clone(), request);
        Ok(CoreJsonWebKeySet::fetch_async(address, &http).await?)
    }
}

async fn call(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, CallError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = openidconnect::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > MAX_DOCUMENT {
            return Err(CallError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(response.body(body)?)
}

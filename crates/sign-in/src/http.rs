//! HTTP as both the identity provider and our server are spoken to: no redirects followed, TLS except on loopback.

use std::time::Duration;
use url::{Host, Url};

const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(30);

/// Why an address gave no HTTP answer.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// No such host.
    #[error("there is no such server")]
    UnknownHost(#[source] reqwest::Error),
    /// Nothing listens there, or the network is gone.
    #[error("the server does not answer")]
    Refused(#[source] reqwest::Error),
    /// Its certificate is not valid here.
    #[error("the server's certificate is not valid")]
    Certificate(#[source] reqwest::Error),
    /// No answer in time.
    #[error("the server did not answer in time")]
    TimedOut(#[source] reqwest::Error),
    /// It answered something that is no HTTP, or broke off.
    #[error("the server's answer broke off")]
    Broken(#[source] reqwest::Error),
}

/// An address that must not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No URL, or one without a host.
    #[error("this is not an address of a server")]
    Malformed,
    /// Not https, and not on this computer.
    #[error("the address must begin with https://")]
    Insecure,
    /// With a user name, a query or a fragment.
    #[error("the address must be a host and, if need be, a port")]
    Extras,
}

impl Unreachable {
    /// Tells apart why a request got no answer.
    pub fn classify(error: reqwest::Error) -> Self {
        // The address would go into messages and logs, and may carry parameters.
        let error = error.without_url();
        if error.is_timeout() {
            return Self::TimedOut(error);
        }
        let mut text = String::new();
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(cause) = source {
            if cause.downcast_ref::<rustls::Error>().is_some() {
                return Self::Certificate(error);
            }
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        if text.contains("certificate") || text.contains("CertificateError") {
            Self::Certificate(error)
        } else if text.contains("dns error") || text.contains("failed to lookup") {
            Self::UnknownHost(error)
        } else if error.is_connect() {
            Self::Refused(error)
        } else {
            Self::Broken(error)
        }
    }

    /// Stable, when it was our server.
    pub const fn server_code(&self) -> &'static str {
        match self {
            Self::UnknownHost(_) => "server_unknown",
            Self::Refused(_) => "server_unreachable",
            Self::Certificate(_) => "server_certificate",
            Self::TimedOut(_) => "server_timed_out",
            Self::Broken(_) => "server_broken",
        }
    }

    /// Stable, when it was the identity provider.
    pub const fn provider_code(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "provider_certificate",
            _ => "provider_unavailable",
        }
    }

    /// What happened and what to do, for the person, when it was our server.
    pub const fn server_words(&self) -> &'static str {
        match self {
            Self::UnknownHost(_) => {
                "There is no server of this name. Look whether the address is spelt right."
            }
            Self::Refused(_) => {
                "The server does not answer. Look at the connection, and whether the address is right."
            }
            Self::Certificate(_) => {
                "The server's certificate is not valid for this computer. Do not go on; tell your administrator."
            }
            Self::TimedOut(_) => "The server did not answer in time. Try again in a moment.",
            Self::Broken(_) => {
                "What answers at this address is no Claviger server, or broke off. Look at the address."
            }
        }
    }
}

/// A client that follows no redirect and waits half a minute at most.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .build()
}

/// Reads the origin of a server, as `https://host[:port]`; plain http on loopback only (RFC 8252, 8.3).
///
/// # Errors
/// When it is no such address.
pub fn origin(text: &str) -> Result<String, AddressError> {
    let url = allowed(text)?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !plain || !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Extras);
    }
    Ok(url.origin().ascii_serialization())
}

/// Reads an address that may be called: https, or http on loopback.
///
/// # Errors
/// When it is no such address.
pub(crate) fn allowed(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text.trim()).map_err(|_| AddressError::Malformed)?;
    let loopback = match url.host().ok_or(AddressError::Malformed)? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(AddressError::Insecure),
    }
}

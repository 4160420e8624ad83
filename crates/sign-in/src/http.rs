//! HTTP as both the identity provider and our server are spoken to: no redirects followed, TLS except on loopback.

pub use crate::unreachable::{CertificateFault, Unreachable};

use openidconnect::{HttpRequest, HttpResponse, http as wire};
use std::time::Duration;
use url::{Host, Url};

const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(30);

/// The largest answer of a provider that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

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

/// Why a provider gave no answer that can be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("no answer")]
    Unreachable(#[from] Unreachable),
    #[error("the provider names an address that must not be called")]
    Address(#[from] AddressError),
    #[error("the answer is larger than 1 MiB")]
    TooLarge,
    #[error("the request could not be put together")]
    Request,
}

/// Sends a request of the OpenID Connect library: to allowed addresses only, whatever the provider's metadata says.
pub(crate) async fn fetch(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, FetchError> {
    allowed(&request.uri().to_string())?;
    let request = reqwest::Request::try_from(request).map_err(|_| FetchError::Request)?;
    let mut answer = client.execute(request).await.map_err(Unreachable::classify)?;
    let status = answer.status();
    if status.is_server_error() {
        return Err(Unreachable::Status(status.as_u16()).into());
    }
    let mut response = wire::Response::builder().status(status.as_u16());
    if let Some(kind) = answer.headers().get(reqwest::header::CONTENT_TYPE) {
        response = response.header(wire::header::CONTENT_TYPE, kind.as_bytes());
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Unreachable::classify)? {
        if body.len().saturating_add(chunk.len()) > LARGEST {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    response.body(body).map_err(|_| FetchError::Request)
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_https_or_loopback_and_nothing_more() {
        for (text, expected) in [
            ("https://vault.example.com", "https://vault.example.com"),
            (
                " https://Vault.Example.com:8443/ ",
                "https://vault.example.com:8443",
            ),
            ("http://127.0.0.1:7420", "http://127.0.0.1:7420"),
            ("http://localhost:7420/", "http://localhost:7420"),
            ("http://[::1]:1", "http://[::1]:1"),
        ] {
            assert_eq!(origin(text).unwrap(), expected, "{text}");
        }
        for (text, expected) in [
            ("vault.example.com", AddressError::Malformed),
            ("", AddressError::Malformed),
            ("http://vault.example.com", AddressError::Insecure),
            ("http://127.0.0.1.example.com", AddressError::Insecure),
            ("ftp://127.0.0.1", AddressError::Insecure),
            ("https://vault.example.com/path", AddressError::Extras),
            ("https://vault.example.com/?a=1", AddressError::Extras),
            ("https://me@vault.example.com", AddressError::Extras),
        ] {
            assert_eq!(origin(text), Err(expected), "{text}");
        }
    }

    async fn refused(url: String) -> Unreachable {
        let _again = rustls::crypto::ring::default_provider().install_default();
        Unreachable::classify(client().unwrap().get(url).send().await.unwrap_err())
    }

    #[tokio::test]
    async fn causes_are_told_apart() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let nobody = refused(format!("http://127.0.0.1:{port}/?code=secret")).await;
        assert_eq!(nobody.server_code(), "server_unreachable");
        assert!(
            !format!("{nobody:?}").contains("secret"),
            "addresses carry parameters"
        );
        let unknown = refused("https://no-such-host.invalid/".to_owned()).await;
        assert_eq!(unknown.server_code(), "server_unknown", "{unknown:?}");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let hangs_up = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        assert_eq!(
            refused(format!("http://127.0.0.1:{port}/")).await.server_code(),
            "server_broken"
        );
        hangs_up.abort();
    }
}

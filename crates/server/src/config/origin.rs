//! The public origin: scheme, host and port, nothing else.

use std::fmt;
use url::{Host, Url};

/// `https://host[:port]`, or `http://` on loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// Why a text is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not a URL with a host, or more than that.
    #[error("`{0}` is not an origin such as `https://vault.example.com`")]
    Form(String),
    /// Clear text beyond this machine.
    #[error("`{0}` must be https; http is for loopback only")]
    Insecure(String),
}

impl Origin {
    /// Parses an origin; a default port and a slash at the end are dropped.
    ///
    /// # Errors
    /// When there is a path, a query, a user, another scheme, or http beyond loopback.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let form = || OriginError::Form(text.chars().take(100).collect());
        let url = Url::parse(text).map_err(|_| form())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() || url.host().is_none() {
            return Err(form());
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(OriginError::Insecure(text.chars().take(100).collect())),
            _ => return Err(form()),
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    /// The text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port, for names in the log.
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest)
    }
}

/// Whether a URL stays on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_bare_origins_are_taken() {
        let parse = |text| Origin::parse(text).map(|origin| origin.to_string());
        assert_eq!(
            parse("https://Vault.example.com:443/").unwrap(),
            "https://vault.example.com"
        );
        assert_eq!(parse("http://127.0.0.1:7420").unwrap(), "http://127.0.0.1:7420");
        assert_eq!(parse("http://[::1]:1").unwrap(), "http://[::1]:1");
        assert!(matches!(
            parse("http://vault.example.com"),
            Err(OriginError::Insecure(_))
        ));
        for text in [
            "vault.example.com",
            "https://a/b",
            "https://a?b",
            "https://u:p@a",
            "ftp://a",
            "file:///a",
        ] {
            assert!(matches!(parse(text), Err(OriginError::Form(_))), "{text}");
        }
    }
}

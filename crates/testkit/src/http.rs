//! The HTTP client of tests.

use std::time::Duration;

/// A client that follows no redirect and gives up after ten seconds.
///
/// # Errors
/// When the TLS configuration cannot be built.
pub fn client() -> reqwest::Result<reqwest::Client> {
    patient(Duration::from_secs(10))
}

/// The same for a peer that may take longer, such as one that makes its keys.
///
/// # Errors
/// When the TLS configuration cannot be built.
pub fn patient(patience: Duration) -> reqwest::Result<reqwest::Client> {
    // A second call finds the provider installed, which is all that is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(patience)
        .no_proxy()
        .build()
}

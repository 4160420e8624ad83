//! The HTTP client of tests.

use std::time::Duration;

/// A client that follows no redirect and gives up after ten seconds.
///
/// # Errors
/// When the TLS configuration cannot be built.
pub fn client() -> reqwest::Result<reqwest::Client> {
    // A second call finds the provider installed, which is all that is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build()
}

//! A serving process writes a line for each call, so a measured one does too.

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// The server's own settings, into a file that nobody reads.
pub fn start() {
    let file = tempfile::tempfile().unwrap();
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::sync::Mutex::new(file))
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(EnvFilter::new(
            "info,sqlx=warn,hyper=warn,reqwest=warn,rustls=warn",
        ))
        .with(layer)
        .init();
}

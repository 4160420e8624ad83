//! The log on the standard error: text or JSON, without personal data.

use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

const DEFAULT: &str = "info,sqlx=warn,hyper=warn,reqwest=warn,rustls=warn";
const VARIABLE: &str = "CLAVIGER_LOG_FILTER";

/// Starts logging; a second start in one process changes nothing.
pub(super) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json().with_span_list(false)).try_init(),
    };
}

//! The log on the standard error: text or JSON, without personal data.

use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

const DEFAULT: &str = "info,sqlx=warn,hyper=warn,reqwest=warn,rustls=warn";
const VARIABLE: &str = "CLAVIGER_LOG_FILTER";

/// Starts logging; a second start in one process changes nothing. Of a panic the log gets the place: its words may hold values.
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
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use std::{env, process::Command, thread};

    const CHILD: &str = "CLAVIGER_TEST_PANICS";

    /// In a process of its own: the hook is everybody's.
    #[test]
    fn a_panic_is_told_by_its_place_and_never_by_its_words() {
        if env::var_os(CHILD).is_some() {
            start(LogFormat::Text);
            let ended = thread::spawn(|| panic!("a value: {}", "hunter2")).join();
            assert!(ended.is_err());
            return;
        }
        let name = "cli::logging::tests::a_panic_is_told_by_its_place_and_never_by_its_words";
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains("panicked") && said.contains("logging.rs:"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}

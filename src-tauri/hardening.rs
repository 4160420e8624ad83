//! What must be so before anything else happens in the process.

use std::{path::Path, process::ExitCode};
use tracing_subscriber::EnvFilter;

const NO_DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts logging, forbids core dumps and tracing, chooses the TLS library. Returns only an exit code when the process must not go on.
pub fn prepare() -> Option<ExitCode> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .init();
    // The words of a panic may hold values.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
    if let Some(code) = again_without_dmabuf() {
        return Some(code);
    }
    if let Err(error) = secmem_proc::harden_process() {
        // Some sandboxes forbid the calls; values are still zeroized.
        tracing::warn!(%error, "the process could not be hardened");
    }
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        tracing::error!("another TLS library was chosen before");
        return Some(ExitCode::FAILURE);
    }
    None
}

/// Where there is no GPU, WebKit paints sooner and in less memory without its DMA-BUF renderer, and some drivers show a blank window
/// with it. Variables of a running process cannot be set safely, so it replaces itself once.
#[cfg(target_os = "linux")]
fn again_without_dmabuf() -> Option<ExitCode> {
    use std::os::unix::process::CommandExt;
    if Path::new("/dev/dri").exists() || std::env::var_os(NO_DMABUF).is_some() {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(NO_DMABUF, "1")
        .exec();
    tracing::warn!(%error, "the app goes on with the default renderer");
    None
}

#[cfg(not(target_os = "linux"))]
fn again_without_dmabuf() -> Option<ExitCode> {
    None
}

//! A mail server: the PyPI package `aiosmtpd` with the script in `mail/`.

use super::{PeerError, process::Process};
use crate::certificates;
use serde::Deserialize;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

const PEER: &str = "aiosmtpd";
/// Names a Python that has the package; else the one that `cargo xtask test` prepares is taken.
pub const PYTHON: &str = "CLAVIGER_MAIL_PYTHON";
const REMEDY: &str =
    "`cargo xtask test` installs it; or set CLAVIGER_MAIL_PYTHON to a Python that has the package";
/// Where it is installed, below this crate.
pub const ENVIRONMENT: &str = "mail/venv";

/// How it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// In the clear.
    Clear,
    /// In the clear until STARTTLS, which it demands.
    Starttls,
    /// TLS from the first byte.
    Implicit,
}

/// What it does with mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes it.
    Takes,
    /// Refuses each message twice for now.
    Busy,
    /// Refuses for good.
    Never,
    /// Takes it from whoever signed in as `app` with `pw`.
    WantsSignIn,
}

/// A message that was taken.
#[derive(Debug, Clone, Deserialize)]
pub struct Taken {
    /// The sender of the envelope.
    pub from: String,
    /// Its recipients.
    pub to: Vec<String>,
    /// Headers and body.
    pub message: String,
    /// The body, decoded.
    pub text: String,
    /// Whether it came through TLS.
    pub tls: bool,
    /// Whether its sender had signed in.
    pub login: bool,
}

/// A started server; it ends when dropped.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    process: Process,
    _certificates: TempDir,
}

impl MailServer {
    /// Starts one, at `localhost` with the certificate of [`certificates`].
    ///
    /// # Errors
    /// When the package is missing or it does not get ready.
    pub async fn start(speaks: Speaks, manner: Manner) -> Result<Self, PeerError> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = python(folder).ok_or(PeerError::Missing {
            what: PEER,
            remedy: REMEDY,
        })?;
        let files = tempfile::tempdir()?;
        let (certificate, key) = (files.path().join("server.pem"), files.path().join("server.key"));
        fs::write(&certificate, certificates::SERVER)?;
        fs::write(&key, certificates::SERVER_KEY)?;
        let mut command = Command::new(python);
        command
            .arg(folder.join("mail/server.py"))
            .arg(match speaks {
                Speaks::Clear => "none",
                Speaks::Starttls => "starttls",
                Speaks::Implicit => "implicit",
            })
            .args([&certificate, &key])
            .arg(match manner {
                Manner::Takes => "take",
                Manner::Busy => "busy",
                Manner::Never => "never",
                Manner::WantsSignIn => "auth",
            });
        let mut process = Process::start(PEER, &mut command)?;
        let line = process.line().await?;
        let port = line.parse().map_err(|_| PeerError::Nonsense(line))?;
        Ok(Self {
            port,
            process,
            _certificates: files,
        })
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The next message that it takes.
    ///
    /// # Errors
    /// When none comes for half a minute.
    pub async fn taken(&mut self) -> Result<Taken, PeerError> {
        let line = self.process.line().await?;
        serde_json::from_str(&line).map_err(|_| PeerError::Nonsense(line))
    }
}

/// As the environment says, else where it is installed.
fn python(folder: &Path) -> Option<PathBuf> {
    let named = env::var_os(PYTHON).map(PathBuf::from);
    let python = named.unwrap_or_else(|| folder.join(ENVIRONMENT).join("bin/python"));
    python.is_file().then_some(python)
}

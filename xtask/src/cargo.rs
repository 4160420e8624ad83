//! Cargo, always for the whole workspace: one selection of packages means one set of features and shared artifacts.

use crate::places::Places;
use anyhow::{Context, Result, bail};
use std::{env, process::Command};

/// `cargo` with arguments, in the root, with what the tests look for in the environment.
pub fn cargo(places: &Places, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(&places.root);
    // An integration test knows only its own package's programs.
    let release = arguments.contains(&"bench") || arguments.contains(&"--release");
    command.env("CLAVIGER_SERVER_BIN", places.binary("claviger-server", release));
    command.env("CLAVIGER_DEMO_BIN", places.binary("claviger-demo", release));
    command.env("CLAVIGER_APP_BIN", places.binary("claviger-app", release));
    // Without a GPU the window paints in a third of the time.
    command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    command
}

/// Runs a command to its end; an error when it fails.
pub fn finish(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("could not run `{program}`"))?;
    if !status.success() {
        let arguments: Vec<_> = command
            .get_args()
            .map(|argument| argument.to_string_lossy())
            .collect();
        bail!("`{program} {}` failed ({status})", arguments.join(" "));
    }
    Ok(())
}

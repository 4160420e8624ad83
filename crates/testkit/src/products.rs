//! Our own programs as child processes, for tests outside of their package.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// A program of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// `claviger-server`.
    Server,
    /// `claviger-demo`.
    Demo,
    /// `claviger-app`.
    App,
}

/// It has not been built.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is not there: run `cargo xtask test`, or `cargo build --workspace --bins`", .0.display())]
pub struct NotBuilt(PathBuf);

impl Product {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Server => ("CLAVIGER_SERVER_BIN", "claviger-server"),
            Self::Demo => ("CLAVIGER_DEMO_BIN", "claviger-demo"),
            Self::App => ("CLAVIGER_APP_BIN", "claviger-app"),
        }
    }

    /// Where it is: as the environment says, else beside the running test.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn path(self) -> Result<PathBuf, NotBuilt> {
        let (variable, name) = self.names();
        let beside = || {
            // target/debug/deps/test-… → target/debug
            let test = env::current_exe().unwrap_or_default();
            test.ancestors().nth(2).unwrap_or(Path::new(".")).join(name)
        };
        let path = env::var_os(variable).map_or_else(beside, PathBuf::from);
        if path.is_file() {
            Ok(path)
        } else {
            Err(NotBuilt(path))
        }
    }

    /// A command for it, without the `CLAVIGER_…` variables of tests: the server takes such for settings.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn command(self) -> Result<Command, NotBuilt> {
        let mut command = Command::new(self.path()?);
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CLAVIGER_")) {
            command.env_remove(name);
        }
        Ok(command)
    }
}

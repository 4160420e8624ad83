//! Where things are.

use anyhow::{Context, Result};
use std::{
    env,
    path::{Path, PathBuf},
};

/// The folders of this checkout.
#[derive(Debug)]
pub struct Places {
    /// The workspace's root.
    pub root: PathBuf,
    /// Cargo's target folder, absolute.
    pub target: PathBuf,
}

impl Places {
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no parent folder")?
            .to_owned();
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target));
        Ok(Self { root, target })
    }

    pub fn page(&self) -> PathBuf {
        self.root.join("ui")
    }

    pub fn provider(&self) -> PathBuf {
        self.root.join("crates/testkit/provider")
    }

    /// GitHub's side in tests.
    pub fn github(&self) -> PathBuf {
        self.root.join("crates/testkit/github")
    }

    /// The SCIM testers.
    pub fn scim(&self) -> PathBuf {
        self.root.join("crates/testkit/scim")
    }

    /// The mail server of tests.
    pub fn mail(&self) -> PathBuf {
        self.root.join("crates/testkit/mail")
    }

    /// Data of the demonstration.
    pub fn demonstration(&self) -> PathBuf {
        self.target.join("demo")
    }

    /// Python peers that are only measured against.
    pub fn python(&self) -> PathBuf {
        self.target.join("venv")
    }

    /// A built program.
    pub fn binary(&self, name: &str, release: bool) -> PathBuf {
        self.target
            .join(if release { "release" } else { "debug" })
            .join(name)
    }
}

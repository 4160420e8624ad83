//! `bootstrap`: the code goes to the terminal or a private file, never to the log (rule 8).

use super::say;
use crate::{
    config::{Config, Origin},
    sign_in::bootstrap::arm,
    start::{Surroundings, open_or_found, open_store},
};
use anyhow::Context;
use claviger_crypto::secret::SecretString;
use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

pub(super) async fn run(config: Config, file: Option<PathBuf>) -> anyhow::Result<()> {
    let surroundings = Surroundings::system();
    let store = open_store(&config, &surroundings).await?;
    // Before the first start there is nothing to own; the origin is written down again when the server listens.
    let origin = match config.public_origin.clone() {
        Some(origin) => origin,
        None => Origin::parse(&format!("http://{}", config.listen))?,
    };
    open_or_found(&store, &config, &origin, &surroundings).await?;
    let code = arm(&store, &*surroundings.entropy).await?;
    store.close().await;
    match file {
        Some(path) => {
            write(&path, &code)
                .with_context(|| format!("the code could not be written to `{}`", path.display()))?;
        }
        None => say(code.expose())?,
    }
    Ok(())
}

/// Writes the code to a file that did not exist, readable by its owner only.
pub(super) fn write(path: &Path, code: &SecretString) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(code.expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

//! One refresher for each device (rule 3): a lock between processes, beside the cache.

use crate::state::Inner;
use claviger_model::ids::OrganizationId;
use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::PathBuf,
};

/// Held while tokens are renewed; let go when dropped, also by a crash.
pub(super) struct Refresher(#[expect(dead_code, reason = "held, not read")] Option<File>);

impl Inner {
    /// Waits until no other process renews tokens. Where the file cannot be made, none is waited for: the server keeps a lost race
    /// harmless for one token.
    pub(super) async fn only_refresher(&self, organization: OrganizationId) -> Refresher {
        let directory = self.parts.directory.clone();
        let name = directory.join(format!("{organization}.refresh"));
        let locked = tokio::task::spawn_blocking(move || lock(directory, name)).await;
        match locked {
            Ok(Ok(file)) => Refresher(Some(file)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "tokens are renewed without a lock");
                Refresher(None)
            }
            Err(_) => Refresher(None),
        }
    }
}

fn lock(directory: PathBuf, name: PathBuf) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(name)?;
    file.lock()?;
    Ok(file)
}

//! Which server is pinned: its bundle, which is public, in a plain file. The keyring's copy counts more, where there is one.

use super::{Server, file};
use claviger_protocol::signed::Signed;
use serde::{Deserialize, Serialize};
use std::{io, path::Path};

const FILE: &str = "server.json";

#[derive(Serialize, Deserialize)]
struct Pointer {
    bundle: Signed,
}

/// The pinned server, if there is one that can be read.
pub(crate) fn load(directory: &Path) -> Option<Server> {
    let pointer: Pointer = file::read(directory, FILE).ok().flatten()?;
    Server::verify(&pointer.bundle).ok()
}

/// Remembers a server.
///
/// # Errors
/// When the directory cannot be written.
pub(crate) fn store(directory: &Path, server: &Server) -> io::Result<()> {
    file::write(
        directory,
        FILE,
        &Pointer {
            bundle: server.bundle.clone(),
        },
    )
}

/// Forgets it.
///
/// # Errors
/// When the directory cannot be written.
pub(crate) fn remove(directory: &Path) -> io::Result<()> {
    file::remove(directory, FILE)
}

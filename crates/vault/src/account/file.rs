//! Small plain files in the vault's directory; nothing secret stands in them.

use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

/// Reads a file; none where there is none.
///
/// # Errors
/// When it cannot be read, or is not what it should be.
pub(crate) fn read<T: DeserializeOwned>(directory: &Path, name: &str) -> io::Result<Option<T>> {
    match fs::read(directory.join(name)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file whole or not at all, for this person only. Errors name the directory.
///
/// # Errors
/// When the directory cannot be made or written.
pub(crate) fn write<T: Serialize>(directory: &Path, name: &str, content: &T) -> io::Result<()> {
    put(directory, name, content)
        .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", directory.display())))
}

fn put<T: Serialize>(directory: &Path, name: &str, content: &T) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let bytes = serde_json::to_vec(content)?;
    let unfinished = directory.join(format!("{name}.new"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, directory.join(name))
}

/// Removes a file; a missing one is no error.
///
/// # Errors
/// When the directory cannot be written.
pub(crate) fn remove(directory: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(directory.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

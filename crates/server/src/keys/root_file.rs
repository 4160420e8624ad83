//! The root key's file: base64url of 32 bytes, readable by its owner only.

use claviger_crypto::{keys::LocalRootKey, secret::Key256};
use claviger_model::entropy::Entropy;
use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Why the root key is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum RootFileError {
    /// The file cannot be read.
    #[error("the root key `{}` cannot be read; give the server's user read permission on it and its directory", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be made.
    #[error("the root key `{}` cannot be made; its directory needs some space, and write permission for the server's user", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read it.
    #[error("the root key `{}` can be read by others; run `chmod 600` on it", .0.display())]
    Open(PathBuf),
    /// Not a key.
    #[error("the root key `{}` is not 32 bytes in base64url; restore it from its backup", .0.display())]
    Malformed(PathBuf),
    /// The file is gone while the database needs it.
    #[error("the root key `{}` is missing; without it nothing in the database can be read, restore it from its backup", .0.display())]
    Missing(PathBuf),
}

/// Reads the root key; none when there is no file.
///
/// # Errors
/// When the file cannot be read, can be read by others, or is not a key.
pub fn read(path: &Path) -> Result<Option<LocalRootKey>, RootFileError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(RootFileError::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    let metadata = fs::metadata(path).map_err(|source| RootFileError::Read {
        path: path.to_owned(),
        source,
    })?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(RootFileError::Open(path.to_owned()));
    }
    let key = Key256::from_text(text.trim()).map_err(|_| RootFileError::Malformed(path.to_owned()))?;
    Ok(Some(LocalRootKey::new(key)))
}

/// Reads a root key that must be there.
///
/// # Errors
/// As [`read`], and when there is no file.
pub fn require(path: &Path) -> Result<LocalRootKey, RootFileError> {
    read(path)?.ok_or_else(|| RootFileError::Missing(path.to_owned()))
}

/// Makes a new root key in a file that did not exist.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<LocalRootKey, RootFileError> {
    let key = Key256::random(entropy);
    write(path, &key, entropy).map_err(|source| RootFileError::Write {
        path: path.to_owned(),
        source,
    })?;
    tracing::warn!(
        path = %path.display(),
        "a root key was made; back it up apart from the database, since without it nothing in there can be read"
    );
    Ok(LocalRootKey::new(key))
}

/// The file appears whole or not at all, and in no other's place: a link does not overwrite.
fn write(path: &Path, key: &Key256, entropy: &dyn Entropy) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let mut random = [0; 8];
    entropy.fill(&mut random);
    let unfinished = directory.join(format!(".root-key-{:016x}", u64::from_be_bytes(random)));
    let written = write_new(&unfinished, key).and_then(|()| fs::hard_link(&unfinished, path));
    let removed = fs::remove_file(&unfinished);
    written?;
    removed?;
    fs::File::open(directory)?.sync_all()
}

fn write_new(path: &Path, key: &Key256) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(key.to_text().expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    // The name, too: what is wrapped by this key must not outlive it.
    let directory = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty());
    fs::File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use claviger_crypto::keys::RootKey;
    use claviger_model::entropy::Sequence;

    #[test]
    fn a_key_is_made_once_private_and_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys/root.key");
        assert!(read(&path).unwrap().is_none());
        let made = create(&path, &Sequence::new(1)).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().id(), made.id());
        assert!(matches!(
            create(&path, &Sequence::new(2)),
            Err(RootFileError::Write { .. })
        ));
        assert_eq!(
            read(&path).unwrap().unwrap().id(),
            made.id(),
            "nothing overwrites it"
        );
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path), Err(RootFileError::Open(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(matches!(read(&path), Err(RootFileError::Malformed(_))));
    }
}

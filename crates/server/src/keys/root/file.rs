//! A file for its owner only: the root key, in base64url, or what a transit engine made of it; likewise passwords and tokens.

use claviger_crypto::secret::{Key256, SecretString};
use claviger_model::entropy::Entropy;
use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// What a file holds, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The root key itself.
    RootKey,
    /// What a transit engine made of the root key.
    WrappedRootKey,
    /// What the transit engine is asked with.
    TransitToken,
    /// What the mail server is told.
    MailPassword,
    /// What a connected system is asked with.
    ConnectorCredential,
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RootKey => "the root key",
            Self::WrappedRootKey => "the wrapped root key",
            Self::TransitToken => "the transit engine's token",
            Self::MailPassword => "the mail server's password",
            Self::ConnectorCredential => "the credential of a connected system",
        })
    }
}

/// Why such a file does not help.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// The file cannot be read.
    #[error("{content} `{}` cannot be read; give the server's user read permission on it and its directory", .path.display())]
    Read {
        /// What it holds.
        content: Content,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be made.
    #[error("{content} `{}` cannot be made; its directory needs some space, and write permission for the server's user", .path.display())]
    Write {
        /// What it was to hold.
        content: Content,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read it.
    #[error("{content} `{}` can be read by others; run `chmod 600` on it", .path.display())]
    Open {
        /// What it holds.
        content: Content,
        /// Which.
        path: PathBuf,
    },
    /// Not a key.
    #[error("the root key `{}` is not 32 bytes in base64url; restore it from its backup", .0.display())]
    Malformed(PathBuf),
}

/// Reads the root key; none when there is no file.
///
/// # Errors
/// When the file cannot be read, can be read by others, or is not a key.
pub fn read(path: &Path) -> Result<Option<Key256>, PrivateFileError> {
    let Some(text) = read_text(path, Content::RootKey)? else {
        return Ok(None);
    };
    let key = Key256::from_text(text.expose().trim());
    key.map(Some)
        .map_err(|_| PrivateFileError::Malformed(path.to_owned()))
}

/// Reads what a file for its owner only holds; none when there is no file.
///
/// # Errors
/// When the file cannot be read, or can be read by others.
pub fn read_text(path: &Path, content: Content) -> Result<Option<SecretString>, PrivateFileError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => SecretString::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(PrivateFileError::Read {
                content,
                path: path.to_owned(),
                source,
            });
        }
    };
    let metadata = fs::metadata(path).map_err(|source| PrivateFileError::Read {
        content,
        path: path.to_owned(),
        source,
    })?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(PrivateFileError::Open {
            content,
            path: path.to_owned(),
        });
    }
    Ok(Some(text))
}

/// Writes a text into a file that did not exist.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn create(
    path: &Path,
    content: Content,
    text: &str,
    entropy: &dyn Entropy,
) -> Result<(), PrivateFileError> {
    write(path, text, entropy).map_err(|source| PrivateFileError::Write {
        content,
        path: path.to_owned(),
        source,
    })
}

/// The file appears whole or not at all, and in no other's place: a link does not overwrite.
fn write(path: &Path, text: &str, entropy: &dyn Entropy) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let mut random = [0; 8];
    entropy.fill(&mut random);
    let unfinished = directory.join(format!(".root-key-{:016x}", u64::from_be_bytes(random)));
    let written = write_new(&unfinished, text).and_then(|()| fs::hard_link(&unfinished, path));
    let removed = fs::remove_file(&unfinished);
    written?;
    removed?;
    fs::File::open(directory)?.sync_all()
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
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
    use claviger_model::entropy::Sequence;

    #[test]
    fn a_key_is_made_once_private_and_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys/root.key");
        assert!(read(&path).unwrap().is_none());
        let entropy = Sequence::new(1);
        let key = Key256::random(&entropy);
        create(&path, Content::RootKey, key.to_text().expose(), &entropy).unwrap();
        assert!(read(&path).unwrap().unwrap() == key);
        assert!(matches!(
            create(
                &path,
                Content::RootKey,
                Key256::random(&entropy).to_text().expose(),
                &entropy
            ),
            Err(PrivateFileError::Write { .. })
        ));
        assert!(read(&path).unwrap().unwrap() == key, "nothing overwrites it");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path), Err(PrivateFileError::Open { .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(matches!(read(&path), Err(PrivateFileError::Malformed(_))));
    }
}

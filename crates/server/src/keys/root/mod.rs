//! Where the root key lives (rule 33): in a file, in the keyring of the server's user, or in a file that a transit engine wrapped.
//! However it is kept, a server that runs has it in memory: until the root key itself is changed, nothing waits for a keyring or an engine.

pub mod file;
mod keyring;
pub mod transit;

pub use file::PrivateFileError;
pub use keyring::{KeyringItem, RootKeyringError};
pub use transit::{Transit, TransitError};

use file::Content;

use claviger_crypto::{
    keys::LocalRootKey,
    secret::{Key256, SecretString},
};
use claviger_model::entropy::Entropy;
use std::{
    fmt,
    path::{Path, PathBuf},
};

const KEYRING: &str = "keyring:";
const TRANSIT: &str = "transit:";

/// A home of the root key.
#[derive(Debug, Clone)]
pub enum Home {
    /// The key itself, in a file.
    File(PathBuf),
    /// The key itself, as an item of the Secret Service.
    Keyring(KeyringItem),
    /// What a transit engine made of the key, in a file.
    Transit(PathBuf, Transit),
}

/// Text that names no home.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// A name that no item may have.
    #[error("`{0}` is no name for the root key in a keyring; use letters, digits, `-`, `_` and `.`")]
    Item(String),
    /// An engine that nothing is known of.
    #[error("`{0}` needs the settings `transit.address`, `transit.key` and `transit.token_file`")]
    NoTransit(String),
    /// Nothing after the word.
    #[error("`{0}` names no file")]
    Empty(String),
}

/// Why the root key is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The file.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// The keyring.
    #[error(transparent)]
    Keyring(#[from] RootKeyringError),
    /// The transit engine.
    #[error(transparent)]
    Transit(#[from] TransitError),
    /// It is gone while the database needs it.
    #[error(
        "the root key `{0}` is missing; without it nothing in the database can be read, restore it from its backup"
    )]
    Missing(Home),
}

impl Home {
    /// `FILE`, `keyring:NAME` or `transit:FILE`.
    ///
    /// # Errors
    /// When the name cannot be one, or there is no engine.
    pub fn parse(text: &str, transit: Option<&Transit>) -> Result<Self, HomeError> {
        let path = |path: &str| {
            Some(PathBuf::from(path))
                .filter(|_| !path.is_empty())
                .ok_or_else(|| HomeError::Empty(text.to_owned()))
        };
        if let Some(name) = text.strip_prefix(KEYRING) {
            let item = KeyringItem::parse(name).ok_or_else(|| HomeError::Item(name.to_owned()))?;
            return Ok(Self::Keyring(item));
        }
        match text.strip_prefix(TRANSIT) {
            Some(file) => {
                let engine = transit.ok_or_else(|| HomeError::NoTransit(text.to_owned()))?;
                Ok(Self::Transit(path(file)?, engine.clone()))
            }
            None => Ok(Self::File(path(text)?)),
        }
    }

    /// The file that it needs.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Transit(path, _) => Some(path),
            Self::Keyring(_) => None,
        }
    }

    /// Whether only one server can use it: a keyring gives no way to make a key that another may be making.
    pub const fn is_of_one_session(&self) -> bool {
        matches!(self, Self::Keyring(_))
    }

    /// Reads the root key; none when there is none here.
    ///
    /// # Errors
    /// When it cannot be read, can be read by others, or is not a key.
    pub async fn read(&self) -> Result<Option<LocalRootKey>, RootError> {
        let key = match self {
            Self::File(path) => beside(path, Content::RootKey, file::read).await?,
            Self::Keyring(item) => item.read().await?,
            Self::Transit(path, engine) => match beside(path, Content::WrappedRootKey, wrapped).await? {
                Some(wrapped) => Some(engine.unwrap(wrapped.expose().trim()).await?),
                None => None,
            },
        };
        Ok(key.map(LocalRootKey::new))
    }

    /// Reads a root key that must be there.
    ///
    /// # Errors
    /// As [`Home::read`], and when there is none.
    pub async fn require(&self) -> Result<LocalRootKey, RootError> {
        self.read().await?.ok_or_else(|| RootError::Missing(self.clone()))
    }

    /// Makes a new root key where there was none.
    ///
    /// # Errors
    /// When there is one, or it cannot be kept.
    pub async fn create(&self, entropy: &dyn Entropy) -> Result<LocalRootKey, RootError> {
        let key = Key256::random(entropy);
        match self {
            Self::File(path) => {
                file::create(path, Content::RootKey, key.to_text().expose(), entropy)?;
            }
            Self::Keyring(item) => item.create(&key).await?,
            Self::Transit(path, engine) => {
                let wrapped = engine.wrap(&key).await?;
                file::create(path, Content::WrappedRootKey, &wrapped, entropy)?;
            }
        }
        tracing::warn!(
            home = %self,
            "a root key was made; back it up apart from the database, since without it nothing in there can be read"
        );
        Ok(LocalRootKey::new(key))
    }

    /// Reads the root key, or makes one where there is none.
    ///
    /// # Errors
    /// As [`Home::read`] and [`Home::create`].
    pub async fn read_or_create(&self, entropy: &dyn Entropy) -> Result<LocalRootKey, RootError> {
        match self.read().await? {
            Some(key) => Ok(key),
            None => self.create(entropy).await,
        }
    }
}

fn wrapped(path: &Path) -> Result<Option<SecretString>, PrivateFileError> {
    file::read_text(path, Content::WrappedRootKey)
}

/// Reads a file on a thread that may wait for it: a folder on the network may be away.
async fn beside<T: Send + 'static>(
    path: &Path,
    content: Content,
    read: fn(&Path) -> Result<T, PrivateFileError>,
) -> Result<T, PrivateFileError> {
    let owned = path.to_owned();
    let done = tokio::task::spawn_blocking(move || read(&owned)).await;
    done.unwrap_or_else(|ended| {
        Err(PrivateFileError::Read {
            content,
            path: path.to_owned(),
            source: std::io::Error::other(ended),
        })
    })
}

/// As it is written in the configuration.
impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Keyring(item) => write!(f, "{KEYRING}{item}"),
            Self::Transit(path, _) => write!(f, "{TRANSIT}{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_home_is_what_it_is_written_as() {
        let engine = transit::tests::engine("https://bao.example");
        for text in [
            "/etc/claviger/root.key",
            "keyring:root-2",
            "transit:/etc/claviger/root.wrapped",
        ] {
            assert_eq!(Home::parse(text, Some(&engine)).unwrap().to_string(), text);
        }
        for name in ["keyring:", "keyring:a b", "keyring:ä", "keyring:../x"] {
            assert!(
                matches!(Home::parse(name, None), Err(HomeError::Item(_))),
                "{name}"
            );
        }
        assert!(matches!(
            Home::parse("transit:/x", None),
            Err(HomeError::NoTransit(_))
        ));
        assert!(matches!(
            Home::parse("transit:", Some(&engine)),
            Err(HomeError::Empty(_))
        ));
        assert!(matches!(Home::parse("", None), Err(HomeError::Empty(_))));
    }
}

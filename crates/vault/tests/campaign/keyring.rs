//! A keyring of files, so that it outlives the process.

use async_trait::async_trait;
use claviger_cache::{ItemName, KeyringError};
use claviger_crypto::secret::SecretBytes;
use claviger_vault::KeyStore;
use std::{fs, io::Write, path::PathBuf};

/// A keyring of files, each replaced as a whole.
pub struct FileKeyStore(pub PathBuf);

impl FileKeyStore {
    fn at(&self, item: &ItemName) -> PathBuf {
        self.0.join(item.to_string().replace('/', "-"))
    }
}

#[async_trait]
impl KeyStore for FileKeyStore {
    async fn load(&self, item: &ItemName) -> Result<Option<SecretBytes>, KeyringError> {
        match fs::read(self.at(item)) {
            Ok(bytes) => Ok(Some(SecretBytes::new(bytes))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(KeyringError::Failed(error.into())),
        }
    }

    async fn store(&self, item: &ItemName, secret: &SecretBytes) -> Result<(), KeyringError> {
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            file.write_all(secret.expose())?;
            file.as_file().sync_all()?;
            file.persist(self.at(item))?;
            Ok::<_, std::io::Error>(())
        };
        write().map_err(|error| KeyringError::Failed(error.into()))
    }

    async fn delete(&self, item: &ItemName) -> Result<(), KeyringError> {
        match fs::remove_file(self.at(item)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(KeyringError::Failed(error.into()))
            }
            _ => Ok(()),
        }
    }
}

//! The Secret Service of Linux desktops (GNOME Keyring, KWallet, KeePassXC).

use super::{Cause, ItemName, KeyStore, KeyringError};
use async_trait::async_trait;
use claviger_crypto::secret::SecretBytes;
use keyring_core::{Entry, Error, api::CredentialStoreApi};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use zbus_secret_service_keyring_store::Store;

const SERVICE: &str = "claviger";
const LABEL: &str = "Claviger";

/// How long a keyring may ask the person for a password before it counts as locked.
const PATIENCE: Duration = Duration::from_secs(120);

/// Talks to the session's Secret Service; connects at the first use and again after the connection failed.
#[derive(Debug, Default)]
pub struct SecretServiceKeyStore(Arc<Mutex<Option<Arc<Store>>>>);

impl SecretServiceKeyStore {
    /// Does nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    async fn with<T: Send + 'static>(
        &self,
        item: &ItemName,
        act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (store, user) = (Arc::clone(&self.0), item.to_string());
        // D-Bus is spoken synchronously by the library.
        let work = tokio::task::spawn_blocking(move || {
            let mut slot = store.lock().unwrap_or_else(PoisonError::into_inner);
            let connected = match &*slot {
                Some(connected) => Arc::clone(connected),
                None => Arc::clone(slot.insert(Store::new()?)),
            };
            let modifiers = HashMap::from([("label", LABEL)]);
            let done = connected
                .build(SERVICE, &user, Some(&modifiers))
                .and_then(|entry| act(&entry));
            if matches!(done, Err(Error::PlatformFailure(_))) {
                *slot = None;
            }
            done
        });
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(Ok(done)) => done.map_err(classify),
            Ok(Err(ended)) => Err(KeyringError::Failed(Cause::from(ended))),
            Err(elapsed) => Err(KeyringError::Locked(Cause::from(elapsed))),
        }
    }
}

#[async_trait]
impl KeyStore for SecretServiceKeyStore {
    async fn load(&self, item: &ItemName) -> Result<Option<SecretBytes>, KeyringError> {
        self.with(item, |entry| match entry.get_secret() {
            Ok(bytes) => Ok(Some(SecretBytes::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn store(&self, item: &ItemName, secret: &SecretBytes) -> Result<(), KeyringError> {
        let secret = secret.duplicate();
        self.with(item, move |entry| entry.set_secret(secret.expose()))
            .await
    }

    async fn delete(&self, item: &ItemName) -> Result<(), KeyringError> {
        self.with(item, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }
}

/// A bus with a locked or missing collection says `NoStorageAccess`; no bus, or no service on it, a platform failure.
fn classify(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(cause) => KeyringError::Locked(cause),
        Error::PlatformFailure(cause) => KeyringError::Absent(cause),
        // The library's own error may carry entries, which name nothing secret, and raw bytes, which it does not print.
        other => KeyringError::Failed(Cause::from(other.to_string())),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::keyring::contract;
    use claviger_model::ids::OrganizationId;
    use std::process::Command;

    const STATE: &str = "CLAVIGER_TEST_KEYRING";

    /// Runs [`child`] on a session bus of its own, after a script prepared the keyring.
    fn run(state: &str, script: &str) {
        let home = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        let script = format!(
            "{script}; exec '{}' --exact keyring::secret_service::tests::child --nocapture",
            program.display()
        );
        let output = Command::new("dbus-run-session")
            .args(["--", "bash", "-c", &script])
            .env(STATE, state)
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{said}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(said.contains(&format!("checked {state}")), "{said}");
    }

    #[tokio::test(flavor = "multi_thread")]
    #[expect(clippy::print_stdout, reason = "the parent listens")]
    async fn child() {
        let Ok(state) = std::env::var(STATE) else { return };
        let store = SecretServiceKeyStore::new();
        let item = ItemName::device(OrganizationId::from_bytes([1; 16]));
        match state.as_str() {
            "open" => contract::check(&store).await,
            "locked" => {
                let stored = store.store(&item, &SecretBytes::copy_from(b"key")).await;
                assert_eq!(stored.unwrap_err().code(), "keyring_locked");
            }
            _ => assert_eq!(store.load(&item).await.unwrap_err().code(), "keyring_absent"),
        }
        println!("checked {state}");
    }

    #[test]
    fn it_keeps_the_contract_on_a_real_keyring() {
        run(
            "open",
            "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1",
        );
    }

    #[test]
    fn a_locked_keyring_is_told_from_an_absent_one() {
        run(
            "locked",
            "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1 </dev/null",
        );
        run(
            "absent",
            "unset DISPLAY WAYLAND_DISPLAY; export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent",
        );
    }

    #[test]
    fn the_platforms_errors_are_told_apart() {
        let cause = || Cause::from("x");
        assert_eq!(classify(Error::NoStorageAccess(cause())).code(), "keyring_locked");
        assert_eq!(classify(Error::PlatformFailure(cause())).code(), "keyring_absent");
        let failed = classify(Error::BadDataFormat(b"secret".to_vec(), cause()));
        assert_eq!(failed.code(), "keyring_failed");
        assert!(
            !format!("{failed:?}").contains("115"),
            "raw bytes are not carried on"
        );
    }
}
